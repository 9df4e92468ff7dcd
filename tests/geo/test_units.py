"""The units of a shared total, one cell each: the same law as apportioning, the other way round."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo import cells
from geo.cells import COVER
from geo.covers import Cover, apportion, cover, cover_of_cells
from geo.units import unit_cells
from tests.geo.places import SHANGHAI, polygons
from tests.geo.places import cells as some_cells

some_covers = st.one_of(polygons().map(cover), st.lists(some_cells(8, 11), min_size=1, max_size=6).map(cover_of_cells))


def units_of(total: int, one: Cover) -> tuple[np.ndarray, np.ndarray]:
    every = np.ones(len(one.lo), dtype=np.int64)
    return unit_cells(total * every, one.lo, one.hi, one.rank, one.n * every)


@given(st.integers(1, 5000), some_covers)
def test_each_cell_has_as_many_units_as_its_share(total: int, one: Cover) -> None:
    found, row = units_of(total, one)
    shared, amounts = apportion(total, one, COVER)

    held, units = np.unique(found, return_counts=True)
    assert len(found) == total
    assert dict(zip(held.tolist(), units.tolist(), strict=True)) == {
        cell: amount for cell, amount in zip(shared.tolist(), amounts.tolist(), strict=True) if amount
    }
    assert (cells.parent(one.cells[row], 5) == cells.parent(found, 5)).all()


def test_nothing_shared_has_no_units() -> None:
    found, row = units_of(0, cover_of_cells([cells.leaf_of(*SHANGHAI)]))

    assert len(found) == len(row) == 0


def test_a_place_that_is_one_leaf_has_all_units_in_its_cell() -> None:
    leaf = cells.leaf_of(*SHANGHAI)
    one, zero = np.array([1], dtype=np.int64), np.array([0], dtype=np.int64)

    found, row = unit_cells(3 * one, leaf * one, leaf * one, zero, one)

    assert found.tolist() == [cells.parent(leaf, COVER)] * 3
    assert row.tolist() == [0, 0, 0]
