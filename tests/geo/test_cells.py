"""Cells: from points, up and down, as leaf ranges, as text. Checked against H3's own functions everywhere."""

from collections.abc import Callable

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cells
from geo.cells import COVER, LEAF, BadCell
from geo.coordinates import BadCoordinates
from geo.distances import great_circle_m
from tests.geo.places import PENTAGONS, lats, leaves, lngs
from tests.geo.places import cells as some_cells

# The first two are printed in the H3 documentation, the third was agreed by h3-js 4.5.
PUBLISHED = [
    (-122.0553238, 37.3615593, 5, "85283473fffffff"),
    (-122.41795063018799, 37.775938728915946, 9, "8928308280fffff"),
    (121.48474337369373, 31.21343642441124, 0, "8031fffffffffff"),
]


@pytest.mark.parametrize(("lng", "lat", "res", "text"), PUBLISHED)
def test_published_points_have_their_published_cells(lng: float, lat: float, res: int, text: str) -> None:
    assert cells.to_hex(int(cells.cells_of([lng], [lat], res)[0])) == text


@given(lngs, lats)
def test_a_point_has_the_leaf_that_h3_gives_it(lng: float, lat: float) -> None:
    assert cells.leaf_of(lng, lat) == h3.latlng_to_cell(lat, lng, LEAF)


@pytest.mark.parametrize("times", [1, cells.FEW + 1])
@given(points=st.lists(st.tuples(lngs, lats)))
def test_many_points_have_the_leaves_that_each_alone_has(points: list[tuple[float, float]], times: int) -> None:
    points = points * times
    lng, lat = [p[0] for p in points], [p[1] for p in points]

    found = cells.leaves_of(lng, lat)

    assert found.dtype == np.int64
    assert found.tolist() == [cells.leaf_of(*p) for p in points]


@pytest.mark.parametrize("bad", [(181.0, 0.0), (0.0, 91.0), (np.nan, 0.0), (0.0, np.nan), (np.inf, 0.0)])
def test_a_point_off_the_earth_is_refused_and_its_row_named(bad: tuple[float, float]) -> None:
    with pytest.raises(BadCoordinates, match="row 1"):
        cells.leaves_of([121.0, bad[0]], [31.0, bad[1]])
    with pytest.raises(BadCoordinates):
        cells.leaf_of(*bad)


def test_longitudes_and_latitudes_must_be_as_many() -> None:
    with pytest.raises(BadCoordinates):
        cells.leaves_of([121.0, 122.0], [31.0])


@given(st.lists(leaves(), min_size=1), st.integers(0, 13))
def test_a_parent_by_bits_is_h3s_parent(some: list[int], res: int) -> None:
    found = cells.parent(np.array(some), res)

    assert found.tolist() == [h3.cell_to_parent(leaf, res) for leaf in some]
    assert cells.parent(some[0], res) == found[0]


@given(leaves(), st.integers(0, 13), st.integers(0, 13))
def test_parents_nest(leaf: int, one: int, other: int) -> None:
    coarse, fine = sorted((one, other))

    assert cells.parent(cells.parent(leaf, fine), coarse) == cells.parent(leaf, coarse)


def test_a_cell_has_no_parent_finer_than_itself() -> None:
    coarse = h3.latlng_to_cell(31, 121, 7)
    for wrong in (coarse, np.array([coarse])):
        with pytest.raises(BadCell):
            cells.parent(wrong, 8)


@given(some_cells(0, 13), leaves())
def test_a_leaf_is_in_the_range_of_its_ancestors_and_of_no_other_cell(cell: int, leaf: int) -> None:
    lo, hi = cells.leaf_range(cell)
    own_lo, own_hi = cells.leaf_range(cells.parent(leaf, cells.resolution(cell)))

    assert own_lo <= leaf <= own_hi
    assert (lo <= leaf <= hi) == (h3.cell_to_parent(leaf, cells.resolution(cell)) == cell)
    assert h3.is_valid_cell(lo)
    assert h3.is_valid_cell(hi)


@given(some_cells(4, 11))
def test_the_ranges_of_children_are_disjoint_ordered_and_fill_their_parents(cell: int) -> None:
    lo, hi = cells.leaf_ranges(cells.children(cell, cells.resolution(cell) + 1))

    assert (lo <= hi).all()
    assert (hi[:-1] < lo[1:]).all()
    assert (lo[0], hi[-1]) == cells.leaf_range(cell)


@given(st.lists(some_cells(0, 13)))
def test_a_range_gives_its_cell_back(some: list[int]) -> None:
    given_cells = np.array(some, dtype=np.int64)

    assert cells.cells_of_ranges(*cells.leaf_ranges(given_cells)).tolist() == some


def test_a_cell_below_the_leaf_has_no_range() -> None:
    with pytest.raises(BadCell):
        cells.leaf_range(h3.latlng_to_cell(31, 121, 14))


@given(some_cells(3, 11), st.integers(0, 3))
def test_children_are_h3s_in_index_order_also_of_a_pentagon(cell: int, down: int) -> None:
    res = cells.resolution(cell) + down

    assert cells.children(cell, res).tolist() == sorted(h3.cell_to_children(cell, res))
    assert cells.child_count(cell, res) == h3.cell_to_children_size(cell, res)


