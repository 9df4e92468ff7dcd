"""Which cells may carry need figures in public, and what they say. Pure. `docs/privacy.md` says why it is enough.

A cell stands on its own only if it and every sibling with needs reach k distinct households; otherwise the parent is
shown whole. Figures count households in steps of k, rounded down. So the cells that carry figures are disjoint, no
figure can be moved by one household alone, and none can be had by taking one from another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.cells import COARSEST, FINEST, Cells, parent

#: Fewer distinct households than this are never shown. Larger protects more and shows coarser; 5 is the step at which
#: health statistics are commonly suppressed (as in the disclosure rules of the US Census and NHS Digital).
K = 5

#: Seconds between publications, on the clock.
CLOCK_SECONDS = 600

#: How long every publication is kept, and how long one an hour; older ones are kept one a day. Longer answers more
#: finely what the map showed; a city with 10,000 published cells keeps some 11 million rows like this.
KEPT_ALL, KEPT_HOURLY = timedelta(days=2), timedelta(days=31)

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Published:
    """What one cell says in public: households that ask, in all and by service slot, each a multiple of k."""

    cell: int
    res: int
    needs: int
    slots: dict[int, int]


def choose(leaves: Cells, slots: Counts, households: Counts, services: int, k: int = K) -> list[Published]:
    """The cells that may carry figures, disjoint, for needs given by leaf, service slot and household number.

    services: how many there are to ask for, asked for or not. The coarsest served cells stand alone: nothing above
    them is ever published that could be subtracted from.
    """
    if not len(leaves):
        return []
    parts = _parts(_levels(leaves, slots, households), k)
    if not parts:
        return []
    found: list[Published] = []
    finest = parts[-1][0]
    below = _Below.nothing(len(finest.cells), finest.by_slot.shape[1])
    for level, part in reversed(parts):
        figures = _service_figures(level, part, below, services, k)
        found += _told(level, part.whole, figures, k)
        below = below.seen_from_above(level, part, figures)
    return found


@dataclass(frozen=True, slots=True)
class _Level:
    """The cells of a resolution that have needs, in index order, and the distinct households that ask in each.

    above: the position of each one's parent in the level above (its own position in the coarsest); by_slot: cells ×
    service slots.
    """

    res: int
    cells: Cells
    above: NDArray[np.intp]
    households: Counts
    by_slot: Counts

    @property
    def families(self) -> NDArray[np.intp]:
        """Where the children of the next parent begin."""
        return np.flatnonzero(_firsts(self.above))

    def in_family(self, flags: Flags) -> Flags:
        """For each parent and slot, whether a flag (cells × slots) is up for one of its children."""
        return np.asarray(np.logical_or.reduceat(flags, self.families, axis=0))


def _levels(leaves: Cells, slots: Counts, households: Counts) -> Iterator[_Level]:
    """Every served resolution, from the coarsest on.

    With rows ordered by household and then by leaf, the rows of one household in one cell lie side by side whatever
    the resolution, so that distinct households are counted without sorting again.
    """
    order = np.argsort(leaves, kind="stable")
    leaves, slots, households = leaves[order], slots[order], households[order]
    by_household = np.argsort(households, kind="stable")  # both stable: by leaf within a household, within a service
    by_service = np.lexsort((slots, households))
    width = int(slots.max()) + 1
    above: NDArray[np.intp] | None = None
    for res in range(COARSEST, FINEST + 1):
        cell = parent(leaves, res)
        starts = _firsts(cell)
        at = np.cumsum(starts) - 1
        cells = cell[starts]
        own = np.arange(len(cells)) if above is None else above[starts]
        once = by_household[_firsts(at[by_household], households[by_household])]
        asked = by_service[_firsts(at[by_service], households[by_service], slots[by_service])]
        by_slot = np.bincount(at[asked] * width + slots[asked], minlength=len(cells) * width)
        yield _Level(res, cells, own, np.bincount(at[once], minlength=len(cells)), by_slot.reshape(-1, width))
        above = at


def _firsts(*columns: NDArray[np.int64]) -> Flags:
    """Where a row differs from the one before in any of the columns."""
    differs = np.zeros(len(columns[0]), dtype=bool)
    differs[0] = True
    for column in columns:
        differs[1:] |= column[1:] != column[:-1]
    return differs


@dataclass(frozen=True, slots=True)
class _Part:
    """Which cells of a level are shown whole, and which give way to their children."""

    whole: Flags
    split: Flags


def _parts(levels: Iterator[_Level], k: int) -> list[tuple[_Level, _Part]]:
    """The rule of who stands on its own, from the coarsest cells down to the last level where one does.

    Levels below that one say nothing, and most of a city's cells are there: they are not worked out.
    """
    parts = []
    level = next(levels)
    reached = level.households >= k
    while reached.any():
        below = next(levels, None)
        if below is None:
            parts.append((level, _Part(reached, np.zeros_like(reached))))
            break
        too_few = np.bincount(below.above, weights=below.households < k, minlength=len(level.cells)) > 0
        parts.append((level, _Part(reached & too_few, reached & ~too_few)))
        level, reached = below, parts[-1][1].split[below.above]
    return parts


@dataclass(frozen=True, slots=True)
class _Below:
    """What is told of services under each cell of a level: the sums (cells × slots), and where some are hidden."""

    told: Counts
    hides: Flags

    @classmethod
    def nothing(cls, cells: int, width: int) -> _Below:
        """Below the finest level there is nothing."""
        return cls(np.zeros((cells, width), dtype=np.int64), np.zeros(cells, dtype=bool))

    def seen_from_above(self, level: _Level, part: _Part, figures: Counts) -> _Below:
        """The same for the parents of a level's cells."""
        told = np.where(part.whole[:, None], figures, self.told)
        hides = np.where(part.whole, ((level.by_slot > 0) & (figures == 0)).any(axis=1), self.hides)
        return _Below(np.add.reduceat(told, level.families), np.logical_or.reduceat(hides, level.families))


