"""What is kept in memory is never behind the store: whoever wrote, however much, and however the questions come."""

from __future__ import annotations

import threading
from datetime import timedelta

import h3
import pytest

from data.database import Database
from geo.coordinates import Box
from layers.cell_state import present as present_module
from layers.cell_state import sheet as sheet_module
from layers.errors import TooMuch
from tests.layers.answers import from_memory, from_record, present_of
from tests.layers.town import LAT, LNG, NOON, Thing, crowd, fill, put


def needs_in(states: dict[int, dict[str, int]]) -> int:
    """How many needs there are over cells."""
    return sum(state.get("needs", 0) for state in states.values())


def test_a_need_written_between_the_version_and_the_answer_is_not_forgotten(
    shared_store: Database, elsewhere: Database
) -> None:
    present = present_of(shared_store)
    from_memory(present, 9, NOON)
    fill(elsewhere, crowd(1, 1, NOON))

    present.version(NOON)
    fill(elsewhere, crowd(2, 1, NOON))

    assert needs_in(from_memory(present, 9, NOON)) == 2
    assert needs_in(from_memory(present, 9, NOON)) == 2


def test_after_a_load_of_more_than_is_looked_through_one_by_one_everything_is_there(
    shared_store: Database, elsewhere: Database
) -> None:
    present = present_of(shared_store)
    from_memory(present, 8, NOON)

    fill(elsewhere, crowd(3, present_module.MOST_NEWS + 1, NOON))

    assert from_memory(present, 8, NOON) == from_record(shared_store, 8, NOON, NOON)
    assert needs_in(from_memory(present, 8, NOON)) == present_module.MOST_NEWS + 1


def test_many_threads_ask_while_another_process_writes_and_all_see_the_end(
    shared_store: Database, elsewhere: Database
) -> None:
    present, together, wrong = present_of(shared_store), threading.Barrier(5), []

    def ask() -> None:
        together.wait()
        seen = 0
        while seen < 40:
            now = needs_in(from_memory(present, 10, NOON))
            if now < seen:
                wrong.append((seen, now))
            seen = now

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    together.wait()
    for seed in range(40):
        with elsewhere.write() as session:
            put(session, crowd(seed, 1, NOON), NOON)
    for thread in threads:
        thread.join(timeout=60)

    assert wrong == []
    assert not any(thread.is_alive() for thread in threads)
    assert from_memory(present, 10, NOON) == from_record(shared_store, 10, NOON, NOON)


def test_what_begins_and_ends_by_itself_is_seen_at_its_very_moment(shared_store: Database, elsewhere: Database) -> None:
    starts, ends = NOON + timedelta(minutes=30), NOON + timedelta(minutes=90)
    shift = {"organization": "队", "role": "care", "starts_at": starts, "ends_at": ends, "places_wanted": 3}
    fill(elsewhere, [Thing("volunteer_shifts", {**shift, "cells": [_cell()]}, None)])
    present = present_of(shared_store)

    def places(at: object) -> int:
        return sum(state.get("places", 0) for state in from_memory(present, 11, at).values())  # type: ignore[arg-type]

    almost = timedelta(milliseconds=1)
    assert [places(at) for at in (NOON, starts - almost, starts, ends - almost, ends)] == [0, 0, 3, 3, 0]


def test_boxes_looked_up_before_are_right_after_more_were_than_are_kept(
    monkeypatch: pytest.MonkeyPatch, shared_store: Database, elsewhere: Database
) -> None:
    fill(elsewhere, crowd(5, 40, NOON))
    present = present_of(shared_store)
    monkeypatch.setattr(sheet_module, "MOST_KEPT", 30)
    boxes = [
        Box(LNG - 0.012 + west * 0.0024, LAT - 0.1, LNG - 0.012 + (west + 1) * 0.0024, LAT + 0.1) for west in range(10)
    ]

    answers = [[from_memory(present, 10, NOON, box) for box in boxes] for _ in range(3)]

    expected = [from_record(shared_store, 10, NOON, NOON, box) for box in boxes]
    assert sum(map(needs_in, expected)) == 40
    assert answers == [expected] * 3


def test_an_answer_too_large_says_which_resolution_would_do(shared_store: Database, elsewhere: Database) -> None:
    wide = [
        Thing(
            "volunteer_shifts",
            {
                "organization": "队", "role": "gate", "starts_at": NOON, "ends_at": NOON + timedelta(hours=1),
                "places_wanted": 10_000, "cells": [_cell(6)],
            },
            None,
        )
        for _ in range(3)
    ]  # fmt: skip
    fill(elsewhere, wide)
    present = present_of(shared_store)
    assert len(from_memory(present, 10, NOON)) < present_module.MOST_CELLS

    # A cell of resolution 6 has 16,807 of resolution 11; beside it two more with as many.
    ring = [cell for cell in h3.grid_disk(_cell(6), 1) if cell != _cell(6)][:2]
    fill(elsewhere, [Thing("volunteer_shifts", {**one.values, "cells": [cell]}, None) for cell in ring for one in wide])

    with pytest.raises(TooMuch, match="resolution 10 would do"):
        from_memory(present, 11, NOON)


def _cell(res: int = 11) -> str:
    return h3.latlng_to_cell(LAT, LNG, res)
