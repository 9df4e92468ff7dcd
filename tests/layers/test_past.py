"""What the process keeps of the record says of any moment what the record says, however it was read and written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import shapely

from data.database import Database, open_database
from layers.cell_state import kept_changes
from tests.layers.answers import RESOLUTIONS, States, from_kept, from_record, past_of
from tests.layers.town import LAT, LNG, NOON, Thing, crowd, fill
from tests.stores import emptied

#: A day in the order in which somebody pushes a slider: back, forth and further back.
HOURS = (1, 5, 2, 23, 0)


@pytest.fixture
def elsewhere(shared_store: Database) -> Iterator[Database]:
    """The store with needs of one day and volunteers on duty, as another process has it open."""
    emptied(shared_store)
    other = open_database(shared_store.engine.url.render_as_string(hide_password=False))
    hours = {"starts_at": NOON - timedelta(days=2), "ends_at": NOON + timedelta(days=1)}
    shift = {"organization": "队", "role": "delivery", **hours, "places_wanted": 3, "places_filled": 1}
    half = shapely.box(LNG, LAT - 0.02, LNG + 0.02, LAT + 0.02)
    fill(other, [Thing("volunteer_shifts", shift, half)])
    for hour in range(24):
        fill(other, crowd(hour, 9, NOON - timedelta(hours=hour)))
    yield other
    other.close()


def summed(states: States, name: str) -> int:
    """A figure of all cells together."""
    return sum(state.get(name, 0) for state in states.values())


def test_every_step_of_a_slider_is_what_the_record_says(shared_store: Database, elsewhere: Database) -> None:
    past = past_of(shared_store)
    for hours in HOURS:
        at = NOON - timedelta(hours=hours)
        for res in RESOLUTIONS:
            assert from_kept(past, res, at, NOON) == from_record(shared_store, res, at, NOON)


def test_what_is_written_late_of_a_moment_that_was_asked_for_is_in_the_next_answer(
    shared_store: Database, elsewhere: Database
) -> None:
    past, at = past_of(shared_store), NOON - timedelta(hours=3)
    before = from_kept(past, 9, at, NOON)

    fill(elsewhere, crowd(77, 70, at - timedelta(hours=1)))  # also in cells where nothing was known

    after = from_kept(past, 9, at, NOON)
    assert summed(after, "needs") == summed(before, "needs") + 70
    assert 0 < summed(after, "gap") - summed(before, "gap") < 70, "some of it somebody on duty serves"
    assert after == from_record(shared_store, 9, at, NOON)


def test_a_moment_for_which_too_much_would_have_to_be_kept_is_summed_by_the_store(
    shared_store: Database, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_changes, "MOST_KEPT", 40)
    past = past_of(shared_store)
    for hours in HOURS:
        at = NOON - timedelta(hours=hours)
        assert from_kept(past, 9, at, NOON) == from_record(shared_store, 9, at, NOON)
