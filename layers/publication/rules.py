"""Which cells may carry need figures in public, and what they say. Pure.

A cell stands on its own only if it and every sibling with needs reach k distinct households; otherwise the parent is
shown whole. Figures are steps of k, rounded down. So the cells that carry figures are disjoint, no figure stands for
fewer than k households, and none can be had by taking one from another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.cells import COARSEST, FINEST, Cells, parent

#: Fewer distinct households than this are never shown. Larger protects more and shows coarser; 5 is the step at which
#: health statistics are commonly suppressed (as in the disclosure rules of the US Census and NHS Digital).
K = 5

#: Pins without contact or unit that are this close count as one household; about the width of a residential block.
HOUSEHOLD_METRES = 20.0

#: Seconds between publications, on the clock.
CLOCK_SECONDS = 600

_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Published:
    """What one cell says in public: needs in all and by slot, each a multiple of k."""

    cell: int
    res: int
    needs: int
    slots: dict[int, int]


def choose(leaves: Cells, slots: NDArray[np.int64], households: NDArray[np.int64], k: int = K) -> list[Published]:
    """The cells that may carry figures, disjoint, for needs given by leaf, service slot and household number.

    The coarsest served cells stand alone: nothing above them is ever published that could be subtracted from.
    """
    order = np.argsort(leaves, kind="stable")
    town = _Town(leaves[order], slots[order], households[order], k)
    found: list[Published] = []
    for cell, rows in town.parts(slice(0, len(leaves)), COARSEST):
        if town.households_in(rows) >= k:
            found += town.shown(cell, COARSEST, rows, [rows])
    return found


@dataclass(frozen=True)
class _Town:
    leaves: Cells
    slots: NDArray[np.int64]
    households: NDArray[np.int64]
    k: int

    def parts(self, rows: slice, res: int) -> Iterator[tuple[int, slice]]:
        """The cells of a resolution among rows (sorted by leaf), each with its rows."""
        above = parent(self.leaves[rows], res)
        if not len(above):
            return
        starts = np.flatnonzero(np.concatenate(([True], above[1:] != above[:-1])))
        ends = [*starts[1:].tolist(), len(above)]
        for start, end in zip(starts.tolist(), ends, strict=True):
            yield int(above[start]), slice(rows.start + start, rows.start + end)

    def households_in(self, rows: slice, slot: int | None = None) -> int:
        """Distinct households among rows, of one service if given."""
        own = self.households[rows]
        return len(np.unique(own if slot is None else own[self.slots[rows] == slot]))

    def shown(self, cell: int, res: int, rows: slice, family: Sequence[slice]) -> list[Published]:
        """The cell whole, or its children where each of them reaches k. `family` is the cell and its siblings."""
        children = list(self.parts(rows, res + 1)) if res < FINEST else []
        if children and all(self.households_in(part) >= self.k for _, part in children):
            parts = [part for _, part in children]
            return [one for child, part in children for one in self.shown(child, res + 1, part, parts)]
        total = (rows.stop - rows.start) // self.k * self.k
        counts = {slot: self._figure(slot, rows, family) for slot in np.unique(self.slots[rows]).tolist()}
        return [Published(cell, res, total, {slot: count for slot, count in counts.items() if count})]

    def _figure(self, slot: int, rows: slice, family: Sequence[slice]) -> int:
        """The service's figure, 0 where the cell or a sibling that has the service stays below k."""
        for part in family:
            if 0 < self.households_in(part, slot) < self.k:
                return 0
        return int((self.slots[rows] == slot).sum()) // self.k * self.k


def household_numbers(
    known: Sequence[str | None], lngs: NDArray[np.float64], lats: NDArray[np.float64]
) -> NDArray[np.int64]:
    """A number for each need's household: the same key, else the same place within 20 m.

    A pin without key beside one with a key counts as that household, so that nameless pins add no household to it.
    """
    numbers = np.full(len(known), -1, dtype=np.int64)
    names: dict[str, int] = {}
    for at, key in enumerate(known):
        if key is not None:
            numbers[at] = names.setdefault(key, len(names))
    nameless = np.flatnonzero(numbers < 0)
    if not len(nameless):
        return numbers
    east = lngs * _METRES_PER_DEGREE * np.cos(np.radians(lats))
    points = np.atleast_1d(np.asarray(shapely.points(east, lats * _METRES_PER_DEGREE), dtype=object))
    one, other = shapely.STRtree(points).query(points[nameless], predicate="dwithin", distance=HOUSEHOLD_METRES)
    named = numbers[other] >= 0
    numbers[nameless[one[named]]] = numbers[other[named]]
    return _clustered(numbers, nameless, one, other, len(names))


def _clustered(
    numbers: NDArray[np.int64], nameless: NDArray[np.intp], one: NDArray[np.intp], other: NDArray[np.intp], first: int
) -> NDArray[np.int64]:
    """Gives the nameless pins that are left one number for each chain of pins within 20 m of the next."""
    root = {int(at): int(at) for at in nameless if numbers[at] < 0}

    def top(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for left, right in zip(nameless[one].tolist(), other.tolist(), strict=True):
        if left in root and right in root:
            root[top(left)] = top(right)
    tops: dict[int, int] = {}
    for at in root:
        numbers[at] = first + tops.setdefault(top(at), len(tops))
    return numbers


def slot_of(seconds: float) -> int:
    """The place on the publication clock of a moment, given in seconds since 1970."""
    return int(seconds // CLOCK_SECONDS)
