"""By when a need is to be answered, and how a claim that ended goes back to everyone."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from data.database import Database, open_database
from data.journal import JournalRow
from layers import catalogue, features, queries
from layers.cell_state.verify import differences
from layers.errors import MoveNotAllowed
from layers.needs import actions
from layers.needs.lapses import lapse_due
from layers.needs.queries import next_claim_end
from layers.needs.rules import MOVES, OPEN, acknowledge_by, has_lapsed, meet_by, overdue, row_at
from layers.vocabulary.queries import Times, times
from tests.layers.answers import from_record
from tests.layers.town import NOON, OFFICIAL, crowd, fill

NEEDS = catalogue.layer("needs")
HOUR = timedelta(hours=1)
TIMES = Times(acknowledge=HOUR, meet=12 * HOUR, claim=2 * HOUR, review_first=False)


def need(state: str, **more: Any) -> dict[str, Any]:
    return {"state": state, "reported_at": NOON, "claim_until": None, **more}


def test_both_deadlines_run_from_the_report() -> None:
    assert acknowledge_by(need("reported"), TIMES) == NOON + HOUR
    assert meet_by(need("assigned"), TIMES) == NOON + 12 * HOUR


@pytest.mark.parametrize(
    ("state", "hours", "late"),
    [
        ("reported", 1, None),
        ("reported", 1.1, "acknowledge"),
        ("acknowledged", 1.1, None),
        ("assigned", 12, None),
        ("assigned", 12.1, "meet"),
        ("reported", 12.1, "meet"),
        ("met", 99, None),
        ("declined", 99, None),
    ],
)
def test_a_need_is_late_once_its_time_has_passed_and_only_while_it_is_open(
    state: str, hours: float, late: str | None
) -> None:
    assert overdue(need(state), TIMES, NOON + hours * HOUR) == late


@given(state=st.sampled_from(tuple(MOVES)), minutes=st.integers(0, 3000))
def test_what_is_late_stays_late_while_nobody_does_anything(state: str, minutes: int) -> None:
    now, later = NOON + timedelta(minutes=minutes), NOON + timedelta(minutes=minutes + 1)

    if overdue(need(state), TIMES, now):
        assert state in OPEN
        assert overdue(need(state), TIMES, later)


@given(until=st.one_of(st.none(), st.integers(-100, 100)), seen=st.integers(-100, 100))
def test_no_claim_is_seen_after_its_end_and_none_ends_before(until: int | None, seen: int) -> None:
    ends = None if until is None else NOON + timedelta(minutes=until)
    at = NOON + timedelta(minutes=seen)
    row = need("assigned", claim_until=ends, organization="队", taken_by="李", assigned_at=NOON - 2 * HOUR)

    shown = row_at(row, at)

    assert (shown["state"] == "assigned") == (ends is None or at < ends)
    assert (shown["organization"] == "队") == (shown["state"] == "assigned")
    assert not has_lapsed(shown, at)


def taken(store: Database, count: int, until: datetime | None) -> list[int]:
    """Needs that an organization has taken until a moment."""
    ids = fill(store, crowd(1, count, NOON))["needs"]
    with store.write() as session:
        actions.move(session, ids, "acknowledged", OFFICIAL, NOON)
        actions.move(session, ids, "assigned", OFFICIAL, NOON, organization="队", taken_by="李", claim_until=until)
    return ids


def lapses_of(store: Database) -> list[JournalRow]:
    with store.read() as session:
        query = select(JournalRow).where(JournalRow.actor == "linli").order_by(JournalRow.seq)
        return list(session.execute(query).scalars())


def test_a_claim_lapses_at_its_end_for_readers_before_the_clock_has_come(store: Database) -> None:
    (need_id,) = taken(store, 1, NOON + HOUR)

    with store.read() as session:
        seen = [
            queries.features_in_box(session, NEEDS, None, 9, 0, False, at, False)[0]
            for at in (NOON + HOUR - timedelta(seconds=1), NOON + HOUR)
        ]
        assert next_claim_end(session, NOON) == NOON + HOUR
        assert next_claim_end(session, NOON + HOUR) is None

    assert [(row["id"], row["state"], row["organization"], row["reason"]) for row in seen] == [
        (need_id, "assigned", "队", None),
        (need_id, "acknowledged", None, "lapsed"),
    ]


def test_the_clock_writes_a_lapse_down_as_of_the_end_of_the_claim(store: Database) -> None:
    late = NOON + HOUR + timedelta(minutes=7)
    taken(store, 3, NOON + HOUR)

    assert lapse_due(store, NOON + HOUR - timedelta(seconds=1)) == 0
    assert lapse_due(store, late) == 3
    assert lapse_due(store, late) == 0

    written = lapses_of(store)

    assert [(one.verb, one.from_state, one.to_state, one.details) for one in written] == [
        ("move", "assigned", "acknowledged", {"reason": "lapsed"})
    ] * 3
    assert {one.effective_at for one in written} == {NOON + HOUR}
    assert {one.recorded_at for one in written} == {late}
    with store.snapshot() as session:
        assert differences(session) == []


def test_a_lapse_opens_the_gap_of_a_service_nobody_on_duty_serves_as_of_the_end_of_the_claim(store: Database) -> None:
    ids = taken(store, 40, NOON + HOUR)
    before = sum(state.get("gap", 0) for state in from_record(store, 7, NOON, NOON).values())
    lapse_due(store, NOON + 2 * HOUR)
    with store.read() as session:
        repairs = [one for one in ids if features.row_of(session, NEEDS, one)["service"] == "repairs"]

    now = NOON + 2 * HOUR
    during, after = (
        sum(state.get("gap", 0) for state in from_record(store, 7, at, now).values())
        for at in (NOON + HOUR / 2, NOON + HOUR)
    )

    assert repairs
    assert during == before
    assert after == before + len(repairs)


def test_two_clocks_end_a_claim_once(store: Database, store_url: str) -> None:
    count, late = 60, NOON + 2 * HOUR
    taken(store, count, NOON + HOUR)
    begin, ended = threading.Barrier(2), []

    def clock() -> None:
        with open_database(store_url) as own:
            begin.wait()
            ended.append(lapse_due(own, late))

    clocks = [threading.Thread(target=clock) for _ in range(2)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()

    assert sum(ended) == count
    assert len(lapses_of(store)) == count


def test_who_acts_on_a_claim_that_ended_acts_on_a_need_that_waits_for_everyone(store: Database) -> None:
    first, second = taken(store, 2, NOON + HOUR)
    late = NOON + HOUR + timedelta(seconds=1)

    with pytest.raises(MoveNotAllowed), store.write() as session:
        actions.move(session, [first], "met", OFFICIAL, late)
    with store.write() as session:
        (row,) = actions.move(session, [second], "assigned", OFFICIAL, late, organization="别队")

    assert (row["organization"], row["reason"], row["claim_until"]) == ("别队", None, None)
    assert [one.feature_id for one in lapses_of(store)] == [second]


def test_every_service_has_times_and_an_urgent_kind_the_shorter_ones(store: Database) -> None:
    with store.read() as session:
        known = times(session)

    assert all(one.acknowledge <= one.meet for one in known.values())
    assert known["medicine"].acknowledge < known["supplies"].acknowledge
    assert (known["counselling"].claim, known["food"].claim) == (HOUR / 2, 2 * HOUR)
