"""A zone is extended, shrunk or of another level: a version with its reason, and two of them never hold at once."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h3
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from data.database import Database
from tests.webmap.cli.loading import rows, run
from tests.webmap.forms import hidden, page
from tests.webmap.official import BOX, LAT, LNG, feature, in_a_page, later, put, square
from tests.webmap.test_zones_page import FORM, decide, propose, zones

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def proposer(signed_in: SignedIn) -> FlaskClient:
    """A district official in whose map there are two compounds side by side."""
    client = in_a_page(signed_in("district_official"))
    put(client, "compounds", square(), name="桂花苑", households=120, population=300)
    put(client, "compounds", square(LNG + 0.003), name="海棠苑", households=80, population=200)
    return client


@pytest.fixture
def second(signed_in: SignedIn) -> FlaskClient:
    """Another official."""
    return in_a_page(signed_in("city_official"))


@pytest.fixture
def in_force(proposer: FlaskClient, second: FlaskClient) -> int:
    """A zone over the first compound, in force; its number."""
    propose(proposer)
    decide(second, "in_force")
    return int(zones(proposer)[0]["id"])


def propose_change(client: FlaskClient, zone: int, **changed: object) -> int:
    """Opens the form of a zone in force, reads what its new version does, and proposes it; the version's number."""
    form = {**FORM, "reason": "一例在海棠苑", "outline": "same", **changed}
    address = f"/zones/{zone}/change"
    shown = page(client.post(address, data=form))
    sent = {**form, "step": "propose", "seen": hidden(shown, "seen"), "draft": hidden(shown, "draft")}
    answer = client.post(address, data=sent)
    assert answer.status_code == 303, page(answer)
    return max(int(one["id"]) for one in zones(client))


def properties(client: FlaskClient, zone: int) -> dict[str, Any]:
    return next(one["properties"] for one in zones(client) if one["id"] == zone)


def put_in_force(client: FlaskClient, zone: int) -> int:
    """The status of the answer."""
    return client.post(f"/api/v1/quarantine_zones/{zone}/moves", json={"to": "in_force"}).status_code


def test_the_old_version_holds_until_the_new_one_is_put_into_force_and_ends_where_it_begins(
    proposer: FlaskClient, second: FlaskClient, in_force: int
) -> None:
    newer = propose_change(proposer, in_force, level="control")
    assert properties(second, in_force)["valid_to"] is None

    assert put_in_force(second, newer) == 200

    old, new = properties(second, in_force), properties(second, newer)
    assert (old["state"], new["state"]) == ("lifted", "in_force")
    assert old["valid_to"] == new["valid_from"]
    assert (old["reason"], new["reason"]) == ("两例", "一例在海棠苑")
    compounds = second.get("/api/v1/compounds").get_json()["features"]
    assert {one["properties"]["name"]: one["properties"]["status"] for one in compounds} == {
        "桂花苑": "controlled",
        "海棠苑": "open",
    }


def test_a_version_for_tomorrow_leaves_the_old_one_until_then(
    proposer: FlaskClient, second: FlaskClient, in_force: int
) -> None:
    newer = for_tomorrow(proposer, in_force)

    assert put_in_force(second, newer) == 200

    old, new = properties(second, in_force), properties(second, newer)
    assert old["valid_to"] == new["valid_from"] == later(24)
    assert "A newer version takes its place then" in page(second.get("/zones"))


def test_what_a_newer_version_will_end_can_be_lifted_sooner_and_the_newer_one_still_comes(
    proposer: FlaskClient, second: FlaskClient, client: FlaskClient, in_force: int
) -> None:
    newer = for_tomorrow(proposer, in_force)
    put_in_force(second, newer)
    assert is_locked(client, "") and is_locked(client, f"&at={later(23)}")

    read = page(second.get("/zones")).split(f'action="/zones/{in_force}"')[1]
    lifting = {"to": "lifted", "seen": hidden(read, "seen")}
    assert "Say why it is lifted" in page(second.post(f"/zones/{in_force}", data=lifting))
    assert second.post(f"/zones/{in_force}", data={**lifting, "reason": "转运完毕"}).status_code == 303

    old = properties(second, in_force)
    assert (old["state"], old["reason"]) == ("lifted", "转运完毕")
    assert old["valid_to"] < later(1)
    assert [is_locked(client, at) for at in ("", f"&at={later(23)}", f"&at={later(25)}")] == [False, False, True]
    again = second.post(f"/api/v1/quarantine_zones/{in_force}/moves", json={"to": "lifted"})
    assert again.status_code == 409


