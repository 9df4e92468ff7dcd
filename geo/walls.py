"""From outlines and gates on the map to closed areas of cells; from a position to the cell on its side of a wall.

A cell is inside an area if its centre is; an area too small for any centre has the one cell at its middle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.cells import Cells, Degrees, cells_of, centers, resolution
from geo.distances import METRES_A_DEGREE, great_circle_m
from geo.reach import Closed, Places, disks

#: A gate so near to the border, in metres, stands on it: outlines run along walls, and gates stand before or behind.
EDGE_M = 30.0

#: Longitudes and latitudes.
Positions = tuple[Degrees, Degrees]


def closed_areas(cells: Cells, outlines: Sequence[BaseGeometry], gates: Sequence[Positions]) -> list[Closed]:
    """The closed areas that valid polygons make among sorted cells of one resolution, in their order.

    gates: for each polygon, the longitudes and latitudes of the open gates that may lead into it. One within EDGE_M of
    the polygon's border opens it for the cell of the gate and its neighbours, and at the nearest of the inner cells.
    """
    if not len(cells) or not len(outlines):
        return [Closed(cells, cells) for _ in outlines]
    found = []
    for outline, inside, (lngs, lats) in zip(outlines, _inside(cells, outlines), gates, strict=True):
        at = gates_of(outline, lngs, lats)
        _, around = disks(cells_of(lngs[at], lats[at], int(resolution(int(cells[0])))))
        found.append(Closed(inside, np.union1d(around, _nearest_inner(inside, lngs[at], lats[at]))))
    return found


def places_of(
    cells: Cells, closed: Sequence[Closed], outlines: Sequence[BaseGeometry], lngs: Degrees, lats: Degrees
) -> Places:
    """For each position the place among sorted cells of its own cell, or of the nearest neighbour of that one which is
    inside of the very areas that hold the position; -1 where its cell is not among them.

    Without this a home beside a wall would stand in the street, because its cell's centre does.
    """
    if not len(cells) or not len(lngs):
        return np.full(len(lngs), -1, dtype=np.intp)
    own = cells_of(lngs, lats, int(resolution(int(cells[0]))))
    areas_of_cell = _areas_by_cell(closed)
    areas_of_position = _areas_by_position(outlines, lngs, lats)
    nothing: frozenset[int] = frozenset()
    wanted = [areas_of_position.get(at, nothing) for at in range(len(lngs))]
    astray = [at for at, cell in enumerate(own.tolist()) if areas_of_cell.get(cell, nothing) != wanted[at]]
    position, around = disks(own[astray])
    at = np.array(astray, dtype=np.intp)[position]
    metres = great_circle_m(*centers(around), lngs[at], lats[at])
    known = np.isin(around, cells)
    for one in np.lexsort((-metres, position)).tolist():  # the nearest last, which stays
        if known[one] and areas_of_cell.get(int(around[one]), nothing) == wanted[at[one]]:
            own[at[one]] = around[one]
    places = np.minimum(np.searchsorted(cells, own), len(cells) - 1)
    return np.where(cells[places] == own, places, -1)


def _inside(cells: Cells, outlines: Sequence[BaseGeometry]) -> list[Cells]:
    """The cells inside of each outline, sorted; asked of all at once, for a city has thousands."""
    middles = shapely.STRtree(np.asarray(shapely.points(*centers(cells))))
    which, over = middles.query(np.array(outlines, dtype=object), predicate="intersects")
    order = np.lexsort((over, which))
    found = np.split(cells[over[order]], np.searchsorted(which[order], np.arange(1, len(outlines))))
    return [inside if len(inside) else _in_the_middle(cells, one) for inside, one in zip(found, outlines, strict=True)]


def _in_the_middle(cells: Cells, outline: BaseGeometry) -> Cells:
    middle = outline.representative_point()
    return np.intersect1d(cells, cells_of([middle.x], [middle.y], int(resolution(int(cells[0])))))


def _nearest_inner(inside: Cells, lngs: Degrees, lats: Degrees) -> Cells:
    """For each gate the nearest of the cells inside that have a neighbour outside."""
    middle, around = disks(inside if len(lngs) else inside[:0])
    border = inside[np.unique(middle[~np.isin(around, inside)])]
    if not len(border):
        return border
    west_east, south_north = centers(border)
    nearest = [
        great_circle_m(west_east, south_north, lng, lat).argmin()
        for lng, lat in zip(lngs.tolist(), lats.tolist(), strict=True)
    ]
    return border[nearest]


def gates_of(outline: BaseGeometry, lngs: Degrees, lats: Degrees) -> Places:
    """Which gates stand on the border of an outline."""
    west, south, east, north = outline.bounds
    narrow = np.cos(np.radians((south + north) / 2))  # degrees of longitude are so much shorter
    margin = EDGE_M / METRES_A_DEGREE
    wide = margin / narrow
    near = (lngs >= west - wide) & (lngs <= east + wide) & (lats >= south - margin) & (lats <= north + margin)
    chosen = np.flatnonzero(near)
    border = shapely.transform(outline.boundary, lambda places: places * (narrow, 1.0))
    metres = shapely.distance(shapely.points(lngs[chosen] * narrow, lats[chosen]), border) * METRES_A_DEGREE
    return chosen[metres <= EDGE_M]


def _areas_by_cell(closed: Sequence[Closed]) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for number, area in enumerate(closed):
        for cell in area.cells.tolist():
            found[cell] = found.get(cell, frozenset()) | {number}
    return found


def _areas_by_position(outlines: Sequence[BaseGeometry], lngs: Degrees, lats: Degrees) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    if not outlines:
        return found
    which, over = shapely.STRtree(list(outlines)).query(shapely.points(lngs, lats), predicate="intersects")
    for position, number in zip(which.tolist(), over.tolist(), strict=True):
        found[position] = found.get(position, frozenset()) | {number}
    return found
