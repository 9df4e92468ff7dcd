"""The map of shortfall: what cells ask for in a role, what those on duty take care of, and what nobody does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from geo.cells import Cells
from layers.figures import gathered
from layers.planning.demand import Asked, Served
from layers.planning.plan import WithoutGate
from layers.planning.rules import Points

#: Cells shaded at most, of the finest resolution with so few: smaller ones are specks on a map that shows them all.
MOST_SHADED = 100
SHADED = (11, 10, 9, 8, 7, 6, 5)

#: Places listed by what they ask; the map has all of them.
MOST_PLACES = 20


@dataclass(frozen=True, slots=True, eq=False)
class CellFigures:
    """Cells of resolution 11 in index order, with points of two decimals each, and the gap: open needs there that no
    shift on duty serves. left: what nobody takes care of.
    """

    cell: Cells
    need: Points
    ours: Points
    others: Points
    left: Points
    gap: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Place:
    """The figures of all cells that are nearest to one compound ("" for none near)."""

    name: str
    need: float
    ours: float
    others: float
    left: float
    gap: int
    cells: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Shortfall:
    """Figures, and of each cell the position of its nearest compound's name in `names`.

    without_gate: None where the area is too large to say which homes have no open gate near.
    """

    figures: CellFigures
    near: NDArray[np.intp]
    names: Sequence[str]
    without_gate: Sequence[WithoutGate] | None

    @cached_property
    def shaded(self) -> tuple[Cells, Points]:
        """Cells with what nobody takes care of there, as coarse as a map of all of them needs."""
        some = self.figures.left > 0
        found, points = self.figures.cell[some], self.figures.left[some].reshape(-1, 1)
        for res in SHADED:
            found, points = gathered(found, points, res)
            if len(found) <= MOST_SHADED:
                break
        return found, np.round(points[:, 0], 2)

    @cached_property
    def places(self) -> list[Place]:
        """MOST_PLACES places, those first of which most is left."""
        one, size = self.figures, len(self.names)
        need, ours, others, left, gap = (
            np.bincount(self.near, amounts, size) for amounts in (one.need, one.ours, one.others, one.left, one.gap)
        )
        known = np.flatnonzero(np.bincount(self.near, minlength=size)).tolist()
        return [
            Place(
                self.names[at], float(need[at]), float(ours[at]), float(others[at]), float(left[at]), int(gap[at]),
                tuple(one.cell[self.near == at].tolist()),
            )
            for at in nsmallest(MOST_PLACES, known, key=lambda at: (-left[at], self.names[at]))
        ]  # fmt: skip


def by_cell(asked: Asked, taken: Served, counted: NDArray[np.bool_]) -> CellFigures:
    """The figures of the cells of those rows that count."""
    left = np.maximum(asked.points - taken.ours - taken.others, 0.0)
    unserved = (asked.needs * ~taken.is_served).astype(np.float64)
    columns = np.column_stack((asked.points, taken.ours, taken.others, left, unserved))[counted]
    cell = asked.cell[counted]
    first = np.flatnonzero(np.concatenate((np.ones(min(len(cell), 1), dtype=bool), cell[1:] != cell[:-1])))
    sums = np.add.reduceat(columns, first, axis=0) if len(first) else np.zeros((0, 5))
    need, ours, others, left_over = np.round(sums[:, :4], 2).T
    return CellFigures(cell[first], need, ours, others, left_over, sums[:, 4].astype(np.int64))
