"""Streets as a graph: points some 40 m apart along each way, and where ways meet, with the metres between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.cells import Degrees
from geo.coordinates import Box
from geo.distances import great_circle_m
from geo.plane import Shapes

#: Streets shorter than this, in metres, that hang together with no other are slips of the pen: they lead nowhere.
FRAGMENT_M = 150.0

# Points along a street are so many metres apart, or less where streets meet; cells are some 50 m apart.
_STRIDE_M = 40.0

Positions = NDArray[np.intp]
Metres = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """What is known of streets: linestrings, WGS 84, within the boxes of what was loaded.

    ways: people walk along them. barriers: the middle of rivers, railways and the like; they are crossed on a way only.
    shores: where water begins; nobody walks over them where there is no street, but a street's bank may lie beyond one.
    """

    ways: Shapes
    barriers: Shapes
    shores: Shapes
    boxes: Sequence[Box]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Points of streets by longitude and latitude, and the edges between them: positions of both ends, metres."""

    lngs: Degrees
    lats: Degrees
    here: Positions
    there: Positions
    metres: Metres

    def parts(self) -> Positions:
        """For each point the number of the part of the graph that it hangs together with."""
        shape = (len(self.lngs), len(self.lngs))
        edges = csr_array((np.ones(len(self.here)), (self.here, self.there)), shape=shape)
        return np.asarray(connected_components(edges, directed=False)[1]).astype(np.intp)

    def only(self, edges: NDArray[np.bool_]) -> Graph:
        """The same points with some of the edges."""
        return Graph(self.lngs, self.lats, self.here[edges], self.there[edges], self.metres[edges])


def graph_of(ways: Shapes) -> Graph:
    """The graph of linestrings, without fragments.

    They meet where they share a vertex, and nowhere else: a bridge meets nothing below it.
    """
    return _without_fragments(_whole_graph(ways))


def _whole_graph(ways: Shapes) -> Graph:
    lngs, lats, line, along, is_drawn = _points_along(ways)
    if not len(line):
        nobody = np.empty(0, dtype=np.intp)
        return Graph(lngs, lats, nobody, nobody, np.empty(0))
    point, first, is_shared = _points(lngs, lats, is_drawn)
    starts = np.concatenate(([True], line[1:] != line[:-1]))
    ends = np.concatenate((starts[1:], [True]))
    stretch = np.floor(along / _STRIDE_M)
    kept = starts | ends | is_shared
    kept[1:] |= stretch[1:] != stretch[:-1]
    at = np.flatnonzero(kept)
    follows = line[at[1:]] == line[at[:-1]]
    here, there = point[at[:-1]][follows], point[at[1:]][follows]
    metres = (along[at[1:]] - along[at[:-1]])[follows]
    here, there, metres = _once(here, there, metres)
    used, ends_of = np.unique(np.concatenate((here, there)), return_inverse=True)
    return Graph(lngs[first[used]], lats[first[used]], ends_of[: len(here)], ends_of[len(here) :], metres)


def _points(
    lngs: Degrees, lats: Degrees, is_drawn: NDArray[np.bool_]
) -> tuple[Positions, Positions, NDArray[np.bool_]]:
    """The number of the point of each position, the first position of each point, and which positions share theirs.

    Only drawn vertices share a point, to a centimetre: where a bridge is, nothing that lies below is met.
    """
    drawn = np.flatnonzero(is_drawn)
    east, north = (np.round((of[drawn] + 180.0) * 1e7).astype(np.uint64) for of in (lngs, lats))
    _, at, number, times = np.unique(east << 32 | north, return_index=True, return_inverse=True, return_counts=True)
    point = np.empty(len(lngs), dtype=np.intp)
    point[drawn] = number
    between = np.flatnonzero(~is_drawn)
    point[between] = len(at) + np.arange(len(between))
    is_shared = np.zeros(len(lngs), dtype=bool)
    is_shared[drawn] = times[number] > 1
    return point, np.concatenate((drawn[at], between)), is_shared


def _points_along(ways: Shapes) -> tuple[Degrees, Degrees, Positions, Metres, NDArray[np.bool_]]:
    """The vertices of linestrings, and points between those that are far apart: longitude, latitude, line, metres from
    the line's beginning, and whether it is a vertex.
    """
    places, line = shapely.get_coordinates(ways, return_index=True)
    if not len(places):
        return np.empty(0), np.empty(0), np.empty(0, dtype=np.intp), np.empty(0), np.empty(0, dtype=bool)
    count = np.ones(len(places), dtype=np.intp)
    goes_on = line[1:] == line[:-1]
    apart = great_circle_m(places[:-1, 0], places[:-1, 1], places[1:, 0], places[1:, 1])
    count[:-1] = np.where(goes_on, np.maximum(np.ceil(apart / _STRIDE_M), 1), 1).astype(np.intp)
    at = np.repeat(np.arange(len(places)), count)
    share = (np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)) / count[at]
    onward = np.append(np.where(goes_on, np.arange(1, len(places)), np.arange(len(places) - 1)), len(places) - 1)[at]
    lngs, lats = (places[at] + share[:, None] * (places[onward] - places[at])).T
    total = np.concatenate(([0.0], np.cumsum(np.where(goes_on, apart, 0.0))))
    first = np.concatenate(([0], np.flatnonzero(~goes_on) + 1))
    begins = np.repeat(total[first], np.diff(np.append(first, len(places))))
    along = total - begins
    between = along[at] + share * (total[onward] - total[at])
    return lngs, lats, line[at].astype(np.intp), between, share == 0


def _once(here: Positions, there: Positions, metres: Metres) -> tuple[Positions, Positions, Metres]:
    """Each edge once, the shortest of those between the same ends, and none from a point to itself."""
    low, high = np.minimum(here, there), np.maximum(here, there)
    order = np.lexsort((metres, high, low))
    low, high, metres = low[order], high[order], metres[order]
    new = np.concatenate(([True], (low[1:] != low[:-1]) | (high[1:] != high[:-1])))[: len(low)] & (low != high)
    return low[new], high[new], metres[new]


def _without_fragments(graph: Graph) -> Graph:
    part = graph.parts()
    length = np.bincount(part[graph.here], graph.metres, minlength=1)
    stays = length[part] >= FRAGMENT_M if len(part) else np.zeros(0, dtype=bool)
    place = np.cumsum(stays) - 1
    edges = stays[graph.here]
    return Graph(
        graph.lngs[stays], graph.lats[stays], place[graph.here[edges]], place[graph.there[edges]], graph.metres[edges]
    )