@given(st.lists(some_cells(7, 9), max_size=6))
def test_descendants_stand_in_the_order_of_their_ancestors_and_name_them(some: list[int]) -> None:
    ancestors = np.array(some, dtype=np.int64)

    found, at = cells.descendants(ancestors, 10)

    assert found.tolist() == [child for one in some for child in sorted(h3.cell_to_children(one, 10))]
    for cell, i in zip(found.tolist(), at.tolist(), strict=True):
        assert h3.cell_to_parent(cell, h3.get_resolution(some[i])) == some[i]


@pytest.mark.parametrize("call", [cells.children, cells.child_count])
def test_a_cell_has_no_children_coarser_than_itself(call: Callable[[int, int], object]) -> None:
    with pytest.raises(BadCell):
        call(h3.latlng_to_cell(31, 121, 9), 8)


@given(some_cells(5, 11), st.integers(0, 6))
def test_a_rank_is_the_place_of_a_cells_first_cover_cell_under_the_ancestor(cell: int, up: int) -> None:
    top = max(cells.resolution(cell) - up, 4)
    ancestor = h3.cell_to_parent(cell, top)

    assert cells.rank_in(ancestor, cell) == h3.cell_to_child_pos(h3.cell_to_center_child(cell, COVER), top)


@pytest.mark.parametrize("place", PENTAGONS[:3])
def test_ranks_run_without_a_gap_over_a_pentagon(place: tuple[float, float]) -> None:
    pentagon = h3.latlng_to_cell(place[1], place[0], 7)
    below = cells.children(pentagon, COVER)

    assert len(below) == 1 + 5 * (7**4 - 1) // 6
    assert cells.rank_in(pentagon, below).tolist() == list(range(len(below)))


def test_a_cell_below_the_cover_resolution_ranks_as_the_cover_cell_it_lies_in() -> None:
    leaf = cells.leaf_of(121.47, 31.23)
    ancestor = cells.parent(leaf, 8)

    assert cells.rank_in(ancestor, leaf) == cells.rank_in(ancestor, cells.parent(leaf, COVER))


def test_a_cell_has_no_rank_in_a_cell_that_is_not_its_ancestor() -> None:
    here, there = h3.latlng_to_cell(31, 121, 9), h3.latlng_to_cell(32, 121, 7)
    with pytest.raises(BadCell):
        cells.rank_in(there, here)
    with pytest.raises(BadCell):
        cells.rank_in(here, h3.cell_to_parent(here, 8))


@given(some_cells(1, 13))
def test_siblings_are_the_other_children_of_the_parent(cell: int) -> None:
    res = cells.resolution(cell)
    family = h3.cell_to_children(h3.cell_to_parent(cell, res - 1), res)

    assert cells.siblings(cell).tolist() == sorted(set(family) - {cell})


def test_a_cell_of_the_top_has_no_siblings() -> None:
    with pytest.raises(BadCell):
        cells.siblings(h3.latlng_to_cell(31, 121, 0))


@given(some_cells(0, 13))
def test_a_cell_survives_its_text(cell: int) -> None:
    text = cells.to_hex(cell)

    assert text == h3.int_to_str(cell)
    assert cells.from_hex(text) == cell
    assert cells.is_cell(cell)
    assert cells.is_cell(np.int64(cell))


@pytest.mark.parametrize(
    "text",
    ["", "8931", "zzzzzzzzzzzzzzz", "89309a47157fffF", "ffffffffffffff1", "0" * 15, "89309a47157ffff0", "1" * 400],
)
def test_a_text_that_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        cells.from_hex(text)


@pytest.mark.parametrize("value", [0, -1, 1 << 63, True, None, "89309a47157ffff", 1.5])
def test_a_value_that_is_no_cell_is_told_apart(value: object) -> None:
    assert not cells.is_cell(value)


def test_outside_values_become_cells_or_are_named() -> None:
    cell = cells.leaf_of(121, 31)

    assert cells.as_cells([cell, cell]).tolist() == [cell, cell]
    assert cells.as_cells([]).dtype == np.int64
    with pytest.raises(BadCell, match="17"):
        cells.as_cells([cell, 17])


@given(st.lists(some_cells(0, 13)))
def test_centres_are_h3s_with_longitudes_below_180(some: list[int]) -> None:
    lng, lat = cells.centers(np.array(some, dtype=np.int64))

    for i, cell in enumerate(some):
        their_lat, their_lng = h3.cell_to_latlng(cell)
        assert great_circle_m(their_lng, their_lat, lng[i], lat[i]) < 0.001
        assert cells.center(cell) == (lng[i], lat[i])
    assert ((lng >= -180) & (lng < 180)).all()


@given(some_cells(5, 13))
def test_a_boundary_is_one_piece_around_the_centre_also_on_the_antimeridian(cell: int) -> None:
    middle, _ = cells.center(cell)
    corners = cells.boundary(cell)

    assert len(corners) >= 5
    assert all(abs(lng - middle) <= 180 for lng, _ in corners)
    assert [((lng + 180) % 360 - 180, lat) for lng, lat in corners] == [
        (pytest.approx((lng + 180) % 360 - 180, abs=1e-9), lat) for lat, lng in h3.cell_to_boundary(cell)
    ]


@given(leaves())
def test_the_centre_of_a_leaf_is_in_that_leaf(leaf: int) -> None:
    assert cells.leaf_of(*cells.center(leaf)) == leaf


@given(st.lists(some_cells(0, 13)))
def test_pentagons_are_told_from_hexagons(some: list[int]) -> None:
    assert cells.is_pentagon(np.array(some, dtype=np.int64)).tolist() == [h3.is_pentagon(cell) for cell in some]
