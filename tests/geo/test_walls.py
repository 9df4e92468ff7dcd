"""Closed areas of cells from outlines and gates, and homes on their own side of a wall."""

from __future__ import annotations

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from shapely import Polygon

from geo.cells import Cells, cells_of
from geo.reach import Network, leads_out, walking_network
from geo.walls import EDGE_M, closed_areas, places_of
from tests.geo.places import SHANGHAI, points_within, polygons

METRE = 1 / 111_195
NARROW = float(np.cos(np.radians(SHANGHAI[1])))
NO_GATE = np.empty(0)


def around(steps: int) -> Cells:
    return np.array(sorted(h3.grid_disk(h3.latlng_to_cell(SHANGHAI[1], SHANGHAI[0], 11), steps)), dtype=np.int64)


def block(half_m: float) -> Polygon:
    """A square around Shanghai's centre."""
    lng, lat = SHANGHAI
    wide, high = half_m * METRE / NARROW, half_m * METRE
    return shapely.box(lng - wide, lat - high, lng + wide, lat + high)


def beside_the_east_wall(half_m: float, beyond_m: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([SHANGHAI[0] + (half_m + beyond_m) * METRE / NARROW]), np.array([SHANGHAI[1]])


def network(outlines: list[Polygon], lngs: np.ndarray, lats: np.ndarray) -> Network:
    cells = around(12)
    return walking_network(cells, closed_areas(cells, outlines, [(lngs, lats)] * len(outlines)))


@pytest.mark.parametrize("half_m", [5, 60, 150, 300])
@pytest.mark.parametrize("beyond_m", [-25, 0, 25])
def test_a_gate_near_the_wall_lets_people_in_on_either_side_of_it(half_m: float, beyond_m: float) -> None:
    shut = network([block(half_m)], NO_GATE, NO_GATE)
    opened = network([block(half_m)], *beside_the_east_wall(half_m, beyond_m))

    assert not leads_out(shut)[~shut.is_open].any()
    assert (~shut.is_open).any()
    assert leads_out(opened).all()


def test_a_gate_away_from_the_wall_lets_nobody_in() -> None:
    away = network([block(150)], *beside_the_east_wall(150, EDGE_M + 1))

    assert not leads_out(away)[~away.is_open].any()


def test_a_gate_in_a_shared_wall_opens_the_compound_and_the_zone() -> None:
    gate = beside_the_east_wall(150, 0)
    shared, apart = (network([block(150), block(wider)], *gate) for wider in (160, 320))
    homes = shared.places(closed_areas(shared.cells, [block(150)], [(NO_GATE, NO_GATE)])[0].cells)

    assert leads_out(shared)[homes].all()
    assert not leads_out(apart)[~apart.is_open].any()


@given(polygons(odd=False))
@settings(max_examples=30)
def test_a_home_stands_on_its_own_side_of_the_wall(outline: Polygon) -> None:
    cells = around(60)
    closed = closed_areas(cells, [outline], [(NO_GATE, NO_GATE)])
    lngs, lats = points_within(outline.buffer(0.0005), 80)
    is_inside = shapely.intersects_xy(outline, lngs, lats)

    places = places_of(cells, closed, [outline], lngs, lats)
    own = cells_of(lngs, lats, 11)

    around_it = [set(h3.grid_disk(cell, 1)) for cell in own.tolist()]
    inside = set(closed[0].cells.tolist())
    for place, near, is_in, cell in zip(places.tolist(), around_it, is_inside.tolist(), own.tolist(), strict=True):
        there = int(cells[place])
        possible = near & inside if is_in else near - inside
        assert there in possible if possible else there == cell


def test_a_position_outside_of_the_cells_has_no_place() -> None:
    cells = around(3)

    assert places_of(cells, [], [], np.array([120.0]), np.array([30.0])).tolist() == [-1]
    assert places_of(cells[:0], [], [], np.array([120.0]), np.array([30.0])).tolist() == [-1]