def for_tomorrow(proposer: FlaskClient, zone: int) -> int:
    """Proposes a change of a zone that is to begin a day from now; the version's number."""
    newer = propose_change(proposer, zone)
    source_id = properties(proposer, newer)["source_id"]
    put(proposer, "quarantine_zones", source_id=source_id, valid_from=later(24), state="proposed")
    return newer


def is_locked(client: FlaskClient, at: str) -> bool:
    """Whether some cell of the first compound is in lockdown, now or at a moment."""
    cells = client.get(f"/api/v1/cells?bbox={BOX}&res=11{at}").get_json()["cells"]
    return any(cell.get("zone") == "lockdown" for cell in cells.values())


def test_the_page_says_whom_the_new_version_takes_in_and_whom_it_lets_go(proposer: FlaskClient, in_force: int) -> None:
    form = {**FORM, "outline": "compounds", "compound": ["海棠苑"]}

    shown = page(proposer.post(f"/zones/{in_force}/change", data=form))

    assert "Newly inside: 海棠苑" in shown
    assert "No longer inside: 桂花苑" in shown


def test_of_two_versions_proposed_at_once_one_takes_the_place(
    proposer: FlaskClient, second: FlaskClient, in_force: int
) -> None:
    first, other = propose_change(proposer, in_force, level="control"), propose_change(proposer, in_force)

    assert put_in_force(second, first) == 200
    assert put_in_force(second, other) == 409
    assert properties(second, other)["state"] == "proposed"


def test_what_a_newer_version_took_the_place_of_does_not_come_back(
    proposer: FlaskClient, second: FlaskClient, in_force: int
) -> None:
    newer = propose_change(proposer, in_force, level="control")
    put_in_force(second, newer)

    assert put_in_force(second, in_force) == 409
    second.post(f"/api/v1/quarantine_zones/{newer}/moves", json={"to": "lifted"})
    assert put_in_force(second, in_force) == 409
    assert put_in_force(second, newer) == 200


@pytest.mark.parametrize("state", ["in_force", "proposed"])
def test_nothing_written_over_a_version_changes_when_it_holds(
    proposer: FlaskClient, second: FlaskClient, in_force: int, store: Database, store_url: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, state: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("LINLI_DATABASE_URL", store_url)
    newer = propose_change(proposer, in_force, level="control")
    put_in_force(second, newer)
    before = rows(store, "quarantine_zones")

    for zone in (in_force, newer):
        source_id = properties(second, zone)["source_id"]
        written = feature("quarantine_zones", source_id=source_id, state=state, valid_from=later(-50))
        assert second.post("/api/v1/quarantine_zones", json=written).status_code == 403
        file = tmp_path / f"{zone}.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": [written]}))
        assert run("load", "quarantine_zones", file).exit_code == 1

    assert rows(store, "quarantine_zones") == before


def test_the_days_that_lifting_waits_for_go_on_unless_the_level_is_a_stricter_one(
    proposer: FlaskClient, second: FlaskClient, in_force: int
) -> None:
    seen = hidden(page(proposer.get("/zones")), "seen")
    proposer.post(f"/zones/{in_force}/days", data={"last_case_on": "2026-03-01", "seen": seen})

    weaker = propose_change(proposer, in_force, level="control")
    put_in_force(second, weaker)
    assert properties(second, weaker)["last_case_on"] == "2026-03-01"

    stricter = propose_change(proposer, weaker, level="lockdown")
    put_in_force(second, stricter)
    assert properties(second, stricter)["last_case_on"] is None


