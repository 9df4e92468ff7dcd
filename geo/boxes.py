"""Which cells belong to a box, those whose centre is in it, so boxes side by side share none; and which are near."""

from __future__ import annotations

import numpy as np
import shapely
from h3ronpy import ContainmentMode
from h3ronpy.vector import wkb_to_cells
from numpy.typing import NDArray

from geo.cells import CELL_KM2, COARSEST, FINEST, LEAF_WITHIN_M, Cells, centers
from geo.coordinates import Box
from geo.distances import EARTH_RADIUS_M, METRES_A_DEGREE

MOST_CELLS = 100_000  # 50 ms to list; a page draws a fifth of it
# Cells of one resolution differ in size: the smallest has 0.6 of the mean area (H3 documentation).
_DENSEST = 1.7
_STRIP_DEGREES = 60.0  # a ring wider than half a turn is read as the other half
_HAIR_DEGREES = 1e-9


class TooMany(ValueError):
    """A box with more cells than asked for: about `count`. `resolution_that_would_do` is None if none would."""

    def __init__(self, count: int, resolution_that_would_do: int | None) -> None:
        advice = "take a smaller box"
        if resolution_that_would_do is not None:
            advice = f"resolution {resolution_that_would_do} would do"
        super().__init__(f"the box holds about {count:,} cells: {advice}")
        self.count = count
        self.resolution_that_would_do = resolution_that_would_do


def cells_in_box(box: Box, res: int, limit: int = MOST_CELLS) -> Cells:
    """The cells of a resolution whose centre is in the half-open box, in index order.

    Raises TooMany above the limit; for a box far above it without listing them first.
    """
    likely = likely_count(box, res)
    if likely > 2 * limit + 100:
        raise TooMany(round(likely), _resolution_for(box, limit))
    found = wkb_to_cells(shapely.to_wkb(_strips(box)), res, ContainmentMode.ContainsCentroid, flatten=True)
    cells = np.unique(np.asarray(found.to_numpy()).view(np.int64))
    lngs, lats = centers(cells)
    cells = cells[box.contains_each(lngs, lats)]
    if len(cells) > limit:
        raise TooMany(len(cells), _resolution_for(box, limit))
    return cells


def cells_near(box: Box, res: int, limit: int = MOST_CELLS) -> Cells:
    """The cells of a resolution under which a leaf can lie whose centre is in the box, and some around them.

    Raises TooMany above the limit.
    """
    high = LEAF_WITHIN_M[res] / METRES_A_DEGREE
    wide = high / max(np.cos(np.radians(max(abs(box.south), abs(box.north)))), 0.01)
    around = Box(
        max(box.west - wide, -180.0), max(box.south - high, -90.0),
        min(box.east + wide, 180.0), min(box.north + high, 90.0),
    )  # fmt: skip
    return cells_in_box(around, res, limit)


def likely_count(box: Box, res: int) -> float:
    """How many cells of a resolution a box holds, from its area and the mean area of a cell; no listing."""
    height = np.sin(np.radians(box.north)) - np.sin(np.radians(box.south))
    area_km2 = (EARTH_RADIUS_M / 1000) ** 2 * np.radians(box.east - box.west) * height
    return float(area_km2 / CELL_KM2[res])


def _resolution_for(box: Box, limit: int) -> int | None:
    """The finest served resolution at which even the smallest cells stay below the limit."""
    served = range(FINEST, COARSEST - 1, -1)
    return next((res for res in served if likely_count(box, res) * _DENSEST <= limit), None)


def _strips(box: Box) -> NDArray[np.object_]:
    """The box as polygons, a hair wider than itself: centres on its very edge are sorted out afterwards."""
    south, north = max(box.south - _HAIR_DEGREES, -90.0), min(box.north + _HAIR_DEGREES, 90.0)
    pieces = int(np.ceil((box.east - box.west) / _STRIP_DEGREES))
    edges = np.linspace(box.west, box.east, pieces + 1)
    west = np.maximum(edges[:-1] - _HAIR_DEGREES, -180.0).tolist()
    east = np.minimum(edges[1:] + _HAIR_DEGREES, 180.0).tolist()
    return np.array([shapely.box(w, south, e, north) for w, e in zip(west, east, strict=True)])
