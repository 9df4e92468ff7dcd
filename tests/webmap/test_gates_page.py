"""Gates for officials: put, changed, opened and closed; gaps where nobody is on duty; days that are not like others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from data.database import Database
from data.journal import JournalRow
from layers.cell_state.verify import differences
from tests.webmap.forms import hidden, page
from tests.webmap.official import BOX, LAT, LNG, NOW, in_a_page, later, put, square

SignedIn = Callable[..., FlaskClient]
WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SIDE = 0.002
FORM: dict[str, str] = {
    "name": "东门", "kind": "compound_entrance", "compound": "桂花苑", "side": "east", "lat": "", "lng": "",
    "datum": "wgs84", "when": "always", "holiday": "same", "state": "open", "staff_wanted": "2",
}  # fmt: skip


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """An official in whose map there is one compound."""
    client = in_a_page(signed_in("city_official"))
    put(client, "compounds", square(side=SIDE), name="桂花苑", households=120, population=300)
    return client


def gates(client: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/checkpoints").get_json()["features"]
    return found


def only(client: FlaskClient) -> dict[str, Any]:
    [gate] = gates(client)
    return gate


def new(client: FlaskClient, **changed: str) -> TestResponse:
    draft = hidden(page(client.get("/gates/new")), "draft")
    return client.post("/gates/new", data={**FORM, "draft": draft, **changed})


def change(client: FlaskClient, gate: int, **changed: str) -> TestResponse:
    """Reads the form of a gate and sends it with changes."""
    read = page(client.get(f"/gates/{gate}/edit"))
    kept = dict.fromkeys(FORM, "") | {"lat": hidden_value(read, "lat"), "lng": hidden_value(read, "lng")}
    given = {**FORM, "side": "", **{name: value for name, value in kept.items() if value}, **changed}
    return client.post(f"/gates/{gate}/edit", data={"seen": hidden(read, "seen"), **given})


def hidden_value(text: str, name: str) -> str:
    found = re.search(rf'id="{name}" name="{name}" value="([^"]*)"', text)
    assert found
    return found[1]


def staffing(client: FlaskClient) -> tuple[int, int]:
    told = client.get("/api/v1/checkpoints/staffing").get_json()
    return told["open"], told["unstaffed"]


def open_in_cells(client: FlaskClient, hours: float = 0) -> int:
    """How many checkpoints are open so many hours from now, as the map counts them."""
    at = {"at": later(hours)} if hours else {}
    told = client.get("/api/v1/cells", query_string={"bbox": BOX, "res": "7", **at})
    return sum(cell.get("checkpoints", 0) for cell in told.get_json()["cells"].values())


def test_a_gate_is_put_beside_its_compound_or_by_coordinates_once(official: FlaskClient) -> None:
    draft = hidden(page(official.get("/gates/new")), "draft")
    week = {f"hours_{day}": "06：00 – 22:00" for day in WEEK} | {"hours_Su": "8:00-12:00、14:00-18:00"}
    sent = {**FORM, "draft": draft, "when": "week", "holiday": "closed", **week}
    for _ in range(2):
        assert official.post("/gates/new", data=sent).status_code == 303

    gate = only(official)
    assert gate["geometry"]["coordinates"] == pytest.approx([LNG + SIDE, LAT + SIDE / 2], abs=1e-6)
    assert gate["properties"]["hours"] == "Mo-Sa 06:00-22:00; Su 08:00-12:00,14:00-18:00; PH off"
    assert gate["properties"]["compound"] == "桂花苑"

    assert new(official, compound="", side="", lat="30.29", lng="120.13", state="planned").status_code == 303
    assert gates(official)[1]["geometry"]["coordinates"] == [120.13, 30.29]


def test_what_is_missing_is_told_and_nothing_is_lost(official: FlaskClient) -> None:
    wrong: dict[str, dict[str, str]] = {
        "Give the gate a name": {"name": " "},
        "Choose what stands there": {"kind": "moat"},
        "Choose one compound from the list": {"compound": "没有这个院"},
        "Name the compound on whose side": {"compound": ""},
        "Say where the gate is": {"side": "", "lat": "north", "lng": "120"},
        "Write a number from 0 to 1000": {"staff_wanted": "-2"},
        "Write hours such as": {"when": "week", "hours_Mo": "25:00-26:00"},
        "never open": {"when": "week"},
        "Write the hours of holidays": {"when": "week", "hours_Mo": "08:00-12:00", "holiday": "hours"},
    }

    for said, changed in wrong.items():
        answer = new(official, **{"lat": "30.28123", **changed})
        assert (answer.status_code, said in page(answer)) == (400, True), said
        assert "30.28123" in page(answer) or "north" in page(answer)
    assert gates(official) == []


def test_a_gate_is_moved_after_a_question_and_stood_elsewhere_before(official: FlaskClient, database: Database) -> None:
    new(official)
    gate = only(official)["id"]
    far = {"lat": f"{LAT + 0.01:.6f}", "lng": f"{LNG:.6f}"}

    asked = change(official, gate, name="北门", **far)

    assert "Is that meant?" in page(asked)
    assert only(official)["properties"]["name"] == "东门"
    assert change(official, gate, name="北门", moved=hidden(page(asked), "moved"), **far).status_code == 303
    assert only(official)["geometry"]["coordinates"] == pytest.approx([LNG, LAT + 0.01])
    with database.snapshot() as session:
        assert differences(session) == []
        lines = session.execute(select(JournalRow).where(JournalRow.layer == "checkpoints")).scalars().all()
    assert [(line.verb, (line.details or {}).get("changed")) for line in lines] == [
        ("create", None), ("update", ["geometry", "name"]),
    ]  # fmt: skip


def test_a_gate_that_was_changed_since_it_was_read_is_told_and_left(official: FlaskClient) -> None:
    new(official)
    gate = only(official)["id"]
    read = page(official.get(f"/gates/{gate}/edit"))
    change(official, gate, name="南门")

    for path, sent in (("edit", FORM), ("state", {"to": "closed", "reason": "消毒"})):
        answer = official.post(f"/gates/{gate}/{path}", data={"seen": hidden(read, "seen"), **sent})
        assert (answer.status_code, "changed since you read it" in page(answer)) == (409, True)
    assert only(official)["properties"]["name"] == "南门"
    assert official.get("/gates/4711/edit").status_code == 404


def test_closing_says_what_it_does_and_takes_a_reason(official: FlaskClient, client: FlaskClient) -> None:
    new(official)
    gate = only(official)["id"]
    read = page(official.get(f"/gates/{gate}/edit"))
    assert "the only open gate of 桂花苑" in read
    sent = {"seen": hidden(read, "seen"), "to": "closed"}

    assert official.post(f"/gates/{gate}/state", data=sent).status_code == 400
    assert official.post(f"/gates/{gate}/state", data={**sent, "reason": "全员转运"}).status_code == 303
    assert open_in_cells(official) == 0
    assert "全员转运" in page(official.get("/gates"))
    assert "全员转运" not in page(client.get("/api/v1/checkpoints"))

    again = {"seen": hidden(page(official.get(f"/gates/{gate}/edit")), "seen"), "to": "open"}
    assert official.post(f"/gates/{gate}/state", data=again).status_code == 303
    assert open_in_cells(official) == 1
    twice = {"seen": hidden(page(official.get(f"/gates/{gate}/edit")), "seen"), "to": "open"}
    assert official.post(f"/gates/{gate}/state", data=twice).status_code == 409


def test_an_open_gate_without_a_filled_gate_shift_is_a_gap(official: FlaskClient) -> None:
    put(official, "checkpoints", name="东门")
    put(official, "checkpoints", name="西门", state="closed")
    far_off = {"type": "Point", "coordinates": [LNG + 0.02, LAT]}
    put(official, "checkpoints", far_off, name="北门")
    assert staffing(official) == (2, 2)

    for shift in ({"role": "delivery", "places_filled": 2}, {"role": "gate"}):  # no gate's, and nobody came
        put(official, "volunteer_shifts", **shift)
    assert staffing(official) == (2, 2)
    put(official, "volunteer_shifts", role="gate", places_filled=1)

    assert staffing(official) == (2, 1)
    listed = page(official.get("/gates?show=unstaffed"))
    assert ("北门" in listed, "东门" in listed) == (True, False)


def test_holidays_closures_and_shifted_workdays_are_entered_and_the_map_follows(
    official: FlaskClient, client: FlaskClient, signed_in: SignedIn
) -> None:
    administrator = in_a_page(signed_in("administrator"))
    noon = (NOW + timedelta(days=8)).astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0)
    hours = (noon - NOW).total_seconds() / 3600
    day = noon.date().isoformat()
    put(official, "checkpoints", hours="Mo-Su 08:00-18:00; PH off")
    put(official, "checkpoints", hours="Mo-Su 08:00-18:00; PH 08:00-10:00")
    put(official, "checkpoints")
    assert open_in_cells(official, hours) == 3

    def becomes(kind: str) -> int:
        answer = say_days(administrator, {"kind": kind, "first": day, "name": "国庆"})
        assert answer.status_code == 303, page(answer)
        return open_in_cells(official, hours)

    assert [becomes(kind) for kind in ("holiday", "workday", "closure")] == [1, 3, 1]
    assert "国庆" in page(administrator.get("/gates/days"))
    seen = hidden(page(administrator.get("/gates/days")), "seen")
    assert administrator.post(f"/gates/days/{day}/remove", data={"seen": seen}).status_code == 303
    assert administrator.post(f"/gates/days/{day}/remove", data={"seen": seen}).status_code == 409
    assert open_in_cells(official, hours) == 3

    put(official, "checkpoints", hours="Mo-Su 00:00-24:00")  # and today, for everybody who looks already
    before = open_in_cells(official), open_in_cells(client)
    for days in (-1, 0, 1):  # whichever day it is there by now
        day = (NOW + timedelta(days=days)).date().isoformat()
        say_days(administrator, {"kind": "closure", "first": day})
    assert (open_in_cells(official), open_in_cells(client)) == (1, 1) < before


def say_days(administrator: FlaskClient, given: dict[str, str]) -> TestResponse:
    """Opens the page of days and sends its form."""
    seen = hidden(page(administrator.get("/gates/days")), "seen")
    return administrator.post("/gates/days", data={**given, "seen": seen})


def test_of_two_who_say_what_days_are_the_second_is_told_and_keeps_what_was_written(signed_in: SignedIn) -> None:
    administrator = in_a_page(signed_in("administrator"))
    day = (NOW + timedelta(days=8)).date().isoformat()
    seen = hidden(page(administrator.get("/gates/days")), "seen")
    assert say_days(administrator, {"kind": "holiday", "first": day, "name": "国庆"}).status_code == 303

    late = administrator.post("/gates/days", data={"kind": "closure", "first": day, "name": "消毒", "seen": seen})

    assert late.status_code == 409
    assert "Somebody changed the days" in page(late) and 'value="消毒"' in page(late)
    assert "Holiday: the hours of holidays</span>" in page(administrator.get("/gates/days")).split("Add days")[0]


def test_days_that_are_none_are_told_and_only_an_administrator_enters_them(
    official: FlaskClient, signed_in: SignedIn
) -> None:
    assert official.get("/gates/days").status_code == 403
    administrator = in_a_page(signed_in("administrator"))
    sent = {"kind": "holiday", "first": "2026-10-01", "last": "2026-10-08"}
    for said, changed in {
        "Choose what the days are": {"kind": "party"},
        "Write the day": {"first": "soon"},
        "The last day is the first or follows it": {"last": "2026-09-30"},
        "60 days at most": {"last": "2027-10-01"},
    }.items():
        answer = say_days(administrator, {**sent, **changed})
        assert (answer.status_code, said in page(answer)) == (400, True), said
    seen = hidden(page(administrator.get("/gates/days")), "seen")
    assert administrator.post("/gates/days/2026-10-01/remove", data={"seen": seen}).status_code == 404
    assert administrator.post("/gates/days/soon/remove").status_code == 400
