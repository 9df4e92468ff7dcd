"""Which cells a polygon touches, kept as ranges of leaves, and how its whole numbers are shared among them.

A cover holds every cell of the cover resolution (11) that the polygon overlaps, if only by a corner, so a
compound smaller than a cell has one too. Seven full siblings are kept as their parent, up to the coarsest
resolution served; each range is the leaves of one cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from arro3.core import list_flatten, list_offsets
from h3ronpy import ContainmentMode
from h3ronpy.vector import wkb_to_cells
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.boxes import MOST_CELLS as MOST_CELLS
from geo.boxes import TooMany as TooMany
from geo.boxes import cells_in_box as cells_in_box
from geo.cells import (
    CELL_KM2,
    COARSEST,
    COVER,
    FINEST,
    Cells,
    cells_of_ranges,
    child_count,
    descendants,
    leaf_ranges,
    parent,
    rank_in,
    resolution,
)
from geo.shapes import BadShape, areas_m2, check_range, cut_at_antimeridian

LIMIT_KM2 = 2_000.0  # a million cells, about half a second; most districts have less, a prefecture more
_AT_ONCE_KM2 = 5_000.0  # bounds worked on together: 400 MB at most; 20,000 compounds have a third of it
_KM_A_DEGREE = 111.7  # the longest, at the poles
Amounts = NDArray[np.int64]
Places = NDArray[np.intp]


class TooLarge(ValueError):
    """A polygon larger than covers are made for: `area_km2`, `limit_km2`, and its `index` in the batch."""

    def __init__(self, area_km2: float, limit_km2: float, index: int = 0) -> None:
        super().__init__(f"the shape covers {area_km2:,.0f} km², the most allowed is {limit_km2:,.0f} km²")
        self.area_km2, self.limit_km2, self.index = area_km2, limit_km2, index


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Cells as ranges of leaves, sorted and disjoint: int64 arrays of one length.

    `lo` and `hi` are the first and last leaf of each range, both included; `rank` says how many cells of
    resolution 11 stand before the range; `n` is the number of all of them.
    """

    lo: Cells
    hi: Cells
    rank: Cells
    n: int

    @property
    def cells(self) -> Cells:
        """The compacted cells, resolutions 5 to 11 mixed, one for each range, in index order."""
        return cells_of_ranges(self.lo, self.hi)

    def contains(self, leaves: Cells) -> NDArray[np.bool_]:
        """Which leaves lie under the cover's cells: by ancestor, so not the same as inside the polygon."""
        if not len(self.lo):
            return np.zeros(len(leaves), dtype=bool)
        at = np.searchsorted(self.lo, leaves, side="right") - 1
        return np.asarray((at >= 0) & (leaves <= self.hi[np.maximum(at, 0)]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cover):
            return NotImplemented
        return np.array_equal(self.lo, other.lo) and np.array_equal(self.hi, other.hi)

    def __hash__(self) -> int:
        return hash((self.lo.tobytes(), self.hi.tobytes()))


def cover(polygon: BaseGeometry, limit_km2: float = LIMIT_KM2) -> Cover:
    """The cover of one polygon or multipolygon. Raises BadShape if it is empty, TooLarge above the limit."""
    return covers([polygon], limit_km2)[0]


def covers(polygons: Iterable[BaseGeometry], limit_km2: float = LIMIT_KM2) -> list[Cover]:
    """The covers of valid polygons and multipolygons (see shapes.repair), in their order; made in one batch.

    Raises BadShape for one empty, no polygon or off the earth, TooLarge for the first above the limit.
    """
    given = list(polygons)
    shapes = np.empty(len(given), dtype=object)
    shapes[:] = given
    if not len(shapes):
        return []
    _check(shapes)
    _bring_within_one_turn(shapes)
    about_km2 = _check_size(shapes, limit_km2)
    turn = np.cumsum(about_km2) // _AT_ONCE_KM2
    parts = np.split(shapes, np.flatnonzero(np.diff(turn)) + 1)
    return [one for part in parts for one in _covered(part)]


def check_size(polygon: BaseGeometry, limit_km2: float = LIMIT_KM2) -> None:
    """Raises what `cover` would raise of a polygon or multipolygon, without making its cover."""
    shapes = np.array([polygon], dtype=object)
    _check(shapes)
    _bring_within_one_turn(shapes)
    _check_size(shapes, limit_km2)


def cover_of_cells(cells: Cells | Sequence[int]) -> Cover:
    """The cover of cells of any mix of resolutions; one finer than 11 counts as that of 11 it lies in."""
    given = np.asarray(cells, dtype=np.int64).reshape(-1)
    res = resolution(given)
    usable = [given[(res >= COARSEST) & (res <= COVER)]]
    usable.append(parent(given[res > COVER], COVER))
    usable.append(descendants(given[res < COARSEST], COARSEST)[0])
    lo, hi = leaf_ranges(np.unique(np.concatenate(usable)))
    order = np.lexsort((-hi, lo))
    lo, hi = lo[order], hi[order]
    outermost = np.ones(len(lo), dtype=bool)
    outermost[1:] = lo[1:] > np.maximum.accumulate(hi)[:-1]
    whole = cells_of_ranges(lo[outermost], hi[outermost])
    return _compacted(whole, np.zeros(len(whole), dtype=np.intp), 1)[0]


def union(many: Iterable[Cover]) -> Cover:
    """The cover of all cells of some covers; of none, the empty one."""
    return cover_of_cells(np.concatenate([np.empty(0, dtype=np.int64), *(one.cells for one in many)]))


def cells_at(one: Cover, res: int) -> Cells:
    """The cells of a served resolution that hold a part of the cover, each once, in index order."""
    return _spread([one], res)[1]


def share(total: Amounts | int, rank: Cells | int, count: Cells | int, n: Cells | int) -> Amounts:
    """What `count` cells from `rank` on hold of a total shared among n cells; broadcast as numpy does.

    floor(total (rank + count) / n) - floor(total rank / n): whole numbers; ranges that follow one another hold
    what they hold together, and all n hold the total. Raises OverflowError where total times n passes 64 bits.
    """
    whole, among = np.asarray(total, dtype=np.int64), np.asarray(n, dtype=np.int64)
    if whole.size and among.size and int(np.abs(whole).max()) * int(among.max()) >= 1 << 63:
        raise OverflowError("the total is too large to be shared")
    before = np.asarray(rank, dtype=np.int64)
    return np.asarray(whole * (before + count) // among - whole * before // among, dtype=np.int64)


def apportion(total: int, one: Cover, res: int) -> tuple[Cells, Amounts]:
    """The cells of a served resolution that hold a part of the cover, and how much of a total each holds.

    Whole numbers whose sum is the total at every resolution; a cell holds the sum of its children. Cells that
    hold 0 are given too. Raises ValueError for a cover without cells.
    """
    return apportion_many([total], [one], res)[:2]


def apportion_many(totals: Sequence[int] | Amounts, many: Sequence[Cover], res: int) -> tuple[Cells, Amounts, Places]:
    """`apportion` for many covers at once: cells, amounts, and for each the position of its cover."""
    n = np.array([one.n for one in many], dtype=np.int64)
    if len(totals) != len(n) or not n.all():
        raise ValueError("each total needs a cover with at least one cell")
    owner, cells, rank, count = _spread(many, res)
    return cells, share(np.asarray(totals, dtype=np.int64)[owner], rank, count, n[owner]), owner


def _check(shapes: NDArray[np.object_]) -> None:
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    if not polygonal.all():
        raise BadShape(f"row {int(np.argmin(polygonal))} is not a polygon, or is empty")
    places = shapely.get_coordinates(shapes)
    if not (np.abs(places) <= (180, 90)).all():
        for shape in shapes:
            check_range(shape)


def _bring_within_one_turn(shapes: NDArray[np.object_]) -> None:
    """Cut those over the antimeridian there, in place; the rest, nearly always all, stay as they are."""
    west, _, east, _ = shapely.bounds(shapes).T
    for at in np.flatnonzero((west < -180) | (east > 180) | (east - west > 180)):
        shapes[at] = cut_at_antimeridian(shapes[at])


def _check_size(shapes: NDArray[np.object_], limit_km2: float) -> NDArray[np.float64]:
    """About how many km² each shape covers, at most. Only those whose bounds are above the limit are measured."""
    west, south, east, north = shapely.bounds(shapes).T * _KM_A_DEGREE
    strip_km = 2 * np.sqrt(CELL_KM2[COVER])
    bounds_km2 = (east - west + strip_km) * (north - south + strip_km)
    wide = np.flatnonzero(bounds_km2 > limit_km2)
    if len(wide):
        # A thread around the world has no area, but a cell at every step: count a strip two cells wide along it.
        along_km2 = shapely.length(shapes[wide]) * _KM_A_DEGREE * strip_km
        km2 = np.maximum(areas_m2(shapes[wide]) / 1e6, along_km2)
        bounds_km2[wide] = km2
        if km2.max() > limit_km2:
            first = int(np.argmax(km2 > limit_km2))
            raise TooLarge(float(km2[first]), limit_km2, int(wide[first]))
    return np.asarray(bounds_km2)


def _covered(shapes: NDArray[np.object_]) -> list[Cover]:
    found = wkb_to_cells(shapely.to_wkb(shapes), COVER, ContainmentMode.Covers)
    cells = np.asarray(list_flatten(found).to_numpy()).view(np.int64)
    counts = np.diff(np.asarray(list_offsets(found).to_numpy()))
    return _compacted(cells, np.repeat(np.arange(len(shapes)), counts), len(shapes))


def _compacted(cells: Cells, owner: Places, owners: int) -> list[Cover]:
    """Covers of cells given with their owner: no cell of an owner under another, resolutions 5 to 11.

    From the finest up, each full family of children becomes its parent, which may complete the next family.
    """
    res_of = resolution(cells)
    kept_cells, kept_owner = [], []
    grown_cells, grown_owner = cells[:0], owner[:0]
    for res in range(COVER, COARSEST, -1):
        own = res_of == res
        cells_here = np.concatenate((grown_cells, cells[own]))
        owner_here = np.concatenate((grown_owner, owner[own]))
        order = np.lexsort((cells_here, owner_here))
        once = _run_starts(owner_here[order], cells_here[order])
        cells_here, owner_here = cells_here[order][once], owner_here[order][once]
        above = parent(cells_here, res - 1)
        first = np.flatnonzero(_run_starts(owner_here, above))
        size = np.diff(np.append(first, len(above)))
        full = size == child_count(above[first], res)
        alone = ~np.repeat(full, size)
        kept_cells.append(cells_here[alone])
        kept_owner.append(owner_here[alone])
        grown_cells, grown_owner = above[first][full], owner_here[first][full]
    own = res_of == COARSEST
    return _as_covers(
        np.concatenate([*kept_cells, grown_cells, cells[own]]),
        np.concatenate([*kept_owner, grown_owner, owner[own]]),
        owners,
    )


def _as_covers(cells: Cells, owner: Places, owners: int) -> list[Cover]:
    """The covers of compacted cells, in the order of their owners."""
    lo, hi = leaf_ranges(cells)
    order = np.lexsort((lo, owner))
    lo, hi, owner = lo[order], hi[order], owner[order]
    total = np.concatenate(([0], np.cumsum(child_count(cells[order], COVER))))
    cuts = np.searchsorted(owner, np.arange(owners + 1))
    rank = total[:-1] - np.repeat(total[cuts[:-1]], np.diff(cuts))
    n = np.diff(total[cuts]).tolist()
    edges = cuts.tolist()
    return [
        Cover(lo[start:end], hi[start:end], rank[start:end], count)
        for start, end, count in zip(edges[:-1], edges[1:], n, strict=True)
    ]


def _run_starts(owner: Places, cells: Cells) -> NDArray[np.bool_]:
    """Where a new run of equal (owner, cell) begins."""
    starts = np.ones(len(cells), dtype=bool)
    starts[1:] = (owner[1:] != owner[:-1]) | (cells[1:] != cells[:-1])
    return starts


def _spread(many: Sequence[Cover], res: int) -> tuple[Places, Cells, Cells, Cells]:
    """Cells of a resolution over or under the ranges of covers: owner, cell, rank, cover cells in it."""
    if not COARSEST <= res <= FINEST:
        raise ValueError(f"resolution {res} is not within {COARSEST} to {FINEST}")
    empty = np.empty(0, dtype=np.int64)
    lo = np.concatenate([empty, *(one.lo for one in many)])
    cells = cells_of_ranges(lo, np.concatenate([empty, *(one.hi for one in many)]))
    rank = np.concatenate([empty, *(one.rank for one in many)])
    owner = np.repeat(np.arange(len(many)), np.array([len(one.lo) for one in many], dtype=np.intp))
    coarse = resolution(cells) < res
    if coarse.any():
        whole, at = descendants(cells[coarse], res)
        inner = rank[coarse][at] + rank_in(cells[coarse][at], whole)
        cells = np.concatenate((cells[~coarse], whole))
        rank = np.concatenate((rank[~coarse], inner))
        owner = np.concatenate((owner[~coarse], owner[coarse][at]))
        order = np.lexsort((rank, owner))
        cells, rank, owner = cells[order], rank[order], owner[order]
    up = parent(cells, res)
    first = np.flatnonzero(_run_starts(owner, up))
    count = np.add.reduceat(child_count(cells, COVER), first) if len(first) else empty
    return owner[first], up[first], rank[first], count
