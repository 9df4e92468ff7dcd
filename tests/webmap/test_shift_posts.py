"""Coming and going at the post, by a number that changes each minute or by the coordinator; hours; who reads names."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from data.database import Database
from data.journal import JournalRow
from layers.volunteer_shifts.record import ShiftVolunteer, VolunteerShift
from layers.volunteer_shifts.rules import half_hour_of
from tests.webmap.conftest import SignedIn
from tests.webmap.forms import page
from tests.webmap.official import BOX, in_a_page, put
from tests.webmap.volunteers import BLUE, Volunteer, link_of, row_of
from webmap.post_codes import code_of, is_current

HALF_PAST = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)


@pytest.fixture
def coordinator(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("coordinator", organization=BLUE))


@pytest.fixture
def shift(coordinator: FlaskClient) -> int:
    """A shift that began an hour ago and has two hours to go, with two places."""
    return put(coordinator, "volunteer_shifts", organization=BLUE, places_wanted=2)


@pytest.fixture
def li(app: Flask, coordinator: FlaskClient, shift: int) -> Volunteer:
    """Somebody who has a place."""
    made = Volunteer(app)
    made.take(link_of(coordinator, shift))
    return made


def code_on(coordinator: FlaskClient, shift: int) -> str:
    """The number that the phone at the post shows."""
    found = re.search(r'<p class="shift-digits">(\d{3}) (\d{3})<', page(coordinator.get(f"/shifts/{shift}/post")))
    assert found is not None
    return found[1] + found[2]


def at_another_time(database: Database, **moments: timedelta) -> None:
    """Moves when every shift begins or ends to so long from now."""
    with database.write() as session:
        session.execute(update(VolunteerShift).values({n: datetime.now(UTC) + by for n, by in moments.items()}))


def lines(database: Database) -> list[tuple[str, str, Any]]:
    """The journal: actor, verb, details."""
    with database.read() as session:
        query = select(JournalRow.actor, JournalRow.verb, JournalRow.details).order_by(JournalRow.seq)
        return [tuple(row) for row in session.execute(query)]


def test_the_number_at_the_post_checks_in_and_out_and_the_half_hours_between_count(
    app: Flask, coordinator: FlaskClient, shift: int, li: Volunteer, database: Database
) -> None:
    code = code_on(coordinator, shift)
    assert li.does("in", code=f"{code[:3]} {code[3:]}").status_code == 303
    assert "Checked in" in li.page()
    assert li.does("give_up").status_code == 409  # who stands there has come
    assert "1 person is checked in." in page(coordinator.get(f"/shifts/{shift}/post"))

    at_another_time(database, starts_at=-timedelta(hours=4))
    assert li.does("out", code=code_on(coordinator, shift)).status_code == 303

    assert re.search(r"You were there</strong>.*\d h", li.page())
    assert "0 h" in page(coordinator.get("/shifts"))


def test_a_scan_at_the_post_is_enough_on_the_phone_that_took_the_place(
    app: Flask, coordinator: FlaskClient, shift: int, li: Volunteer
) -> None:
    code = code_on(coordinator, shift)
    address = f"/shifts/here/{shift}"
    assert "This browser does not know your place" in page(Volunteer(app, "X").phone.get(f"{address}?code={code}"))
    li.page()  # by which the phone remembers

    assert "Check in" in page(li.phone.get(f"{address}?code={code}"))
    answer = li.phone.post(address, data={"step": "in", "code": code})
    assert answer.status_code == 303
    assert "You are checked in" in page(li.phone.get(answer.location))
    assert "Check out" in page(li.phone.get(f"{address}?code={code}"))
    assert Volunteer(app, "X").phone.post(address, data={"step": "in", "code": code}).status_code == 409


def test_a_number_that_was_photographed_and_used_an_hour_later_is_refused(
    app: Flask, coordinator: FlaskClient, shift: int, li: Volunteer
) -> None:
    li.page()
    key, now = app.extensions["linli"].shift_key, datetime.now(UTC)
    old, others = code_of(key, shift, now - timedelta(hours=1)), code_of(key, shift + 1, now)
    for wrong in (old, others, "", "x" * 500, "１２３４５６", "\x00"):
        answers = [
            li.does("in", code=wrong),
            li.phone.get(f"/shifts/here/{shift}", query_string={"code": wrong}),
            li.phone.post(f"/shifts/here/{shift}", data={"step": "in", "code": wrong}),
        ]
        assert [one.status_code for one in answers] == [409] * 3
        assert all("it changes every minute" in page(one) for one in answers)
    assert "Checked in" not in li.page()


def test_who_tries_number_after_number_is_not_let_in_by_a_right_one(
    app: Flask, coordinator: FlaskClient, shift: int, li: Volunteer
) -> None:
    right = code_on(coordinator, shift)
    wrong = str((int(right) + 500_000) % 10**6).zfill(6)
    tried = [li.does("in", place="1", code=wrong).status_code for _ in range(22)]

    assert (tried[0], tried[-1]) == (409, 429)
    assert li.does("in", place="1", code=right).status_code == 429
    assert li.phone.get(f"/shifts/here/{shift}?code={right}").status_code == 429
    assert li.phone.post(f"/shifts/here/{shift}", data={"step": "in", "code": right}).status_code == 429
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert elsewhere.get(f"/shifts/here/{shift}?code={right}").status_code == 200


def test_digits_of_a_chinese_keyboard_are_digits(coordinator: FlaskClient, shift: int, li: Volunteer) -> None:
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code_on(coordinator, shift))

    assert li.does("in", code=wide).status_code == 303


def test_where_somebody_is_to_stand_is_told_to_nobody_who_is_not_at_the_post(
    app: Flask, coordinator: FlaskClient, shift: int
) -> None:
    stranger, address = app.test_client(), f"/shifts/here/{shift}"
    without = [stranger.get(address), stranger.get(f"{address}?code=1"), stranger.post(address, data={"step": "in"})]

    assert "Delivery" in page(stranger.get(f"{address}?code={code_on(coordinator, shift)}"))
    assert not [one for one in without if "Delivery" in page(one) or "datetime=" in page(one)]
    assert {one.status_code for one in [*without, stranger.get("/shifts/here/987654321")]} == {409}


@given(st.integers(0, 10**6), st.integers(-200, 200))
@settings(max_examples=15)
def test_a_number_is_taken_a_minute_around_the_one_it_is_shown_in(second: int, later: int) -> None:
    shown = datetime.fromtimestamp(1_700_000_000 + second, UTC)
    used = shown + timedelta(seconds=later)
    steps = abs(int(used.timestamp()) // 60 - int(shown.timestamp()) // 60)
    code = code_of(b"key", 7, shown)

    assert is_current(b"key", 7, code, used) is (steps <= 1 or code_of(b"key", 7, used) == code)


@pytest.mark.parametrize(("minutes", "kept"), [(-90, 0), (14, 0), (15, 30), (44, 30), (45, 60), (100, 90), (1000, 90)])
def test_time_at_a_post_is_kept_to_the_half_hour_and_within_the_shift(minutes: int, kept: int) -> None:
    shift = {"starts_at": HALF_PAST, "ends_at": HALF_PAST + timedelta(minutes=90)}

    assert half_hour_of(shift, HALF_PAST + timedelta(minutes=minutes)) == HALF_PAST + timedelta(minutes=kept)


def test_the_coordinator_notes_who_came_and_went_and_takes_a_mistake_back(
    app: Flask, coordinator: FlaskClient, shift: int, li: Volunteer, database: Database
) -> None:
    def does(step: str) -> str:
        answer = coordinator.post(f"/shifts/{shift}/people", data={"step": step, "place": "1"})
        return f"{answer.status_code} {page(answer)}"

    assert does("out").startswith("409")
    assert does("whole").startswith("409")
    assert "Goes now" in does("in")
    assert "Goes now" in does("in")
    assert "Has come" in does("undo")
    at_another_time(database, starts_at=-timedelta(hours=4), ends_at=-timedelta(minutes=90))
    assert "Was there all the time" in does("")
    assert "2.5 h" in does("whole")

    assert "2.5 h" in li.page()
    assert "2.5 h" in page(coordinator.get("/shifts"))
    assert "2.5 小时" in page(coordinator.get("/shifts?past=1&lang=zh"))


def test_a_shift_that_was_made_shorter_takes_no_hours_from_anybody(
    coordinator: FlaskClient, shift: int, li: Volunteer, database: Database
) -> None:
    coordinator.post(f"/shifts/{shift}/people", data={"step": "in", "place": "1"})
    at_another_time(database, starts_at=-timedelta(hours=9), ends_at=-timedelta(hours=8))

    assert "(0 h)" in page(coordinator.post(f"/shifts/{shift}/people", data={"step": "out", "place": "1"}))


def test_who_left_a_name_with_one_organization_is_told_to_no_other(
    coordinator: FlaskClient, shift: int, li: Volunteer, database: Database
) -> None:
    with database.write() as session:  # an official's list gives the shift of another organization to this one
        session.execute(update(ShiftVolunteer).values(organization="Red Scarves"))
    text = page(coordinator.post(f"/shifts/{shift}/people"))

    assert li.contact not in text and "Name no longer kept" in text
    assert lines(database)[-1][2] == {"people": 0}


def test_codes_are_shown_from_an_hour_before_to_two_hours_after(
    coordinator: FlaskClient, shift: int, database: Database
) -> None:
    at_another_time(database, starts_at=timedelta(minutes=61), ends_at=timedelta(hours=3))
    early = page(coordinator.get(f"/shifts/{shift}/post"))
    at_another_time(database, starts_at=timedelta(minutes=59))
    on_time = page(coordinator.get(f"/shifts/{shift}/post"))
    at_another_time(database, starts_at=-timedelta(hours=5), ends_at=-timedelta(minutes=121))
    late = page(coordinator.get(f"/shifts/{shift}/post"))

    assert "is shown from" in early and "shift-digits" not in early
    assert "shift-digits" in on_time and 'http-equiv="refresh"' in on_time
    assert "This shift is over" in late and "shift-digits" not in late


def test_names_are_for_the_organizations_coordinator_alone_and_each_reading_is_noted(
    app: Flask, coordinator: FlaskClient, shift: int, li: Volunteer, database: Database, signed_in: SignedIn
) -> None:
    nameless = page(coordinator.get(f"/shifts/{shift}")) + page(coordinator.get("/shifts"))
    named = page(coordinator.post(f"/shifts/{shift}/people"))
    coordinator.post(f"/shifts/{shift}/people", data={"step": "give_up", "place": "99"})

    assert li.contact in named and li.contact not in nameless
    readings = [line for line in lines(database) if line[1] == "read_contact"]
    assert readings == [("coordinator@linli.example.org", "read_contact", {"people": 1})] * 2
    official = in_a_page(signed_in("city_official"))
    helper = in_a_page(signed_in("volunteer", organization=BLUE))
    for path in (f"/shifts/{shift}/people", f"/shifts/{shift}", "/shifts/calendar"):
        assert official.post(path).status_code == 403
        assert helper.post(path).status_code == 403
        assert app.test_client().post(path).status_code == 302
    others = put(official, "volunteer_shifts", organization="Red Scarves")
    for path in (f"/shifts/{others}", f"/shifts/{others}/people", "/shifts/987654321"):
        assert coordinator.post(path, data={"step": "own", "own": "1"}).status_code == 404


def test_no_list_no_journal_row_and_no_address_holds_a_name_or_a_contact(
    app: Flask, coordinator: FlaskClient, shift: int, li: Volunteer, database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    li.does("in", code=code_on(coordinator, shift))
    li.does("out", code=code_on(coordinator, shift))
    coordinator.post(f"/shifts/{shift}/people")
    listed = page(coordinator.get(f"/api/v1/volunteer_shifts?bbox={BOX}"))
    followed = page(coordinator.get("/api/v1/changes?since=0"))

    said = f"{listed} {followed} {lines(database)} {row_of(database, shift)} {caplog.text} {li.mine}"
    with database.read() as session:
        checked = select(JournalRow.recorded_at).where(JournalRow.verb.in_(("check_in", "check_out")))
        moments = session.execute(checked).scalars().all()
    assert {(at.minute % 30, at.second, at.microsecond) for at in moments} == {(0, 0, 0)}
    assert '"places_taken":1' in listed
    assert {verb for _, verb, _ in lines(database)} >= {"make_link", "check_in", "check_out", "read_contact"}
    assert not [word for word in ("Li", li.contact, "0000 Li") if re.search(rf"\b{word}\b", said)]
    for answer in (li.phone.get(li.mine), coordinator.get(f"/shifts/{shift}")):
        assert "no-store" in answer.headers["Cache-Control"]
    assert li.phone.get(li.mine).headers["Referrer-Policy"] == "no-referrer"
