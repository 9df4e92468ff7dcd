"""Other moments than now: what held then, two moments compared, and what changed since somebody last looked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.database import Database
from layers.checkpoints.actions import move as close
from layers.needs import actions
from layers.needs.rules import Feature
from tests.layers.town import OFFICIAL
from tests.webmap.forms import hidden, page
from tests.webmap.official import LAT, LNG, NOW, in_a_page, later, put, square

SignedIn = Callable[..., FlaskClient]

FIGURE = re.compile(r'<a href="([^"]+)"><b>([\d,]+)</b> <span>([^<]*)</span>')


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """A district official at work."""
    return in_a_page(signed_in("district_official"))


def report(database: Database, hours_ago: float, lng: float = LNG) -> int:
    need = Feature.model_validate({"service": "food", "reported_at": NOW - timedelta(hours=hours_ago)})
    with database.write() as session:
        return actions.report(session, need, lng, LAT, NOW).need_id


def figures(text: str) -> dict[str, int]:
    """The figures on a page, by what they count."""
    return {title: int(number.replace(",", "")) for _url, number, title in FIGURE.findall(text)}


def at(client: FlaskClient, moment: str) -> TestResponse:
    return client.get(f"/dashboard/moment?at={quote(moment)}")


def test_a_page_says_what_held_at_a_past_and_at_a_coming_moment(official: FlaskClient, database: Database) -> None:
    report(database, 30)
    report(database, 2)
    put(official, "compounds", name="桂花苑", households=120)
    put(official, "quarantine_zones", name="一号", valid_from=later(-40), valid_to=later(-1))
    put(official, "quarantine_zones", name="下周", valid_from=later(40), valid_to=later(60))
    put(official, "checkpoints", name="东门", hours="24/7")
    shift = {"organization": "志愿队", "starts_at": later(46), "ends_at": later(52), "places_filled": 3}
    put(official, "volunteer_shifts", square(LNG - 0.001, LAT - 0.001), **shift)
    put(official, "supply_drops", name="北门", window_from=later(49), window_to=later(51))

    past, coming = (page(at(official, later(hours))) for hours in (-24, 48))

    assert "You are looking back at" in past and "Back to now" in past
    assert "You are looking ahead to" in coming and "requests are those of now" in coming
    assert (figures(past)["open request"], figures(past)["households in lockdown"]) == (1, 120)
    assert figures(past)["open gate unstaffed"] == 1
    assert "一号" in past and "下周" not in past and "志愿队" not in past
    assert (figures(coming)["open requests"], figures(coming)["volunteers on duty"]) == (2, 3)
    assert "下周" in coming and "志愿队" in coming and "北门" in coming and "一号" not in coming
    assert "Back to now" not in page(official.get("/dashboard/moment"))


def test_a_closed_gate_stands_open_in_the_past(official: FlaskClient, database: Database) -> None:
    gate = put(official, "checkpoints", name="东门", valid_from=later(-30))
    with database.write() as session:
        close(session, [gate], "closed", OFFICIAL, NOW - timedelta(hours=3))

    assert "东门" in page(at(official, later(-5)))
    assert "东门" not in page(at(official, later(-1)))


def test_a_moment_that_is_none_is_said_in_words_and_kept_in_its_box(official: FlaskClient) -> None:
    for moment in ("yesterday", "1999-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-13-01T09:00"):
        answer = at(official, moment)

        assert answer.status_code == 400
        assert 'role="alert"' in page(answer)
        assert f'value="{moment}"' in page(answer)


def test_the_dashboard_tells_its_slider_the_first_record_and_the_last_plan(
    app: Flask, official: FlaskClient, database: Database
) -> None:
    report(database, 50)
    put(official, "volunteer_shifts", starts_at=later(100), ends_at=later(110))
    put(official, "quarantine_zones", valid_from=later(-1), valid_to=later(24 * 300))  # no slider is a year long

    text = page(official.get("/dashboard"))

    told = re.search(r'"time":\{"first":"([^"]+)","last":"([^"]+)"', text)
    assert told is not None
    first, last = (datetime.fromisoformat(one) for one in told.groups())
    assert timedelta(hours=50) <= NOW - first < timedelta(hours=75)
    assert timedelta(days=29) < last - NOW <= timedelta(days=31)


def test_two_moments_are_compared_area_by_area_with_the_largest_change_first(
    official: FlaskClient, database: Database
) -> None:
    report(database, 30)
    report(database, 2)
    for _ in range(3):
        report(database, 2, LNG + 0.02)
    put(official, "compounds", name="桂花苑")
    put(official, "compounds", square(LNG + 0.0195, LAT - 0.0005), name="东苑")
    put(official, "quarantine_zones", valid_from=later(-3))

    text = page(official.get(f"/dashboard/compare?from={quote(later(-24))}&to={quote(later(-1))}"))

    rows = re.findall(r'<tr><th scope="row">.*?>([^<]+)</a></th>\s*(.*?)</tr>', text, re.S)
    assert ("东苑" in rows[0][0], "桂花苑" in rows[1][0]) == (True, True)
    assert re.search(r'way-more">\+3</b> <span class="small">0 → 3', rows[0][1])
    assert re.search(r'way-more">▲ stricter</b> <span class="small">none → Lockdown', rows[1][1])
    assert '<a class="link" href="#p1">' in text and 'id="p1"' in text
    by_zone = page(official.get(f"/dashboard/compare?from={quote(later(-24))}&to={quote(later(-1))}&by=zone"))
    assert "桂花苑" in re.findall(r'<tr><th scope="row">.*?>([^<]+)</a>', by_zone)[0]


def test_moments_that_cannot_be_compared_are_said_beside_their_box(official: FlaskClient) -> None:
    for first, second, said in (
        ("then", later(-1), "Write a moment such as"),
        (later(-1), later(-2), "has to be later than the first"),
        (later(-1), "3026-01-01T00:00", "too far away"),
    ):
        answer = official.get(f"/dashboard/compare?from={quote(first)}&to={quote(second)}")

        assert answer.status_code == 400
        assert said in page(answer)
        assert "Nothing was compared" in page(answer)


def test_what_changed_is_told_until_somebody_says_that_they_have_seen_it(
    official: FlaskClient, database: Database, signed_in: SignedIn
) -> None:
    need = report(database, 1)
    report(database, 80)  # overdue long before anybody looked
    gate = put(official, "checkpoints", name="东门")
    zone = put(official, "quarantine_zones", name="一号", valid_from=later(-1))
    drop = put(official, "supply_drops", name="北门", state="in_transit")
    moved = (("checkpoints", gate, "closed"), ("quarantine_zones", zone, "lifted"), ("supply_drops", drop, "delivered"))
    for layer, feature, state in moved:
        assert official.post(f"/api/v1/{layer}/{feature}/moves", json={"to": state}).status_code == 200

    read = page(official.get("/dashboard/since"))

    assert figures(read) == {
        "new requests": 2, "requests met": 0, "became overdue": 0, "zone put into force": 1, "zone lifted": 1,
        "gate opened": 1, "gate closed": 1, "drop arrived": 1,
    }  # fmt: skip
    assert (
        f"/dashboard?need={need}" in read and f"/gates/{gate}" in read and f"/history/quarantine_zones/{zone}" in read
    )
    assert figures(page(official.get("/dashboard/since"))) == figures(read)  # a reload changes nothing
    assert "7 changes since you last looked" in page(official.get("/dashboard"))

    put(official, "checkpoints", name="西门")  # after the page was read: it is not seen with it
    form = {name: hidden(read, name) for name in ("seq", "at", "seq_before", "at_before")}
    assert official.post("/dashboard/since", data=form).status_code == 303
    pressed = page(official.post("/dashboard/since", data=form, follow_redirects=True))  # an impatient second press

    assert {title: count for title, count in figures(pressed).items() if count} == {"gate opened": 1}
    other = in_a_page(signed_in("city_official"))
    assert figures(page(other.get("/dashboard/since")))["gates opened"] == 2  # what one has seen is one's own
    undo = {"seq": hidden(pressed, "seq"), "at": hidden(pressed, "at"), "undo": "1"}
    undone = page(official.post("/dashboard/since", data=undo, follow_redirects=True))
    assert figures(undone)["gates opened"] == 2
    assert "You have not said yet" in undone


def test_a_page_read_long_ago_forgets_nothing_that_was_seen_since(official: FlaskClient) -> None:
    names = ("seq", "at", "seq_before", "at_before")
    put(official, "checkpoints", name="东门")
    old = page(official.get("/dashboard/since"))
    put(official, "checkpoints", name="西门")
    new = page(official.get("/dashboard/since"))

    for read in (new, old):
        official.post("/dashboard/since", data={name: hidden(read, name) for name in names})

    assert figures(page(official.get("/dashboard/since")))["gates opened"] == 0


def test_an_official_is_told_of_the_own_duty_area_and_of_what_became_overdue_in_it(
    official: FlaskClient, database: Database
) -> None:
    report(database, 5)
    report(database, 1, LNG + 1)
    read = page(official.get("/dashboard/since"))
    assert figures(read)["new request"] == 1
    assert figures(read)["became overdue"] == 1

    for answer in (
        official.post("/dashboard/since", data={"seq": "x", "at": later(-1)}),
        official.post("/dashboard/since", data={"seq": "1", "at": later(40)}),
    ):
        assert answer.status_code == 303
    assert figures(page(official.get("/dashboard/since")))["new request"] == 1


def test_every_figure_leads_to_all_of_its_rows(
    official: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in (("moment", "MOST_ROWS"), ("moment", "MOST_PLACES"), ("compare", "MOST_ROWS")):
        monkeypatch.setattr(f"webmap.pages.{module}.{name}", 1)
    monkeypatch.setattr("webmap.pages.since.MOST_ROWS", 1)
    monkeypatch.setattr("webmap.pages.since.MOST_OF_ONE", 2)
    needs = [report(database, 2, LNG + 0.01 * number) for number in range(4)]
    for name in "东南西北":
        put(official, "checkpoints", name=f"{name}门")

    def rest(text: str, part: str) -> str:
        """The page to which the rest of a list leads."""
        [address] = re.findall(rf'href="([^"]*#{part})">and \d+ more', text)
        return page(official.get(unescape(address)))

    read = page(official.get("/dashboard/moment"))
    assert len(re.findall(r"/history/checkpoints/\d+", read)) == 1
    assert len(re.findall(r"/history/checkpoints/\d+", rest(read, "gates"))) == 4
    assert rest(read, "places").split('id="drops"')[0].count("<tr>") == 5

    found, compared = set(), page(official.get("/dashboard/compare"))
    for _ in needs:
        found |= set(re.findall(r'<tr><th scope="row"><a class="link" href="#(p\d)"', compared))
        compared = rest(compared, "areas") if "more: show" in compared else compared
    assert found == {"p1", "p2", "p3", "p4"}

    since = page(official.get("/dashboard/since"))
    first = rest(since, "new")
    second = rest(first, "new")
    new = [one.split('aria-labelledby="new"')[1].split("</section>")[0] for one in (since, first, second)]
    listed = [set(re.findall(r"dashboard\?need=(\d+)", one)) for one in new]
    assert [len(one) for one in listed] == [1, 2, 2]
    assert {int(need) for need in listed[1] | listed[2]} == set(needs)


def test_nobody_outside_sees_other_moments(client: FlaskClient) -> None:
    for address in ("/dashboard/moment", "/dashboard/compare", "/dashboard/since"):
        assert client.get(address).status_code == 302
