"""Calendars of shifts, as a telephone reads them that subscribed to the address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.webmap.conftest import SignedIn
from tests.webmap.forms import page
from tests.webmap.official import in_a_page, put
from tests.webmap.volunteers import BLUE, Volunteer, link_of, link_on

STARTS = (datetime.now(UTC) + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def coordinator(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("coordinator", organization=BLUE))


def planned(coordinator: FlaskClient, hours: int = 4, **more: Any) -> int:
    moments = {"starts_at": STARTS.isoformat(), "ends_at": (STARTS + timedelta(hours=hours)).isoformat()}
    return put(coordinator, "volunteer_shifts", organization=BLUE, places_wanted=1, source_id="s", **moments, **more)


def events(client: FlaskClient, address: str) -> list[Any]:
    """What a telephone finds at an address."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return list(Calendar.from_ical(answer.data).events)


def test_a_volunteers_calendar_keeps_up_and_tells_nothing_else(app: Flask, coordinator: FlaskClient) -> None:
    shift = planned(coordinator, note="door; 3, east\nbring masks")
    link = link_of(coordinator, shift)
    li, zhao = Volunteer(app, "Li"), Volunteer(app, "Zhao")
    li.take(link)
    zhao.take(link)
    mine, theirs = (link_on(one.page(), "calendar") for one in (li, zhao))
    (first,), (waits,) = events(li.phone, mine), events(zhao.phone, theirs)

    planned(coordinator, hours=5, note="door; 3, east\nbring masks")
    (longer,) = events(li.phone, mine)
    li.does("give_up")
    (given_up,), (moved_up,) = events(li.phone, mine), events(zhao.phone, theirs)
    coordinator.post(f"/shifts/{shift}", data={"step": "call_off"})
    (called_off,) = events(zhao.phone, theirs)

    said = [event["status"] for event in (first, waits, longer, given_up, moved_up, called_off)]
    assert said == ["CONFIRMED", "TENTATIVE", "CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED"]
    assert len({str(event["uid"]) for event in (first, longer, given_up, called_off)}) == 1
    assert int(first["sequence"]) < int(longer["sequence"]) < int(given_up["sequence"])
    assert int(waits["sequence"]) < int(moved_up["sequence"]) < int(called_off["sequence"])
    assert (first["dtstart"].dt, longer["dtend"].dt) == (STARTS, STARTS + timedelta(hours=5))
    assert first["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert "door; 3, east\nbring masks" in first["description"]
    assert "139 0000 0000" in first["description"]
    text = page(li.phone.get(mine))
    assert "BEGIN:VTIMEZONE" in text
    assert li.name not in text.replace("Linli", "") and li.contact not in text
    assert link_on(li.page(), "calendar")[-26:-4] not in li.mine  # another secret: it opens the calendar alone
    assert li.phone.get(f"/shifts/mine/{mine[-26:-4]}").status_code == 404


def test_no_note_ends_a_line_of_a_calendar_or_adds_one(app: Flask, coordinator: FlaskClient) -> None:
    hostile = "a\rEND:VEVENT\x07\x0bb;,\\\u2028c\x85\x1b" + "志愿\U0001f600" * 40
    li = Volunteer(app)
    li.take(link_of(coordinator, planned(coordinator, note=hostile)))
    address = link_on(li.page(), "calendar")

    (event,) = events(li.phone, address)
    assert event["description"].endswith("a\nEND:VEVENT\nb;,\\\nc\n" + "志愿\U0001f600" * 40)
    body = li.phone.get(address).get_data(as_text=True)
    assert body.splitlines() == body.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 for line in body.splitlines())
    assert not [c for c in body if ord(c) < 32 and c not in "\r\n"]


def test_an_organizations_calendar_holds_its_shifts_in_its_language_and_its_address_can_be_renewed(
    app: Flask, coordinator: FlaskClient, signed_in: SignedIn
) -> None:
    shift = planned(coordinator)
    put(in_a_page(signed_in("city_official")), "volunteer_shifts", organization="Red Scarves")
    Volunteer(app, "Li").take(link_of(coordinator, shift))
    assert "Make the address" in page(coordinator.get("/shifts"))
    coordinator.post("/shifts/calendar")
    address = link_on(page(coordinator.get("/shifts")), "calendar")
    stranger = app.test_client()

    (event,) = events(stranger, address)
    (chinese,) = events(stranger, f"{address}?lang=zh")
    coordinator.post(f"/shifts/{shift}", data={"step": "call_off"})
    (called_off,) = events(stranger, address)
    coordinator.post("/shifts/calendar")

    assert (event["summary"], chinese["summary"]) == (f"Delivery: {BLUE}", f"配送：{BLUE}")
    assert event["description"] == "1 of 1 places filled"
    assert (event["status"], called_off["status"]) == ("CONFIRMED", "CANCELLED")
    assert event["uid"] == called_off["uid"] and int(event["sequence"]) < int(called_off["sequence"])
    assert stranger.get(address).status_code == 404
    assert events(stranger, link_on(page(coordinator.get("/shifts")), "calendar"))
