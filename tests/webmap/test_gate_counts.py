"""Counting at a gate: each press once, in the right quarter of an hour, by nobody in particular, and only for staff."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from data.database import Database
from data.journal import JournalRow
from layers.cell_state.verify import differences
from tests.webmap.forms import page
from tests.webmap.official import in_a_page, put
from tests.webmap.people import email_of

SignedIn = Callable[..., FlaskClient]
KINDS = ("passed", "temperature_high", "referred")
QUARTER = timedelta(minutes=15)


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """An official, who puts gates, counts at one as anybody of staff may, and reads what was counted."""
    return in_a_page(signed_in("city_official"))


def key(number: int) -> str:
    return f"a-key-of-one-press-{number:04d}"


def press(number: int, ago: float = 0, kind: str = "passed", clock: float = 0, **more: Any) -> dict[str, Any]:
    """A press so many seconds ago, by a phone whose clock is wrong by so many."""
    at = datetime.now(UTC) + timedelta(seconds=clock - ago)
    return {"key": key(number), "kind": kind, "at": at.isoformat(), **more}


def send(client: FlaskClient, gate: int, *presses: dict[str, Any], clock: float = 0) -> TestResponse:
    sent_at = (datetime.now(UTC) + timedelta(seconds=clock)).isoformat()
    return client.post(f"/api/v1/checkpoints/{gate}/counts", json={"sent_at": sent_at, "presses": list(presses)})


def quarters(official: FlaskClient, gate: int) -> list[dict[str, Any]]:
    until = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    since = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    answer = official.get(f"/api/v1/checkpoints/{gate}/counts", query_string={"since": since, "until": until})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["quarters"]
    return found


def total(official: FlaskClient, gate: int) -> Counter[str]:
    return Counter({kind: sum(one[kind] for one in quarters(official, gate)) for kind in KINDS})


def fields(official: FlaskClient, gate: int) -> Counter[str]:
    """What the checkpoint itself says, as lists and exports have it."""
    found = official.get("/api/v1/checkpoints?limit=1000").get_json()["features"]
    return Counter({kind: next(one["properties"][kind] for one in found if one["id"] == gate) for kind in KINDS})


def test_a_press_counts_in_its_quarter_and_sent_twice_it_is_one(official: FlaskClient) -> None:
    gate = put(official, "checkpoints", source_id="g1", passed=40)
    first, second = press(1, ago=1), press(2, ago=3 * 3600, kind="referred")

    told = [send(official, gate, first, second) for _ in range(2)][-1].get_json()

    assert told["settled"] == [key(1), key(2)]
    assert [(one["passed"], one["referred"]) for one in quarters(official, gate)] == [(0, 1), (1, 0)]
    assert put(official, "checkpoints", source_id="g1", name="东一门", passed=7) == gate  # its list is loaded again
    assert fields(official, gate) == Counter(passed=41, referred=1)


def test_a_wrong_clock_of_the_phone_moves_no_count(official: FlaskClient) -> None:
    ago = 5 * 3600
    for clock in (3600, -3600, -40 * 365 * 86400):  # an hour fast, an hour slow, a phone that believes in 1986
        gate = put(official, "checkpoints")
        before = (datetime.now(UTC) - timedelta(seconds=ago)).timestamp() // 900
        send(official, gate, press(gate, ago, clock=clock), clock=clock)
        [one] = quarters(official, gate)
        after = (datetime.now(UTC) - timedelta(seconds=ago)).timestamp() // 900
        assert before <= datetime.fromisoformat(one["quarter"]).timestamp() / 900 <= after

    gate = put(official, "checkpoints")  # a clock that was set back by two hours between press and sending
    assert send(official, gate, press(gate, clock=7200)).get_json()["settled"] == [key(gate)]
    [one] = quarters(official, gate)
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(one["quarter"]) < QUARTER + timedelta(minutes=1)


def test_what_is_older_than_a_day_is_refused_and_the_rest_is_taken(official: FlaskClient) -> None:
    gate = put(official, "checkpoints")

    told = send(official, gate, press(1, ago=25 * 3600), press(2, ago=23 * 3600)).get_json()

    assert told["refused"] == [{"key": key(1), "why": "too_old"}]
    assert total(official, gate) == Counter(passed=1)


#: What no button of ours sends.
WRONG: tuple[dict[str, Any], ...] = (
    {"count": -1}, {"count": 0}, {"count": 101}, {"count": 10**30}, {"kind": "asleep"}, {"key": "short"},
    {"at": "yesterday"}, {"at": "2026-03-01T08:00:00"}, {"name": "Li"},
)  # fmt: skip


def test_what_no_button_sends_is_refused_whole(official: FlaskClient) -> None:
    gate = put(official, "checkpoints")

    assert [send(official, gate, press(1), {**press(2), **wrong}).status_code for wrong in WRONG] == [400] * len(WRONG)
    assert send(official, 4711, press(1)).status_code == 404
    assert official.get("/gates/4711").status_code == 404
    assert official.post(f"/gates/{gate}/count", data={"key": "x", "kind": "passed"}).status_code == 400
    assert quarters(official, gate) == []
    backwards = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    for asked in (backwards, {"since": "2020-03-02T00:00:00Z"}):
        assert official.get(f"/api/v1/checkpoints/{gate}/counts", query_string=asked).status_code == 400
    for asked in ({"until": "0001-01-01T00:00:00Z"}, {"since": "0001-01-01T00:00:00+08:00"}, {"until": "soon"}):
        assert official.get(f"/api/v1/checkpoints/{gate}/counts", query_string=asked).status_code == 400
    for day in ("soon", "0001-01-01", "9999-12-31"):
        assert official.get(f"/gates/{gate}/counts?day={day}").status_code == 200


def test_a_press_is_taken_back_at_its_own_gate_only(official: FlaskClient) -> None:
    here, elsewhere = put(official, "checkpoints"), put(official, "checkpoints")
    send(official, here, press(1))

    assert send(official, elsewhere, press(1, undone=True)).get_json()["settled"] == [key(1)]

    assert (total(official, here), total(official, elsewhere)) == (Counter(passed=1), Counter())
    assert fields(official, elsewhere) == Counter()


def test_a_closed_gate_takes_what_was_pressed_before_it_closed(official: FlaskClient) -> None:
    gate = put(official, "checkpoints")
    closed = official.post(f"/api/v1/checkpoints/{gate}/moves", json={"to": "closed", "reason": "消毒"})
    assert closed.status_code == 200

    told = send(official, gate, press(1, ago=60), press(2)).get_json()

    assert (told["settled"], told["refused"]) == ([key(1)], [{"key": key(2), "why": "closed"}])


#: What phones do: a key is pressed or taken back; a message carries some of these, in any order, again and again.
DEEDS = st.lists(
    st.tuples(st.integers(0, 7), st.booleans()), min_size=1, max_size=6, unique=True
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(DEEDS, min_size=1, max_size=8))
def test_however_often_and_in_whatever_order_it_arrives_each_press_counts_once_or_was_taken_back(
    official: FlaskClient, database: Database, messages: list[list[tuple[int, bool]]]
) -> None:
    gate = put(official, "checkpoints")
    made = {
        number: press(gate * 10 + number, ago=number * 1000, kind=KINDS[number % 3], count=number + 1)
        for number in range(8)
    }
    pressed, undone = set(), set()

    for deeds in messages:  # of one phone or of several: the keys are what counts
        said = [{**made[number], "undone": is_undone} for number, is_undone in deeds]
        assert send(official, gate, *said).status_code == 200
        pressed |= {number for number, is_undone in deeds if not is_undone}
        undone |= {number for number, is_undone in deeds if is_undone}

    right: Counter[str] = Counter()
    for number in pressed - undone:
        right[made[number]["kind"]] += number + 1
    assert total(official, gate) == fields(official, gate) == right
    with database.snapshot() as session:
        assert differences(session) == []


def test_a_hand_over_keeps_the_count_since_the_last_one_and_no_person(
    official: FlaskClient, database: Database
) -> None:
    gate = put(official, "checkpoints")
    send(official, gate, press(1), press(2), press(3, kind="referred"))
    for note, number in (("晚班 蓝马甲", 1), ("晚班 蓝马甲", 1), ("night shift", 2)):
        answer = official.post(f"/gates/{gate}/hand-over", data={"key": key(number), "note": note})
        assert answer.status_code == 303
        send(official, gate, press(4))

    for note in ("13800004711", "138 0000 4711", "li@example.org", "夜" * 81):
        refused = official.post(f"/gates/{gate}/hand-over", data={"key": key(3), "note": note})
        assert (refused.status_code, "Not handed over" in page(refused)) == (400, True)
        assert f'value="{note}"' in page(refused)
    shown = re.sub(r"<[^>]+>|\s+", " ", page(official.get(f"/gates/{gate}/counts")))

    assert re.search(r"1 0 0 night shift .* 2 0 1 晚班 蓝马甲", re.sub(" +", " ", shown)), shown
    with database.read() as session:
        lines = session.execute(select(JournalRow).where(JournalRow.layer == "gate_counts")).scalars().all()
    assert {line.verb for line in lines} == {"count", "hand_over"}
    assert all(email_of("city_official") not in f"{line.actor} {line.details}" for line in lines)


def test_without_scripts_each_button_is_a_form_and_the_last_press_is_taken_back(official: FlaskClient) -> None:
    gate = put(official, "checkpoints")
    form = page(official.get(f"/gates/{gate}"))
    found = re.search(r'id="gate-count".*?name="key" value="([^"]+)"', form, re.DOTALL)
    assert found
    for _ in range(2):  # an impatient thumb
        pressed = official.post(f"/gates/{gate}/count", data={"key": found[1], "kind": "temperature_high"})
    assert pressed.status_code == 303
    after = page(official.get(pressed.headers["Location"]))
    assert "Counted: Temperature high." in after
    assert total(official, gate) == Counter(temperature_high=1)

    taken_back = official.post(f"/gates/{gate}/count", data={"key": found[1], "kind": "temperature_high", "undo": "1"})

    assert "Taken back: Temperature high." in page(official.get(taken_back.headers["Location"]))
    assert total(official, gate) == Counter()


def test_what_is_counted_is_for_staff_and_by_the_hour_for_officials(
    client: FlaskClient, official: FlaskClient, signed_in: SignedIn
) -> None:
    phone = in_a_page(signed_in("volunteer"))
    gate = put(official, "checkpoints")
    send(phone, gate, press(1, kind="temperature_high"))

    assert client.get(f"/gates/{gate}").status_code == 302
    assert send(client, gate, press(2)).status_code == 401
    assert phone.get(f"/gates/{gate}/counts").status_code == 403
    assert phone.get(f"/api/v1/checkpoints/{gate}/counts").status_code == 403
    public = page(client.get("/api/v1/checkpoints")) + page(client.get("/")) + page(client.get("/gates/phone"))
    assert "temperature_high" not in page(client.get("/api/v1/checkpoints"))
    assert "reason" not in page(client.get("/api/v1/checkpoints"))
    assert "unstaffed" not in public
