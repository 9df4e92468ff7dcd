"""What holds at one moment: its spans as arrays, and the figures of cells that follow from them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.cells import FINEST, Cells, cells_of_ranges, descendants, parent, resolution
from geo.units import unit_cells
from layers.description import Measure

Figures = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """Spans that hold at a moment, one row a leaf range: arrays of one length.

    kind and tag are object arrays of words; first, second, lo, hi, rank, n are int64 (see data.rollups.span_table).
    """

    kind: NDArray[np.object_]
    tag: NDArray[np.object_]
    first: Figures
    second: Figures
    lo: Cells
    hi: Cells
    rank: Figures
    n: Figures

    def of(self, chosen: NDArray[np.bool_]) -> Holding:
        """The rows chosen."""
        return Holding(*(getattr(self, name)[chosen] for name in self.__slots__))


def holding_of(rows: Sequence[tuple[object, ...]]) -> Holding:
    """A holding of rows (kind, tag, first, second, lo, hi, rank, n)."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    words = [np.array(column, dtype=object) for column in columns[:2]]
    return Holding(*words, *(np.array(column, dtype=np.int64) for column in columns[2:]))


def measured(holding: Holding, measure: Measure, res: int) -> tuple[Cells, Figures]:
    """The cells of a resolution where a span measure is not 0, in index order, and its figure in each."""
    own = holding.of(holding.kind == measure.kind)
    if not len(own.lo):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if measure.combine == "max":
        return _highest(own, res)
    totals = getattr(own, measure.column)
    some = totals > 0
    own, totals = own.of(some), totals[some]
    cells, _ = unit_cells(totals, own.lo, own.hi, own.rank, own.n)
    found, counts = np.unique(parent(cells, res), return_counts=True)
    return found, counts.astype(np.int64)


def _highest(own: Holding, res: int) -> tuple[Cells, Figures]:
    cells = cells_of_ranges(own.lo, own.hi)
    coarse = resolution(cells) < res
    below, owner = descendants(cells[coarse], res)
    every = np.concatenate((parent(cells[~coarse], res), below))
    level = np.concatenate((own.first[~coarse], own.first[coarse][owner]))
    found, where = np.unique(every, return_inverse=True)
    highest = np.zeros(len(found), dtype=np.int64)
    np.maximum.at(highest, where, level)
    return found, highest


def unserved(
    holding: Holding,
    serves: Mapping[str, frozenset[str]],
    slots: Mapping[str, int],
    cells: Cells,
    counts: Figures,
    taken: Figures,
) -> Figures:
    """The gap of each cell of resolution 11: open needs that no shift on duty there serves.

    counts and taken are open needs and taken ones by service slot (cells × slots). A service that no role serves
    counts as served where its need is taken by somebody.
    """
    nobody = [slot for name, slot in slots.items() if not any(name in names for names in serves.values())]
    left = counts.sum(axis=1) - served(holding, serves, slots, cells, counts) - taken[:, nobody].sum(axis=1)
    return np.asarray(left)


def served(
    holding: Holding, serves: Mapping[str, frozenset[str]], slots: Mapping[str, int], cells: Cells, counts: Figures
) -> Figures:
    """The open needs of each cell of resolution 11 that a shift on duty there serves.

    counts: open needs by service slot (cells × slots). A shift serves while at least one of its places is filled.
    """
    reached = np.zeros(counts.shape, dtype=bool)
    shifts = _on_duty(holding)
    for role in set(shifts.tag.tolist()):
        columns = [slots[name] for name in serves.get(role, ()) if name in slots]
        if columns:
            inside = _under(shifts.of(shifts.tag == role), cells)
            reached[np.ix_(inside, np.array(columns, dtype=np.intp))] = True
    return np.asarray(np.where(reached, counts, 0).sum(axis=1))


def on_duty(holding: Holding, cells: Cells) -> NDArray[np.bool_]:
    """Which cells of resolution 11 lie under a shift on duty."""
    return _under(_on_duty(holding), cells)


def _on_duty(holding: Holding) -> Holding:
    return holding.of((holding.kind == "shift") & (holding.second > 0))


def _under(shifts: Holding, cells: Cells) -> NDArray[np.bool_]:
    """Which cells of resolution 11 lie under some range. Ranges are leaves of one cell each: they nest or are apart."""
    order = np.lexsort((-shifts.hi, shifts.lo))
    lo, hi = shifts.lo[order], shifts.hi[order]
    outermost = np.ones(len(lo), dtype=bool)
    outermost[1:] = hi[1:] > np.maximum.accumulate(hi)[:-1]
    lo, hi = lo[outermost], hi[outermost]
    ranges = cells_of_ranges(lo, hi)
    fine = resolution(ranges) > FINEST
    inside = np.isin(cells, parent(ranges[fine], FINEST)) if fine.any() else np.zeros(len(cells), dtype=bool)
    lo, ranges = lo[~fine], ranges[~fine]
    if not len(lo):
        return inside
    first_leaf = _first_leaf(cells)
    at = np.searchsorted(lo, first_leaf, side="right") - 1
    return inside | ((at >= 0) & (first_leaf <= hi[~fine][np.maximum(at, 0)]))


def _first_leaf(cells: Cells) -> Cells:
    from geo.cells import leaf_ranges

    return leaf_ranges(cells)[0]
