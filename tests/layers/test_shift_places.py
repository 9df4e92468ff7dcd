"""Whatever volunteers and the organization do: places are never more than wanted, never lost, and figures follow."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.database import Database
from layers import features
from layers.actor import RESIDENT
from layers.cell_state.verify import differences
from layers.errors import BadInput, MoveNotAllowed
from layers.volunteer_shifts import LAYER, places
from layers.volunteer_shifts.queries import on_duty
from layers.volunteer_shifts.record import ShiftPlace
from tests.layers.town import LAT, LNG, NOON, OFFICIAL, Thing, put
from tests.stores import emptied

KEY = b"a key that is in no store"
STEPS = st.tuples(st.sampled_from(("take", "give_up", "hand_on", "own", "wanted")), st.integers(0, 3))


def shift(wanted: int, own: int = 0) -> Thing:
    moments = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=9)}
    values = {"organization": "队", "role": "care", "places_wanted": wanted, "places_filled": min(own, wanted)}
    square = shapely.box(LNG, LAT, LNG + 0.002, LAT + 0.002)
    return Thing("volunteer_shifts", {**values, **moments}, square).known_as("s")


@given(st.lists(STEPS, max_size=14))
@settings(max_examples=12)
def test_places_are_never_more_than_wanted_never_lost_and_the_figures_follow(
    shared_store: Database, steps: list[tuple[str, int]]
) -> None:
    store, minutes = emptied(shared_store), count(1)
    with store.write() as session:
        [number] = put(session, [shift(2)], NOON)
    for step, value in [("take", 0), ("take", 1), ("take", 2), *steps]:
        at = NOON + timedelta(minutes=next(minutes))
        before = waiting_or_taken(store, number)
        try:
            with store.write() as session:
                act(session, number, step, value, at)
        except (MoveNotAllowed, BadInput):
            pass
        holds(store, number)
        after = waiting_or_taken(store, number)
        assert len(after) == len(set(after))
        if step in ("own", "wanted"):
            assert after == before  # nobody loses a place, or a turn, by what somebody else does
        if step == "hand_on":
            assert len(after) == len(before)
    with store.snapshot() as session:
        assert differences(session) == []


def rows(store: Database, number: int) -> list[Any]:
    with store.read() as session:
        query = select(ShiftPlace).where(ShiftPlace.shift_id == number).order_by(ShiftPlace.asked_at, ShiftPlace.id)
        return list(session.execute(query).scalars())


def waiting_or_taken(store: Database, number: int) -> list[int]:
    return sorted(one.volunteer_id for one in rows(store, number) if one.state in ("taken", "waiting"))


def act(session: Any, number: int, step: str, value: int, at: Any) -> None:
    """One step: of a person, by their number, or of the organization."""
    query = select(ShiftPlace).where(ShiftPlace.shift_id == number).order_by(ShiftPlace.id)
    known = list(session.execute(query).scalars())
    if step == "take":
        places.take(session, number, places.person(f"person {value}", "Li", "1"), at)
    elif step == "own":
        places.set_own(session, number, value, OFFICIAL, at)
    elif step == "wanted":
        places.move_up_among(session, put(session, [shift(value + 1, own=1)], at), at)
    elif step == "give_up" and value < len(known):
        places.give_up(session, known[value].id, RESIDENT, at)
    elif step == "hand_on" and value < len(known):
        link = places.offer(session, known[value].id, KEY, at).offer_hash
        assert link is not None
        places.take_over(session, known[value].id, link, places.person(f"newcomer {at}", "Zhao", "2"), at)


def holds(store: Database, number: int) -> None:
    """What must be true of the shift at any time."""
    with store.read() as session:
        row = features.row_of(session, LAYER, number)
        duty = on_duty(session, NOON + timedelta(hours=1))
    found = [one.state for one in rows(store, number)]
    taken, waiting = found.count("taken"), found.count("waiting")
    assert row["places_taken"] == taken
    assert row["places_filled"] == min(row["places_wanted"], row["places_own"] + taken)
    assert not waiting or row["places_filled"] == row["places_wanted"]
    assert duty == {"care": (row["places_wanted"], row["places_filled"])}
