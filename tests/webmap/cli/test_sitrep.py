"""`linli sitrep`: one file with the situation; for the public nothing that the map does not show it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskClient

from data.database import Database
from layers.publication.actions import publish
from tests.webmap.cli.loading import csv_file, run
from tests.webmap.conftest import SignedIn
from tests.webmap.official import LAT, LNG, NOW, in_a_page, put, square

BOX = "119.9,30.1,120.4,30.5"
#: What leads out of a file: an address that is fetched, in HTML or in styles. A name of a namespace leads nowhere.
OUTSIDE = re.compile(r"""(?:src|href|action|poster)\s*=|url\((?!\\?"?#)|@import|<link|<img|<iframe""")


@pytest.fixture
def town(signed_in: SignedIn, kept: Database, tmp_path: Path) -> FlaskClient:
    """A compound in lockdown with seven households that ask: six two days ago, one now; published then and now, and
    before anybody asked.
    """
    official = in_a_page(signed_in("district_official"))
    put(official, "compounds", square(), name="桂花苑", households=120, population=300)
    zone = {"name": "一号", "level": "lockdown", "order_reference": "通告 3 号"}
    put(official, "quarantine_zones", square(), valid_from=written(NOW - timedelta(days=5)), **zone)
    put(official, "checkpoints", name="东门 <i>")
    publish(kept, NOW - timedelta(days=4))
    ask(tmp_path, 6, NOW - timedelta(days=3), state="acknowledged")
    publish(kept, NOW - timedelta(days=2))
    ask(tmp_path, 1, NOW - timedelta(days=1), first=6, state="acknowledged", urgency="urgent")
    ask(tmp_path, 3, NOW - timedelta(days=1), first=7)
    publish(kept, NOW - timedelta(minutes=5))
    return official


def written(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def ask(folder: Path, count: int, at: Any, first: int = 0, state: str = "reported", urgency: str = "ordinary") -> None:
    """Loads needs of as many households, all in the compound."""
    when = written(at)
    rows = [
        f"n{i},{LNG + 0.0005 + i * 0.0001:.4f},{LAT + 0.001},food,悄悄话{i},{urgency},138000{i:05},{when},{state}"
        for i in range(first, first + count)
    ]
    head = "id,lon,lat,service,words,urgency,contact,reported_at,state"
    said = run("load", "needs", csv_file(folder / f"needs-{first}.csv", head, *rows))
    assert said.exit_code == 0, said.output


def made(folder: Path, *options: str) -> str:
    """The text of a report made now."""
    file = folder / "report.html"
    said = run("sitrep", file, "--language", "en", *options)
    assert said.exit_code == 0, said.output
    return file.read_text(encoding="utf-8")


def told(text: str) -> dict[str, Any]:
    """What the script of a report is told."""
    found = re.search(r'<script type="application/json" id="report">(.*?)</script>', text, flags=re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def days(text: str) -> list[list[str]]:
    """The rows of the table of days, oldest first."""
    rows = re.findall(r"<tr data-step.*?</tr>", text)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def on_the_map(client: FlaskClient, at: Any) -> int:
    """The open requests that the map shows at a moment, in all."""
    answer = client.get("/api/v1/cells", query_string={"bbox": BOX, "res": 8, "at": written(at)})
    return sum(cell.get("needs", 0) for cell in answer.get_json()["cells"].values())


def test_the_public_report_holds_what_the_map_shows_everybody_and_nothing_else(
    town: FlaskClient, client: FlaskClient, tmp_path: Path
) -> None:
    text = made(tmp_path, "--at", written(NOW))

    rows = days(text)
    assert [row[1] for row in rows] == ["–", "0+", "0+", "5+", "5+", "5+"]
    shown = [on_the_map(client, NOW - timedelta(days=back)) for back in range(5, -1, -1)]
    assert [f"{figure}+" for figure in shown[1:]] == [row[1] for row in rows[1:]]
    assert set(told(text)["shades"]) == {"needs"}
    for private in ("悄悄话", "13800000000", "Urgent requests", "nobody on duty"):
        assert private not in text

    ask(tmp_path, 40, NOW - timedelta(hours=5), first=20)  # that nobody has looked at
    assert without_making(made(tmp_path, "--at", written(NOW))) == without_making(text)


def without_making(text: str) -> str:
    """A report without the minute in which it was made."""
    return re.sub(r"<li>Made at .*?</li>", "", text)


def test_the_internal_report_says_of_each_day_what_the_map_says_to_staff(town: FlaskClient, tmp_path: Path) -> None:
    text = made(tmp_path, "--internal", "--at", written(NOW))

    rows = days(text)
    assert [row[1] for row in rows] == ["0", "0", "6", "6", "10", "10"]
    assert [row[2] for row in rows][-1] == "1"
    assert [row[5] for row in rows] == ["120"] * 6
    assert [int(row[1]) for row in rows] == [on_the_map(town, NOW - timedelta(days=back)) for back in range(5, -1, -1)]
    assert "for staff only" in text
    assert "东门 &lt;i&gt;" in text
    page = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)  # Leaflet, whose words are not fetched
    assert OUTSIDE.findall(page) == []
    assert 'Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-' in text

    said = run("sitrep", tmp_path / "zh.html", "--language", "zh")
    chinese = (tmp_path / "zh.html").read_text(encoding="utf-8")
    assert said.exit_code == 0, said.output
    assert ("情况报告" in chinese, "Open requests" in chinese) == (True, False)

    (tmp_path / "report.html").write_text("yesterday's")
    for at, why in (("2031-01-01T00:00:00Z", "still to come"), ("1999-01-01T00:00:00Z", "the record begins at"),
                    ("tomorrow", "2026-02-03T09:00:00Z")):  # fmt: skip
        refused(run("sitrep", tmp_path / "report.html", "--at", at), why)
    assert (tmp_path / "report.html").read_text() == "yesterday's"


@pytest.mark.usefixtures("kept")
def test_past_days_show_gates_drops_and_zones_in_the_state_they_were_in(signed_in: SignedIn, tmp_path: Path) -> None:
    official = in_a_page(signed_in("district_official"))
    three_days_ago = written(NOW - timedelta(days=3))
    closed, opened = (
        put(official, "checkpoints", name=name, valid_from=three_days_ago, state=state)
        for name, state in (("关了的门", "open"), ("开了的门", "planned"))
    )
    window = {"window_from": written(NOW - timedelta(hours=1)), "window_to": written(NOW + timedelta(hours=9))}
    on_its_way, over = (put(official, "supply_drops", name=name, **window) for name in ("在路上", "发完了"))
    zone = put(official, "quarantine_zones", name="解除了", valid_from=three_days_ago)
    for layer, number, *states in (
        ("checkpoints", closed, "closed"), ("checkpoints", opened, "open"), ("supply_drops", on_its_way, "in_transit"),
        ("supply_drops", over, "in_transit", "delivered", "distributed"), ("quarantine_zones", zone, "lifted"),
    ):  # fmt: skip
        for state in states:
            move(official, layer, number, state)

    for options in ((), ("--internal",)):
        shown = told(made(tmp_path, *options))
        then, now = [
            {(one["name"], one["text"]) for one in (*shown["points"], *shown["zones"]) if one["on"][step]}
            for step in (-2, -1)
        ]
        assert then == {("关了的门", "Compound entrance"), ("在路上", "Planned"), ("发完了", "Planned"),
                        ("解除了", "Lockdown")}  # fmt: skip
        assert now == {("开了的门", "Compound entrance"), ("在路上", "In transit")}


def move(client: FlaskClient, layer: str, number: int, state: str) -> None:
    answer = client.post(f"/api/v1/{layer}/{number}/moves", json={"to": state, "reason": "演练"})
    assert answer.status_code == 200, answer.get_data(as_text=True)


@pytest.mark.usefixtures("kept")
def test_an_empty_store_and_a_place_that_takes_no_file_are_told(tmp_path: Path) -> None:
    refused(run("sitrep", tmp_path / "report.html"), "nothing in this store")
    refused(run("sitrep", tmp_path / "no folder" / "report.html"), "cannot be written")
    assert list(tmp_path.glob("*.html")) == []


def refused(said: Result, why: str) -> None:
    """One clear line, and exit 2."""
    assert (said.exit_code, len(said.stderr.splitlines())) == (2, 1), said.output
    assert why in said.stderr
