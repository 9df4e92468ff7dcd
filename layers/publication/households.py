"""Which needs come from one household. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

#: Pins without contact or unit that are this close count as one household; about the width of a residential block.
#: Wider protects more, because fewer households are counted, and shows coarser.
HOUSEHOLD_METRES = 20.0

_RADIUS_METRES = 6_371_008.8
#: Web maps end here; beyond, the plane in which distances are taken has no end.
_NORTHERNMOST = 85.0

Numbers = NDArray[np.int64]
Degrees = NDArray[np.float64]


def household_numbers(known: Sequence[str | None], lngs: Degrees, lats: Degrees) -> Numbers:
    """A number for each need's household: the same key, else the same chain of pins within 20 m of the next.

    A pin without key beside one with a key counts as that household (the first of them, if there are several), so that
    nameless pins add no household to it. The same needs in the same order always get the same numbers.
    """
    names: dict[str, int] = {}
    numbers = np.array([-1 if key is None else names.setdefault(key, len(names)) for key in known], dtype=np.int64)
    nameless = numbers < 0
    if nameless.any():
        at, places = _places(lngs, lats)
        numbers[nameless] = _of_places(numbers, nameless, at, places, len(names))[at[nameless]]
    return numbers


def _places(lngs: Degrees, lats: Degrees) -> tuple[NDArray[np.intp], NDArray[np.complex128]]:
    """Distinct places and which one each pin has: in a compound named without a unit, many pins have one place."""
    places, at = np.unique(lngs + 1j * lats, return_inverse=True)
    return at, places


def _of_places(
    numbers: Numbers, nameless: NDArray[np.bool_], at: NDArray[np.intp], places: NDArray[np.complex128], first: int
) -> Numbers:
    """For each place the number that a nameless pin there has; new numbers go on from `first`."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(places)
    named = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(named, at[~nameless], numbers[~nameless])
    asks = np.zeros(count, dtype=bool)
    asks[at[nameless]] = True
    asking = np.flatnonzero(asks)
    one, other = _near(places, asking)
    beside = named.copy()
    np.minimum.at(beside, one, named[other])
    free = asks & (beside == np.iinfo(np.int64).max)
    both = free[one] & free[other]
    links = coo_array((np.ones(both.sum(), dtype=np.int8), (one[both], other[both])), shape=(count, count))
    _, chain = connected_components(links, directed=False)
    return np.where(free, first + chain, beside)


def _near(places: NDArray[np.complex128], asking: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs (one of `asking`, any place within 20 m of it) as positions.

    Mercator's plane shows angles as they are, so near a place all distances are stretched alike, by 1 / cos(latitude).
    """
    lats = np.radians(np.clip(places.imag, -_NORTHERNMOST, _NORTHERNMOST))
    east, north = _RADIUS_METRES * np.radians(places.real), _RADIUS_METRES * np.arcsinh(np.tan(lats))
    points = np.atleast_1d(np.asarray(shapely.points(east, north), dtype=object))
    reach = HOUSEHOLD_METRES / np.cos(lats[asking])
    one, other = shapely.STRtree(points).query(points[asking], predicate="dwithin", distance=reach)
    return asking[one], other