def _service_figures(level: _Level, part: _Part, below: _Below, services: int, k: int) -> Counts:
    """Households by service (cells × slots), 0 where they may not be told.

    A service is told where the cell, and every sibling that asks for it, reaches k in it. A sibling that gave way must
    do so in what is told below it, or hide nothing, so that nothing follows for the cells there. Of what then stays
    hidden in a family (the cells of one parent) nothing may follow from the totals: one service hidden alone would be
    the total less the others, and a total too large for the services told and k - 1 households for each hidden one but
    one would prove that this one is asked for. In both cases the family tells no service at all.
    """
    whole, asked = part.whole[:, None], level.by_slot > 0
    unclear = (below.told < k) & (asked | below.hides[:, None])
    short = level.in_family(np.where(whole, asked & (level.by_slot < k), unclear))
    figures = np.where(whole & ~short[level.above], level.by_slot // k * k, 0)
    told = level.in_family(figures > 0)
    hidden = services - told.sum(axis=1)
    complete = ~level.in_family(asked & whole & ~told[level.above]).any(axis=1)
    most_told = (figures + (k - 1) * (figures > 0)).sum(axis=1)
    proves = part.whole & (level.households // k * k > most_told + (k - 1) * (hidden[level.above] - 1))
    proved = np.bincount(level.above, weights=proves, minlength=len(told)) > 0
    may = complete | ((hidden >= 2) & ~proved)
    return np.where(may[level.above][:, None], figures, 0)


def _told(level: _Level, whole: Flags, figures: Counts, k: int) -> Iterator[Published]:
    at = np.flatnonzero(whole)
    slots: dict[int, dict[int, int]] = {}
    for row, slot in np.argwhere(figures).tolist():
        slots.setdefault(row, {})[slot] = int(figures[row, slot])
    totals = (level.households[at] // k * k).tolist()
    for row, cell, total in zip(at.tolist(), level.cells[at].tolist(), totals, strict=True):
        yield Published(cell, level.res, total, slots.get(row, {}))


def slot_of(seconds: float) -> int:
    """The place on the publication clock of a moment, given in seconds since 1970."""
    return int(seconds // CLOCK_SECONDS)


def superfluous(made: Sequence[tuple[int, datetime]], now: datetime) -> list[int]:
    """Which publications, given by number and moment (UTC), are kept no longer: the first of an hour or day stays."""
    seen: set[tuple[int, ...]] = set()
    gone = []
    for number, at in sorted(made, key=lambda one: one[1]):
        if at > now - KEPT_ALL:
            break
        day = (at.year, at.month, at.day)
        span = (*day, at.hour) if at > now - KEPT_HOURLY else day
        if span in seen:
            gone.append(number)
        seen.add(span)
    return gone
