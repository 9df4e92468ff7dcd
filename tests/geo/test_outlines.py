"""The outline that cells make together."""

import pytest
from shapely import Point

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
