"""The outline that cells make together."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from shapely import MultiPoint, Point

from geo import cells
from geo.outlines import outline_of_cells
from geo.shapes import area_m2
from tests.geo.places import SHANGHAI

HERE = cells.parent(cells.leaf_of(*SHANGHAI), 9)


def test_a_family_of_cells_has_one_outline_around_their_centres() -> None:
    family = cells.children(HERE, 10)

    outline = outline_of_cells(family.tolist())

    assert len(outline.geoms) == 1
    assert all(outline.contains(Point(cells.center(cell))) for cell in family.tolist())


def test_cells_apart_have_an_outline_of_parts() -> None:
    there = cells.parent(cells.leaf_of(121.6, 31.3), 10)

    outline = outline_of_cells([HERE, there])

    assert len(outline.geoms) == 2
    assert area_m2(outline) == pytest.approx(sum(area_m2(outline_of_cells([cell])) for cell in (HERE, there)))


def test_no_cells_have_an_empty_outline() -> None:
    assert outline_of_cells([]).is_empty


@example(place=(179.9999, -17.0), res=5)
@given(
    place=st.tuples(st.floats(-180, 180), st.floats(-89, 89)),
    res=st.integers(5, 11),
)
def test_bounds_are_those_of_the_outline_also_over_the_antimeridian(place: tuple[float, float], res: int) -> None:
    cell = cells.parent(cells.leaf_of(*place), res)

    west, south, east, north = (side.tolist() for side in cells.bounds(cells.as_cells([cell, HERE])))

    assert [west[0], south[0], east[0], north[0]] == pytest.approx(MultiPoint(cells.boundary(cell)).bounds)
    assert west[1] < SHANGHAI[0] < east[1] and south[1] < SHANGHAI[1] < north[1]
