"""H3 cells as 64-bit integers: from points, up, down, as leaf ranges, as text.

A cell is a Python int or a numpy int64 (the H3 index; its highest bit is never set). Functions on many cells
take and give int64 arrays of one dimension. Longitudes and latitudes are WGS 84 degrees, longitude first.

The bits, from the left: one reserved, four of mode (1), three reserved, four of resolution, seven of base
cell, then fifteen digits of three bits; digits below the resolution are 7. So a parent is made by setting
bits, and all leaves under a cell lie between the leaf of digits 0 and the leaf of digits 6.
Source of the layout: the H3 documentation, "H3 Index".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import overload

import h3.api.basic_int as h3
import numpy as np
import shapely
from arro3.core import Array
from h3ronpy.vector import cells_to_coordinates, cells_to_wkb_polygons, coordinates_to_cells
from numpy.typing import ArrayLike, NDArray

from geo.coordinates import BadCoordinates, check_lng_lat

Cells = NDArray[np.int64]
Degrees = NDArray[np.float64]

LEAF = 13  # a point is 2.3 m from its centre (median), less than any phone errs: docs/decisions/0001
COVER = 11  # the finest served; covers at the leaf cost ten times the time and thirty times the cells
FINEST = 11  # served resolutions, finest and coarsest
COARSEST = 5

_RES_SHIFT = 52
_RES_MASK = np.int64(15 << _RES_SHIFT)
_MODE = 1 << 59
_BASE_SHIFT = 45
_DIGITS = (1 << _BASE_SHIFT) - 1
_HEX = re.compile(r"[0-9a-f]{15}")
_PENTAGON_BASES = np.zeros(128, dtype=bool)
_PENTAGON_BASES[[4, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117]] = True
# Mean area of a cell in km², and mean length of its edge in m, at resolutions 0 to 15. Source: the H3 documentation,
# "Tables of cell statistics".
CELL_KM2 = 4_357_449.416 / 7.0 ** np.arange(16)
CELL_EDGE_M = 1_107_712.591 / 7.0 ** (np.arange(16) / 2)
# How far in m a leaf's centre can be from that of its ancestor, and no more: finer hexagons stick out of their parent
# by less than a third of its width, and cells of one resolution differ in size.
LEAF_WITHIN_M = 1.4 * CELL_EDGE_M

_SEVENS = np.array([7**k for k in range(16)], dtype=np.int64)
_UNUSED = np.array([(1 << 3 * (15 - res)) - 1 for res in range(16)], dtype=np.int64)
# Leaf digits between a resolution and the leaf, all 6: what separates the last leaf of a cell from its first.
_SPAN = np.array([int("6" * (LEAF - res) or "0", 8) << 3 * (15 - LEAF) for res in range(LEAF + 1)], dtype=np.int64)


#: Up to this many points are looked up one by one: handing arrays over takes as long as some thirty of them.
FEW = 16


class BadCell(ValueError):
    """Not an H3 cell, or not of a resolution that can be used here. The text is fit to show to a person."""


def leaf_of(lng: float, lat: float) -> int:
    """The leaf cell of a point. Raises BadCoordinates."""
    check_lng_lat(lng, lat)
    return int(h3.latlng_to_cell(lat, lng, LEAF))


def leaves_of(lngs: ArrayLike, lats: ArrayLike) -> Cells:
    """The leaf cells of points, in their order. Raises BadCoordinates if any is missing or out of range."""
    return cells_of(lngs, lats, LEAF)


def cells_of(lngs: ArrayLike, lats: ArrayLike, res: int) -> Cells:
    """The cells of one resolution whose hexagons hold the points (geometry, not the leaf's ancestor)."""
    lng = np.ascontiguousarray(lngs, dtype=np.float64)
    lat = np.ascontiguousarray(lats, dtype=np.float64)
    if lng.ndim != 1 or lng.shape != lat.shape:
        raise BadCoordinates("longitudes and latitudes must be two lists of one length")
    if not len(lng):
        return np.empty(0, dtype=np.int64)
    # NaN makes a minimum NaN, and every comparison with it false.
    if not (lng.min() >= -180 and lng.max() <= 180 and lat.min() >= -90 and lat.max() <= 90):
        bad = int(np.flatnonzero(~((np.abs(lng) <= 180) & (np.abs(lat) <= 90)))[0])
        raise BadCoordinates(f"row {bad}: longitude {lng[bad]}, latitude {lat[bad]} is not a place on the earth")
    if len(lng) <= FEW:
        return np.array([h3.latlng_to_cell(*place, res) for place in zip(lat.tolist(), lng.tolist(), strict=True)])
    found = coordinates_to_cells(Array.from_numpy(lat), Array.from_numpy(lng), res)
    return np.asarray(found.to_numpy()).view(np.int64)


def ancestor(cell: int, res: int) -> int:
    """The parent of one cell at a coarser or its own resolution, in plain integers: for a single pin no array pays."""
    return (cell & ~(15 << _RES_SHIFT)) | (res << _RES_SHIFT) | ((1 << 3 * (15 - res)) - 1)


@overload
def parent(cell: int, res: int) -> int: ...
@overload
def parent(cell: Cells, res: int) -> Cells: ...
def parent(cell: int | Cells, res: int) -> int | Cells:
    """The ancestor at a resolution, of one cell or of each of an array. Raises BadCell for a coarser one."""
    least = _MODE | res << _RES_SHIFT
    unused = int(_UNUSED[res])
    if isinstance(cell, np.ndarray):
        if cell.size and cell.min() < least:
            raise BadCell(f"a cell is coarser than resolution {res}")
        # One pass less than clearing: the resolution's bits are all set by OR, then flipped to those wanted.
        up = cell | np.int64(int(_RES_MASK) | unused)
        up ^= np.int64((15 ^ res) << _RES_SHIFT)
        return up
    if cell < least:
        raise BadCell(f"cell {int(cell):x} is coarser than resolution {res}")
    return (int(cell) & ~int(_RES_MASK)) | res << _RES_SHIFT | unused


@overload
def resolution(cell: int) -> int: ...
@overload
def resolution(cell: Cells) -> Cells: ...
def resolution(cell: int | Cells) -> int | Cells:
    """The resolution, 0 (coarsest) to 15, of one cell or of each of an array."""
    if isinstance(cell, np.ndarray):
        return cell >> _RES_SHIFT & 15
    return int(cell) >> _RES_SHIFT & 15


def leaf_range(cell: int) -> tuple[int, int]:
    """First and last leaf under a cell, both included. Raises BadCell if it is finer than the leaf."""
    lo, hi = leaf_ranges(np.array([cell], dtype=np.int64))
    return int(lo[0]), int(hi[0])


def leaf_ranges(cells: Cells) -> tuple[Cells, Cells]:
    """First and last leaves under cells of any mix of resolutions. Raises BadCell for one below the leaf."""
    res = resolution(cells)
    if res.size and res.max() > LEAF:
        raise BadCell(f"a cell is finer than resolution {LEAF}")
    kept = cells & ~(_RES_MASK | _UNUSED[res])
    lo = kept | np.int64(LEAF << _RES_SHIFT | int(_UNUSED[LEAF]))
    return lo, lo | _SPAN[res]


def cells_of_ranges(lo: Cells, hi: Cells) -> Cells:
    """The cells whose leaf ranges these are: the way back from `leaf_ranges`."""
    res = LEAF - np.searchsorted(_SPAN[::-1], lo ^ hi)
    return (lo & ~_RES_MASK) | res << _RES_SHIFT | _UNUSED[res]


def to_hex(cell: int) -> str:
    """The 15-digit lower-case text of a cell, as it goes over the wire."""
    return f"{cell:015x}"


def from_hex(text: str) -> int:
    """The cell of its 15-digit lower-case text. Raises BadCell."""
    if not _HEX.fullmatch(text) or not h3.is_valid_cell(cell := int(text, 16)):
        raise BadCell(f"{text[:40]!r} is not an H3 cell (15 lower-case hexadecimal digits)")
    return cell


def is_cell(value: object) -> bool:
    """Whether a value is the integer of an H3 cell (of any resolution)."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return 0 < int(value) < 1 << 63 and bool(h3.is_valid_cell(int(value)))


def centers(cells: Cells) -> tuple[Degrees, Degrees]:
    """Longitudes (-180 <= lng < 180) and latitudes of the centres of cells, in their order."""
    if not len(cells):
        return np.empty(0), np.empty(0)
    found = cells_to_coordinates(Array.from_numpy(np.ascontiguousarray(cells).view(np.uint64)))
    lngs = np.array(found.column("lng").to_numpy())
    lngs[lngs >= 180] -= 360
    return lngs, np.asarray(found.column("lat").to_numpy())


def center(cell: int) -> tuple[float, float]:
    """Longitude and latitude of the centre of a cell: to the last bit those of `centers`, so boxes agree."""
    lngs, lats = centers(np.array([cell], dtype=np.int64))
    return float(lngs[0]), float(lats[0])


def boundary(cell: int) -> list[tuple[float, float]]:
    """Corners (lng, lat) of a cell, anticlockwise, the first not repeated.

    Of a cell on the antimeridian the longitudes go on beyond 180 or -180, so that it is drawn in one piece.
    """
    middle = center(cell)[0]
    return [(lng - 360 * round((lng - middle) / 360), lat) for lat, lng in h3.cell_to_boundary(int(cell))]


def polygons(cells: Cells) -> NDArray[np.object_]:
    """The hexagons of cells as shapely polygons, in their order; one on the antimeridian reaches around the earth."""
    found = cells_to_wkb_polygons(Array.from_numpy(np.ascontiguousarray(cells).view(np.uint64)))
    return np.asarray(shapely.from_wkb(found))


def bounds(cells: Cells) -> tuple[Degrees, Degrees, Degrees, Degrees]:
    """West, south, east and north of cells, in their order; longitudes as in `boundary`."""
    west, south, east, north = (np.array(side) for side in shapely.bounds(polygons(cells)).reshape(-1, 4).T)
    for at in np.flatnonzero(east - west > 180).tolist():  # over the antimeridian
        lngs, lats = zip(*boundary(int(cells[at])), strict=True)
        west[at], south[at], east[at], north[at] = min(lngs), min(lats), max(lngs), max(lats)
    return west, south, east, north


def is_pentagon(cells: Cells) -> NDArray[np.bool_]:
    """Which cells are pentagons: twelve of each resolution, all at sea, with six children, not seven."""
    all_zero = (cells & _DIGITS) == _UNUSED[resolution(cells)]
    return np.asarray(_PENTAGON_BASES[cells >> _BASE_SHIFT & 127] & all_zero)


@overload
def child_count(cell: int, res: int) -> int: ...
@overload
def child_count(cell: Cells, res: int) -> Cells: ...
def child_count(cell: int | Cells, res: int) -> int | Cells:
    """How many cells of a resolution lie under a cell (itself: 1). Raises BadCell if the cell is finer."""
    if not isinstance(cell, np.ndarray):
        return int(child_count(np.array([cell], dtype=np.int64), res)[0])
    down = res - resolution(cell)
    if down.size and down.min() < 0:
        raise BadCell(f"a cell is finer than resolution {res}")
    all_seven = _SEVENS[down]
    return np.where(is_pentagon(cell), 1 + 5 * (all_seven - 1) // 6, all_seven)


def descendants(cells: Cells, res: int) -> tuple[Cells, NDArray[np.intp]]:
    """Cells of one resolution under cells of any mix of resolutions, and the position of each one's ancestor.

    In the order of the ancestors, in index order under each. Raises BadCell if a cell is finer than `res`.
    """
    counts = child_count(cells, res)
    owner = np.repeat(np.arange(len(cells)), counts)
    made = np.empty(len(owner), dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(counts)))
    pentagon = is_pentagon(cells)
    own_res = resolution(cells)
    for level in np.unique(own_res):
        steps = _steps_below(int(level), res)
        of_level = own_res == level
        whole = np.flatnonzero(of_level & ~pentagon)
        places = starts[whole][:, None] + np.arange(len(steps))
        made[places] = _first_below(cells[whole], res)[:, None] | steps
        for at in np.flatnonzero(of_level & pentagon):
            made[starts[at] : starts[at + 1]] = _first_below(cells[at : at + 1], res) | _without_first_axis(steps)
    return made, owner


def children(cell: int, res: int) -> Cells:
    """The cells of a resolution under a cell, in index order. Raises BadCell if the cell is finer."""
    return descendants(np.array([cell], dtype=np.int64), res)[0]


def siblings(cell: int) -> Cells:
    """The other children of a cell's parent, in index order. Raises BadCell for a cell of resolution 0."""
    res = resolution(cell)
    if res == 0:
        raise BadCell("a cell of resolution 0 has no parent")
    family = children(parent(cell, res - 1), res)
    return np.asarray(family[family != cell])


@overload
def rank_in(ancestor: int, cell: int) -> int: ...
@overload
def rank_in(ancestor: int | Cells, cell: Cells) -> Cells: ...
def rank_in(ancestor: int | Cells, cell: int | Cells) -> int | Cells:
    """How many cells of the cover resolution under the ancestor stand before the first one of the cell.

    For a cell finer than that, the one it lies in counts. Raises BadCell if the cell is not under the ancestor.
    """
    if not isinstance(cell, np.ndarray):
        return int(rank_in(ancestor, np.array([cell], dtype=np.int64))[0])
    above = np.broadcast_to(np.asarray(ancestor, dtype=np.int64), cell.shape)
    top, own = resolution(above), resolution(cell)
    if (own < top).any() or ((cell ^ above) & (_DIGITS | 127 << _BASE_SHIFT) & ~_UNUSED[top]).any():
        raise BadCell("a cell is not under its ancestor")
    rank = np.zeros(cell.shape, dtype=np.int64)
    straight = _PENTAGON_BASES[cell >> _BASE_SHIFT & 127]  # still at the pentagon: all digits so far are 0
    for level in range(1, COVER + 1):
        digit = np.where(level <= own, cell >> 3 * (15 - level) & 7, 0)
        below = _SEVENS[COVER - level]
        skipped = np.where(straight & (digit > 0), below - (1 + 5 * (below - 1) // 6) + below, 0)
        rank += np.where(level > top, digit * below - skipped, 0)
        straight = straight & (digit == 0)
    return rank


def _first_below(cells: Cells, res: int) -> Cells:
    """The first descendants, those of digits 0, at a resolution."""
    kept = cells & ~(_RES_MASK | _UNUSED[resolution(cells)])
    return np.asarray(kept | np.int64(res << _RES_SHIFT | int(_UNUSED[res])))


def _steps_below(top: int, res: int) -> Cells:
    """The digits of all descendants of a hexagon, as bits at their places, in index order."""
    steps = np.zeros(1, dtype=np.int64)
    for level in range(top + 1, res + 1):
        steps = (steps[:, None] | np.arange(7, dtype=np.int64) << 3 * (15 - level)).ravel()
    return steps


def _without_first_axis(steps: Cells) -> Cells:
    """Those of a pentagon's: the first digit that is not 0 is never 1."""
    first = np.zeros_like(steps)
    for level in range(1, 16):
        digit = steps >> 3 * (15 - level) & 7
        first = np.where(first == 0, digit, first)
    return np.asarray(steps[first != 1])


def as_cells(values: Sequence[int] | Cells) -> Cells:
    """An int64 array of cells. Raises BadCell, naming the first value that is not one."""
    for value in values:
        if not is_cell(value):
            raise BadCell(f"{value!r} is not an H3 cell")
    return np.asarray(values, dtype=np.int64).reshape(-1)
