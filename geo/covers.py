"""Which cells a polygon touches, kept as ranges of leaves, and how its whole numbers are shared among them.

A cover holds every cell of the cover resolution (11) that the polygon overlaps, if only by a corner, so a compound
smaller than a cell has one too. Seven full siblings are kept as their parent; each range is one cell's leaves.
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

from geo.cells import (
    COARSEST,
    COVER,
    FINEST,
    Cells,
    cells_of_ranges,
    centers,
    child_count,
    descendants,
    leaf_ranges,
    parent,
    rank_in,
    resolution,
)
from geo.coordinates import Box
from geo.shapes import BadShape, areas_m2, cut_at_antimeridian

LIMIT_KM2 = 2_000.0  # about a million cells, half a second; a district has 100 to 2,000 km²
MOST_CELLS = 100_000
Amounts = NDArray[np.int64]

# Mean area of a cell in km² at resolutions 0 to 15 (H3 documentation, "Tables of cell statistics").
_CELL_KM2 = 4_357_449.416 / 7.0 ** np.arange(16)
_STRIP_DEGREES = 60.0  # h3o reads a ring wider than half a turn the other way round


class TooLarge(ValueError):
    """A polygon with more area than a cover is made for; `area_km2`, `limit_km2`, and `index` in its batch."""

    def __init__(self, area_km2: float, limit_km2: float, index: int = 0) -> None:
        super().__init__(f"the shape covers {area_km2:,.0f} km², the most allowed is {limit_km2:,.0f} km²")
        self.area_km2, self.limit_km2, self.index = area_km2, limit_km2, index


class TooMany(ValueError):
    """A box with more cells than asked for: about `count`; `resolution_that_would_do` is None if none served would."""

    def __init__(self, count: int, resolution_that_would_do: int | None) -> None:
        advice = (
            "take a smaller box"
            if resolution_that_would_do is None
            else f"resolution {resolution_that_would_do} would do"
        )
        super().__init__(f"the box holds about {count:,} cells: {advice}")
        self.count, self.resolution_that_would_do = count, resolution_that_would_do


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Cells as ranges of leaves, sorted and disjoint: int64 arrays of one length.

    `lo` and `hi` are the first and last leaf of each range, both included; `rank` says how many cells of resolution
    11 stand before the range; `n` is the number of all of them.
    """

    lo: Cells
    hi: Cells
    rank: Cells
    n: int

    @property
    def cells(self) -> Cells:
        """The compacted cells, resolutions 5 to 11 mixed, one for each range."""
        return cells_of_ranges(self.lo, self.hi)

    def contains(self, leaves: Cells) -> NDArray[np.bool_]:
        """Which leaves lie under the cover's cells. By the leaf's ancestor, so not the same as inside the polygon."""
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

    Raises BadShape for one that is empty or no polygon, TooLarge for the first above the limit.
    """
    shapes = np.array(list(polygons), dtype=object)
    if not len(shapes):
        return []
    _check(shapes)
    shapes = _within_one_turn(shapes)
    _check_size(shapes, limit_km2)
    found = wkb_to_cells(shapely.to_wkb(shapes), COVER, ContainmentMode.Covers)
    cells = np.asarray(list_flatten(found).to_numpy()).view(np.int64)
    counts = np.diff(np.asarray(list_offsets(found).to_numpy()))
    return _compacted(cells, np.repeat(np.arange(len(shapes)), counts), len(shapes))


def cover_of_cells(cells: Cells | Sequence[int]) -> Cover:
    """The cover made of cells, of any mix of resolutions; one finer than 11 counts as the cell of 11 it lies in."""
    given = np.asarray(cells, dtype=np.int64).reshape(-1)
    fine = resolution(given) > COVER
    whole = np.unique(np.concatenate((parent(given[fine], COVER), descendants(given[~fine], COVER)[0])))
    return _compacted(whole, np.zeros(len(whole), dtype=np.intp), 1)[0]


def union(many: Iterable[Cover]) -> Cover:
    """The cover of all cells of some covers; of none, the empty one."""
    return cover_of_cells(np.concatenate([np.empty(0, dtype=np.int64), *(one.cells for one in many)]))


def cells_at(one: Cover, res: int) -> Cells:
    """The cells of a resolution that hold a part of the cover, each once, in index order."""
    return _spread([one], res)[1]


def share(total: Amounts | int, rank: Cells | int, count: Cells | int, n: Cells | int) -> Amounts:
    """What `count` cells from `rank` on hold of a total shared among n: floor(total (rank+count)/n) - floor(total rank/n).

    Whole numbers; ranges that follow one another hold what they hold together, and all n hold the total.
    Raises OverflowError where total times n passes 64 bits.
    """
    whole, among = np.asarray(total, dtype=np.int64), np.asarray(n, dtype=np.int64)
    if whole.size and among.size and int(np.abs(whole).max()) * int(among.max()) >= 1 << 63:
        raise OverflowError("the total is too large to be shared")
    before = np.asarray(rank, dtype=np.int64)
    return np.asarray(whole * (before + count) // among - whole * before // among, dtype=np.int64)


def apportion(total: int, one: Cover, res: int) -> tuple[Cells, Amounts]:
    """The cells of a resolution that hold a part of the cover, and how much of a whole number each holds.

    The sum is the total at every resolution, and a cell holds the sum of its children. Cells that hold 0 are given too.
    """
    cells, amounts, _ = apportion_many([total], [one], res)
    return cells, amounts


def apportion_many(
    totals: Sequence[int] | Amounts, many: Sequence[Cover], res: int
) -> tuple[Cells, Amounts, NDArray[np.intp]]:
    """`apportion` for many covers at once: cells, amounts, and the position of the cover each belongs to."""
    owner, cells, rank, count = _spread(many, res)
    n = np.array([one.n for one in many], dtype=np.int64)
    return cells, share(np.asarray(totals, dtype=np.int64)[owner], rank, count, n[owner]), owner


def cells_in_box(box: Box, res: int, limit: int = MOST_CELLS) -> Cells:
    """The cells of a resolution whose centre is in the half-open box, in index order.

    Raises TooMany above the limit, for a box far above it without counting them.
    """
    likely = _likely_count(box, res)
    if likely > 2 * limit + 100:
        raise TooMany(round(likely), _resolution_for(box, limit))
    found = wkb_to_cells(shapely.to_wkb(_strips(box)), res, ContainmentMode.ContainsCentroid, flatten=True)
    cells = np.unique(np.asarray(found.to_numpy()).view(np.int64))
    lngs, lats = centers(cells)
    inside = (lngs >= box.west) & (lngs < box.east) & (lats >= box.south) & (lats < box.north)
    cells = cells[inside]
    if len(cells) > limit:
        raise TooMany(len(cells), _resolution_for(box, limit))
    return cells


def _check(shapes: NDArray[np.object_]) -> None:
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    if not polygonal.all():
        raise BadShape(f"row {int(np.argmin(polygonal))} is not a polygon, or is empty")


def _within_one_turn(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """The shapes with those over the antimeridian cut there; the rest, nearly always all, untouched."""
    bounds = shapely.bounds(shapes)
    over = (bounds[:, 0] < -180) | (bounds[:, 2] > 180) | (bounds[:, 2] - bounds[:, 0] > 180)
    for at in np.flatnonzero(over):
        shapes[at] = cut_at_antimeridian(shapes[at])
    return shapes


def _check_size(shapes: NDArray[np.object_], limit_km2: float) -> None:
    """Only shapes whose bounds are above the limit are measured: all others cannot be."""
    bounds = shapely.bounds(shapes)
    wide = (bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1]) * 111.7**2
    large = np.flatnonzero(wide > limit_km2)
    if not len(large):
        return
    km2 = areas_m2(shapes[large]) / 1e6
    # A thread around the world has no area, but a cell at every step: count a strip two cells wide along it.
    km2 = np.maximum(km2, shapely.length(shapes[large]) * 111.7 * 2 * np.sqrt(_CELL_KM2[COVER]))
    if km2.max() > limit_km2:
        first = int(np.argmax(km2 > limit_km2))
        raise TooLarge(float(km2[first]), limit_km2, int(large[first]))


def _compacted(cells: Cells, owner: NDArray[np.intp], owners: int) -> list[Cover]:
    """Covers of cells of resolution 11, given with their owner: full families become their parent, up to COARSEST."""
    order = np.lexsort((cells, owner))
    cells, owner = cells[order], owner[order]
    kept_cells, kept_owner = [], []
    first = _starts(owner, cells)
    cells, owner = cells[first], owner[first]
    for res in range(COVER - 1, COARSEST - 1, -1):
        above = parent(cells, res)
        first = np.flatnonzero(_starts(owner, above))
        size = np.diff(np.append(first, len(cells)))
        full = size == child_count(above[first], res + 1)
        alone = ~np.repeat(full, size)
        kept_cells.append(cells[alone])
        kept_owner.append(owner[alone])
        cells, owner = above[first][full], owner[first][full]
    return _as_covers(np.concatenate([*kept_cells, cells]), np.concatenate([*kept_owner, owner]), owners)


def _as_covers(cells: Cells, owner: NDArray[np.intp], owners: int) -> list[Cover]:
    lo, hi = leaf_ranges(cells)
    order = np.lexsort((lo, owner))
    lo, hi, owner = lo[order], hi[order], owner[order]
    total = np.concatenate(([0], np.cumsum(child_count(cells[order], COVER))))
    cuts = np.searchsorted(owner, np.arange(owners + 1))
    base = total[cuts]
    rank = total[:-1] - np.repeat(base[:-1], np.diff(cuts))
    n = np.diff(base).tolist()
    edges = cuts.tolist()
    return [
        Cover(lo[start:end], hi[start:end], rank[start:end], count)
        for start, end, count in zip(edges[:-1], edges[1:], n, strict=True)
    ]


def _starts(owner: NDArray[np.intp], cells: Cells) -> NDArray[np.bool_]:
    """Where a new run of equal (owner, cell) begins."""
    starts = np.ones(len(cells), dtype=bool)
    starts[1:] = (owner[1:] != owner[:-1]) | (cells[1:] != cells[:-1])
    return starts


def _spread(many: Sequence[Cover], res: int) -> tuple[NDArray[np.intp], Cells, Cells, Cells]:
    """The cells of a resolution under or over the ranges of covers: owner, cell, rank, count of cover cells in it."""
    if not COARSEST <= res <= FINEST:
        raise ValueError(f"resolution {res} is not within {COARSEST} to {FINEST}")
    nothing = np.empty(0, dtype=np.int64)
    cells = cells_of_ranges(
        np.concatenate([nothing, *(one.lo for one in many)]),
        np.concatenate([nothing, *(one.hi for one in many)]),
    )
    rank = np.concatenate([nothing, *(one.rank for one in many)])
    owner = np.repeat(np.arange(len(many)), np.array([len(one.lo) for one in many], dtype=np.intp))
    coarse = resolution(cells) < res
    if coarse.any():
        cells, rank, owner = _refined(cells, rank, owner, coarse, res)
    up = parent(cells, res)
    first = np.flatnonzero(_starts(owner, up))
    count = np.add.reduceat(child_count(cells, COVER), first) if len(first) else nothing
    return owner[first], up[first], rank[first], count


def _refined(
    cells: Cells, rank: Cells, owner: NDArray[np.intp], coarse: NDArray[np.bool_], res: int
) -> tuple[Cells, Cells, NDArray[np.intp]]:
    """The same ranges with each that is coarser than `res` replaced by its cells of `res`, in order."""
    pieces = np.where(coarse, child_count(np.where(coarse, cells, parent(cells, COARSEST)), res), 1)
    made = np.repeat(cells, pieces)
    of_coarse = np.repeat(coarse, pieces)
    made[of_coarse] = descendants(cells[coarse], res)[0]
    inner = np.zeros(len(made), dtype=np.int64)
    inner[of_coarse] = rank_in(np.repeat(cells, pieces)[of_coarse], made[of_coarse])
    return made, np.repeat(rank, pieces) + inner, np.repeat(owner, pieces)


def _strips(box: Box) -> NDArray[np.object_]:
    """The box as polygons h3 reads rightly, a hair wider than itself: centres on its edge are sorted out afterwards."""
    hair = 1e-9
    south, north = max(box.south - hair, -90.0), min(box.north + hair, 90.0)
    pieces = int(np.ceil((box.east - box.west) / _STRIP_DEGREES))
    edges = np.linspace(box.west, box.east, pieces + 1)
    west, east = np.maximum(edges[:-1] - hair, -180.0), np.minimum(edges[1:] + hair, 180.0)
    return np.asarray(shapely.box(west, south, east, north))


def _likely_count(box: Box, res: int) -> float:
    area_km2 = 6371.0088**2 * np.radians(box.east - box.west)
    area_km2 *= np.sin(np.radians(box.north)) - np.sin(np.radians(box.south))
    return float(area_km2 / _CELL_KM2[res])


def _resolution_for(box: Box, limit: int) -> int | None:
    """The finest served resolution at which the box stays clearly below the limit (cells differ in size by a third)."""
    return next(
        (res for res in range(FINEST, COARSEST - 1, -1) if _likely_count(box, res) * 1.4 <= limit), None
    )
