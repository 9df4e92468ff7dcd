"""Cells of a box and of tiles: by centre, half open, so that neighbours share none and lose none."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo import cells
from geo.boxes import TooMany, cells_in_box, likely_count
from geo.coordinates import BadCoordinates, Box
from geo.tiles import DEEPEST, cells_of_tile, resolution_of_zoom, tile_box
from tests.geo.places import lats, lngs

WORLD = cells.descendants(np.array(sorted(h3.get_res0_cells()), dtype=np.int64), 3)[0]
WORLD_LNGS, WORLD_LATS = cells.centers(WORLD)
DISTRICT = Box(121.4, 31.1, 121.6, 31.3)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Any box of the world; now and then one from pole to pole or all around."""
    west, east = sorted((draw(lngs), draw(lngs)))
    south, north = sorted((draw(lats), draw(lats)))
    if draw(st.integers(0, 4)) == 0:
        west, east = -180.0, 180.0
    if draw(st.integers(0, 4)) == 0:
        south, north = -90.0, 90.0
    assume(west < east and south < north)
    return Box(west, south, east, north)


@st.composite
def tiles(draw: st.DrawFn) -> tuple[int, int, int]:
    z = draw(st.integers(0, 14))
    return z, draw(st.integers(0, (1 << z) - 1)), draw(st.integers(0, (1 << z) - 1))


@given(boxes())
def test_a_box_has_the_cells_whose_centre_it_contains_anywhere_on_the_earth(box: Box) -> None:
    inside = (box.west <= WORLD_LNGS) & (box.east > WORLD_LNGS) & (box.south <= WORLD_LATS) & (box.north > WORLD_LATS)

    assert cells_in_box(box, 3).tolist() == np.sort(WORLD[inside]).tolist()


@given(st.floats(121.41, 121.59), st.floats(31.11, 31.29), st.integers(7, 10))
def test_a_box_cut_in_four_gives_each_of_its_cells_once(lng: float, lat: float, res: int) -> None:
    quarters = [
        Box(west, south, east, north)
        for west, east in ((DISTRICT.west, lng), (lng, DISTRICT.east))
        for south, north in ((DISTRICT.south, lat), (lat, DISTRICT.north))
    ]

    together = np.concatenate([cells_in_box(quarter, res) for quarter in quarters])

    assert sorted(together.tolist()) == cells_in_box(DISTRICT, res).tolist()


def test_a_centre_on_the_western_edge_is_in_and_on_the_eastern_is_out() -> None:
    cell = cells.parent(cells.leaf_of(121.47, 31.23), 11)
    lng, lat = cells.center(cell)

    assert cell in cells_in_box(Box(lng, lat, lng + 0.01, lat + 0.01), 11)
    assert cell not in cells_in_box(Box(lng - 0.01, lat, lng, lat + 0.01), 11)
    assert cell not in cells_in_box(Box(lng, lat - 0.01, lng + 0.01, lat), 11)


def test_a_box_smaller_than_a_cell_may_have_none() -> None:
    assert cells_in_box(Box(121, 31, 121.0000001, 31.0000001), 5).tolist() == []


def test_too_many_cells_are_refused_without_counting_and_a_resolution_is_named_that_does() -> None:
    with pytest.raises(TooMany, match="resolution 8 would do") as caught:
        cells_in_box(Box(120, 30, 122, 32), 11, limit=100_000)

    assert caught.value.count == pytest.approx(likely_count(Box(120, 30, 122, 32), 11), abs=1)
    assert len(cells_in_box(Box(120, 30, 122, 32), 8, limit=100_000)) <= 100_000


def test_a_few_too_many_are_counted_exactly() -> None:
    found = len(cells_in_box(DISTRICT, 9))

    assert len(cells_in_box(DISTRICT, 9, limit=found)) == found
    with pytest.raises(TooMany) as caught:
        cells_in_box(DISTRICT, 9, limit=found - 1)
    assert caught.value.count == found
    assert caught.value.resolution_that_would_do == 8


def test_where_no_served_resolution_would_do_a_smaller_box_is_advised() -> None:
    with pytest.raises(TooMany, match="smaller box") as caught:
        cells_in_box(Box(-180, -90, 180, 90), 5, limit=1000)
    assert caught.value.resolution_that_would_do is None


@given(tiles())
def test_the_four_tiles_below_a_tile_share_no_cell_and_together_have_all_of_its(tile: tuple[int, int, int]) -> None:
    z, x, y = tile
    res = max(resolution_of_zoom(z) - (5 if z < 5 else 0), 0)
    below = [cells_of_tile(z + 1, 2 * x + i, 2 * y + j, res) for i in (0, 1) for j in (0, 1)]

    assert sorted(np.concatenate(below).tolist()) == cells_of_tile(z, x, y, res).tolist()


@given(tiles())
def test_a_tile_ends_where_its_neighbours_begin(tile: tuple[int, int, int]) -> None:
    z, x, y = tile
    box = tile_box(z, x, y)

    if x + 1 < 1 << z:
        assert tile_box(z, x + 1, y).west == box.east
    if y + 1 < 1 << z:
        assert tile_box(z, x, y + 1).north == box.south
    assert tile_box(z + 1, 2 * x, 2 * y).west == box.west
    assert tile_box(z + 1, 2 * x, 2 * y).north == box.north


def test_published_tiles_have_their_published_edges() -> None:
    box = tile_box(0, 0, 0)
    assert (box.west, box.east) == (-180, 180)
    assert (box.south, box.north) == pytest.approx((-85.0511287798066, 85.0511287798066))
    assert tile_box(14, 13720, 6694).contains(121.4737, 31.2304)


def test_the_resolution_drawn_follows_the_zoom_within_the_served_ones() -> None:
    assert [resolution_of_zoom(z) for z in (0, 9, 10, 11, 15, 16, 17, 22)] == [5, 5, 5, 6, 10, 11, 11, 11]
    assert cells_of_tile(14, 13720, 6694).tolist() == cells_of_tile(14, 13720, 6694, 9).tolist()


@pytest.mark.parametrize("tile", [(-1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (DEEPEST + 1, 0, 0)])
def test_a_tile_that_does_not_exist_is_refused(tile: tuple[int, int, int]) -> None:
    with pytest.raises(BadCoordinates):
        tile_box(*tile)
