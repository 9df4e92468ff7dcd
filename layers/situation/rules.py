"""Which moments a report tells of, and which of the five printed classes a figure falls into. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

#: Moments a report goes back, a day apart. More is a longer file and a slider nobody moves to its end; the levels of
#: zones are lifted after 14 days without a case.
MOMENTS, APART = 14, timedelta(days=1)

#: Places a report draws at most. More is a larger file, and on an A4 sheet a place would be smaller than 2 mm.
MOST_PLACES = 5000

#: The finest resolution drawn, about 130 m across: finer than that, a printed place is a building.
FINEST_DRAWN = 10

CLASSES = 5
_NICE = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
_CHILDREN = 7  # places of one resolution in one of the resolution above it


def moments(at: datetime, first: datetime) -> list[datetime]:
    """The moments of a report made for `at`, oldest first; none before the first record."""
    return [at - APART * back for back in reversed(range(MOMENTS)) if at - APART * back >= first or not back]


def per_unit(figure: float, res: int, unit: int) -> float:
    """A figure of an area of resolution `res`, as its average over areas of resolution `unit`."""
    return float(figure * _CHILDREN ** (res - unit)) if res >= unit else figure / _CHILDREN ** (unit - res)


def bounds_of(figures: Sequence[float], step: int = 1) -> list[int]:
    """Lower bounds of five classes about equally filled, round and rising, multiples of `step`; the fifth is open.

    The same as on the map: static/map/classes.js, boundsOf.
    """
    known = sorted(figure for figure in figures if figure > 0)
    bounds = [step]
    for at in range(1, CLASSES):
        share = _nice_below(known[len(known) * at // CLASSES], step) if known else 0
        bounds.append(share if share > bounds[-1] else _next_nice(bounds[-1], step))
    return bounds


def class_of(figure: float, bounds: Sequence[int]) -> int:
    """0 to 4: the class of a figure; one below the first bound is in the first."""
    return max(0, sum(figure >= bound for bound in bounds) - 1)


def _next_nice(value: float, step: int) -> int:
    power = 1
    while True:
        for nice in _NICE:
            if nice * power > value and nice * power % step == 0:
                return nice * power
        power *= 100


def _nice_below(value: float, step: int) -> int:
    below = following = step
    while following <= value:
        below, following = following, _next_nice(following, step)
    return below


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums over all places at a moment. What a reader may not see, or nobody knows, is None."""

    needs: int | None
    urgent: int | None
    gap: int | None
    places: int | None
    filled: int | None
    zones: int
    locked_households: int
    checkpoints: int
    drops: int


def figures_of(
    states: Mapping[int, Mapping[str, Any]], internal: bool, is_published: bool, zones: int, locked: int
) -> Figures:
    """The sums over cells of one resolution (in public also the coarser ones that were published)."""
    sums = dict.fromkeys(("needs", "urgent", "gap", "places", "filled", "checkpoints", "drops"), 0)
    for state in states.values():
        for name in sums:
            sums[name] += state.get(name, 0)
    staff = {name: sums[name] if internal else None for name in ("urgent", "gap", "places", "filled")}
    needs = sums["needs"] if internal or is_published else None
    return Figures(
        needs, **staff, zones=zones, locked_households=locked, checkpoints=sums["checkpoints"], drops=sums["drops"]
    )
