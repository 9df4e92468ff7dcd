"""Which cells lie wholly in an outline: no leaf is counted that is outside, and none that is inside is missed."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import cells
from geo.covers import cover_of_cells
from geo.interior import interior


@settings(max_examples=60, deadline=None)
@given(
    lng=st.floats(-179, 179), lat=st.floats(-80, 80), width=st.floats(1e-4, 0.3), height=st.floats(1e-4, 0.3),
    turned=st.floats(0, 90), hole=st.just(0) | st.floats(0.05, 0.9), most=st.sampled_from((0, 30, 400)),
    seed=st.integers(0, 9999),
)  # fmt: skip
def test_a_leaf_under_a_whole_cell_is_inside_and_one_under_no_cell_is_outside(
    lng: float, lat: float, width: float, height: float, turned: float, hole: float, most: int, seed: int
) -> None:
    box = shapely.box(lng - width / 2, lat - height / 2, lng + width / 2, lat + height / 2)
    ring = box.difference(shapely.affinity.scale(box, hole, hole)) if hole else box
    outline = shapely.affinity.rotate(ring, turned)

    whole, border = interior(outline, most)

    west, south, east, north = outline.buffer(max(width, height) / 5).bounds
    random = np.random.default_rng(seed)
    leaves = cells.leaves_of(random.uniform(west, east, 3000), random.uniform(south, north, 3000))
    inside = shapely.intersects_xy(outline, *cells.centers(leaves))
    assert inside[cover_of_cells(whole).contains(leaves)].all()
    assert not inside[~cover_of_cells(whole).contains(leaves) & ~_under(border, leaves)].any()
    assert len(np.unique(cells.resolution(border))) <= 1


def _under(above: cells.Cells, leaves: cells.Cells) -> np.ndarray:
    if not len(above):
        return np.zeros(len(leaves), dtype=bool)
    return np.isin(cells.parent(leaves, cells.resolution(int(above[0]))), above)


@pytest.mark.parametrize("most", [150, 400])
def test_along_the_border_there_are_no_more_cells_than_asked_for(most: int) -> None:
    whole, border = interior(shapely.box(120.0, 30.1, 120.25, 30.5), most)

    assert 0 < len(border) <= most
    assert len(whole) > 0