def test_a_change_takes_a_reason_and_a_zone_that_is_in_force(proposer: FlaskClient, in_force: int) -> None:
    answer = proposer.post(f"/zones/{in_force}/change", data={**FORM, "outline": "same", "reason": ""})

    assert answer.status_code == 400
    assert "Say why it is changed" in page(answer)
    newer = propose_change(proposer, in_force)
    assert proposer.get(f"/zones/{newer}/change").status_code == 404


def test_a_zone_is_drawn_or_picked_from_hexagons(proposer: FlaskClient) -> None:
    drawing = {"type": "MultiPolygon", "coordinates": [square(LNG - 0.0005, LAT - 0.0005, 0.003)["coordinates"]]}
    around = h3.grid_disk(h3.latlng_to_cell(LAT + 0.001, LNG + 0.001, 9), 2)

    for outline, drawn, said in (
        ("drawn", drawing, "1 compound is inside, 120 households"),
        ("cells", around, "2 compounds are inside, 200 households"),
    ):
        shown = page(proposer.post("/zones/new", data={**FORM, "outline": outline, "drawn": json.dumps(drawn)}))
        assert said in shown


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ("", "Draw the zone on the map first"),
        ("{", "holds no area"),
        ("7", "holds no area"),
        ('["891f1d4a9a7ffff0"]', "holds no area"),
        ("[" * 200_000, "holds no area"),
        ('{"type": "MultiPolygon", "coordinates": []}', "holds no area"),
        ('{"type": "Point", "coordinates": [120.1, 30.2]}', "holds no area"),
        ('{"type": "Polygon", "coordinates": [[[73, 18], [135, 18], [135, 53], [73, 53], [73, 18]]]}', "too large"),
    ],
)
def test_a_drawing_that_is_no_zone_is_told_and_nothing_is_lost(proposer: FlaskClient, drawn: str, said: str) -> None:
    answer = proposer.post("/zones/new", data={**FORM, "outline": "drawn", "drawn": drawn})

    assert answer.status_code == 400
    assert said in page(answer)
    assert "通告 3 号" in page(answer)


def test_a_drawing_that_crosses_itself_is_repaired(proposer: FlaskClient) -> None:
    bow = [[LNG, LAT], [LNG + 0.002, LAT + 0.002], [LNG + 0.002, LAT], [LNG, LAT + 0.002], [LNG, LAT]]
    drawn = json.dumps({"type": "Polygon", "coordinates": [bow]})

    answer = proposer.post("/zones/new", data={**FORM, "outline": "drawn", "drawn": drawn})

    assert "1 compound is cut through" in page(answer)


def test_the_proposer_does_not_approve_a_change_either(proposer: FlaskClient, in_force: int) -> None:
    newer = propose_change(proposer, in_force)

    assert put_in_force(proposer, newer) == 403
    assert state_of_zone(proposer, in_force) == "in_force"


def state_of_zone(client: FlaskClient, zone: int) -> str:
    return str(properties(client, zone)["state"])


def test_versions_of_one_zone_never_hold_at_once_whatever_is_done(
    proposer: FlaskClient, second: FlaskClient, in_force: int
) -> None:
    numbers = [in_force]

    @given(
        steps=st.lists(
            st.tuples(st.sampled_from(["change", "tomorrow", "in_force", "lifted"]), st.integers(0, 9)), max_size=8
        )
    )
    @settings(max_examples=8)
    def whatever_is_done(steps: list[tuple[str, int]]) -> None:
        for step, which in steps:
            zone = numbers[which % len(numbers)]
            if step in ("change", "tomorrow"):
                if properties(proposer, zone)["state"] == "in_force":
                    change = for_tomorrow if step == "tomorrow" else propose_change
                    numbers.append(change(proposer, zone))
            else:
                second.post(f"/api/v1/quarantine_zones/{zone}/moves", json={"to": step})
        every = [properties(second, zone) for zone in numbers]
        held = [one for one in every if one["state"] in ("in_force", "lifted")]
        spans = sorted((one["valid_from"] or "", one["valid_to"] or "9999") for one in held)
        assert all(ends <= starts for (_, ends), (starts, _) in itertools.pairwise(spans))

    whatever_is_done()
