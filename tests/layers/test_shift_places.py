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
WHO = st.integers(0, 4)
STEPS = st.one_of(
    st.tuples(st.sampled_from(("take", "give_up", "offer", "keep", "take_over")), WHO),
    st.tuples(st.sampled_from(("own", "wanted")), st.integers(0, 4)),
)


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
    for step, value in steps:
        at = NOON + timedelta(minutes=next(minutes))
        before = sorted(one.volunteer_id for one in rows(store, number) if one.state in ("taken", "waiting"))
        try:
            with store.write() as session:
                act(session, number, step, value, at)
        except (MoveNotAllowed, BadInput):
            pass
        holds(store, number)
        after = [one.volunteer_id for one in rows(store, number) if one.state in ("taken", "waiting")]
        assert len(after) == len(set(after))
        if step in ("offer", "keep", "own", "wanted"):
            assert sorted(after) == before  # nobody loses a place, or a turn, by what somebody else does
        if step == "take_over":
            assert len(after) == len(before)
    with store.snapshot() as session:
        assert differences(session) == []


def rows(store: Database, number: int) -> list[Any]:
    with store.read() as session:
        query = select(ShiftPlace).where(ShiftPlace.shift_id == number).order_by(ShiftPlace.asked_at, ShiftPlace.id)
        return list(session.execute(query).scalars())


def act(session: Any, number: int, step: str, value: int, at: Any) -> None:
    """One step: of a person, by their number, or of the organization."""
    found = session.execute(select(ShiftPlace).where(ShiftPlace.shift_id == number).order_by(ShiftPlace.id)).scalars()
    known = list(found)
    if step == "take":
        places.take(session, number, places.person(f"person {value}", "Li", "1"), at)
    elif step == "own":
        places.set_own(session, number, value, OFFICIAL, at)
    elif step == "wanted":
        places.move_up_among(session, put(session, [shift(value + 1, own=1)], at), at)
    elif value < len(known):
        place = known[value]
        if step == "give_up":
            places.give_up(session, place.id, RESIDENT, at)
        elif step == "offer":
            places.offer(session, place.id, KEY, at)
        elif step == "keep":
            places.keep(session, place.id)
        elif place.offer_hash is not None and place.state == "taken":
            newcomer = places.person(f"newcomer {at}", "Zhao", "2")
            places.take_over(session, place.id, place.offer_hash, newcomer, at)


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
