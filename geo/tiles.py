"""Tiles of the web map (z/x/y, spherical Mercator) and their cells: those whose centre is in the tile."""

from __future__ import annotations

import math

from geo.boxes import MOST_CELLS, cells_in_box
from geo.cells import COARSEST, FINEST, Cells
from geo.coordinates import BadCoordinates, Box

DEEPEST = 24  # beyond this a tile is smaller than a person


def tile_box(z: int, x: int, y: int) -> Box:
    """The half-open box of a tile, WGS 84 degrees. Neighbours share the same edge. Raises BadCoordinates."""
    if not 0 <= z <= DEEPEST or not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise BadCoordinates(f"there is no tile {z}/{x}/{y}")
    return Box(_west_of(z, x), _north_of(z, y + 1), _west_of(z, x + 1), _north_of(z, y))


def resolution_of_zoom(z: int) -> int:
    """The resolution drawn at a zoom: z - 5, kept within the served ones."""
    return min(max(z - 5, COARSEST), FINEST)


def cells_of_tile(z: int, x: int, y: int, res: int | None = None, limit: int = MOST_CELLS) -> Cells:
    """Cells whose centre is in the tile, in index order, at `res` or the zoom's own. Raises TooMany."""
    return cells_in_box(tile_box(z, x, y), resolution_of_zoom(z) if res is None else res, limit)


def _west_of(z: int, x: int) -> float:
    return x / (1 << z) * 360 - 180


def _north_of(z: int, y: int) -> float:
    """Inverse of the Mercator projection (OpenStreetMap wiki, "Slippy map tilenames")."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (1 << z)))))
