"""The network of cells where people walk along streets: rivers and railways are crossed on a street, nowhere else.

A street is a chain of points at most some 40 m apart, each way as long as it is drawn. A cell hangs on the nearest
point that lies in the very closed areas the cell lies in, and nothing is walked through it: so nobody gets over a river
by standing in the middle of it. Where no street is near, or known, people walk from cell to cell as without streets.
The border of a closed area cuts a street, except at an open gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from geo.cells import Cells, Degrees, centers
from geo.coordinates import Box
from geo.distances import DETOUR, EARTH_RADIUS_M, WALKED_A_MINUTE_M
from geo.plane import Lines, OnPlane, Plane, straight
from geo.reach import Closed, Minutes, Network, Places, Steps, disks, network_of, steps_over_ground, walking_network
from geo.streets import Graph, Streets, graph_of
from geo.walls import EDGE_M, Positions, gates_of

#: A cell further than this from every street, in metres, is open ground: a field, a compound whose paths nobody drew.
JOIN_M = 150.0
#: Inside of an extract, streets are known up to so many metres from one: an extract cut along a country's border
#: declares the box around it. Nobody walks twice as far in an hour, so that no water is crossed for want of streets.
KNOWN_M = 2_000.0
#: A street so near to a border, in metres, runs along it: outlines are drawn along streets, to the kerb or the middle.
ALONG_M = 10.0

# The nearest points of streets that are tried for a cell, until one lies on its side of walls, rivers and railways.
_TRIED = (1, 6, 30)


@dataclass(frozen=True, slots=True, eq=False)
class Walls:
    """Closed areas of cells, with the polygon of each and the gates that may lead into it."""

    closed: Sequence[Closed]
    outlines: Sequence[BaseGeometry]
    gates: Sequence[Positions]


@dataclass(frozen=True, slots=True, eq=False)
class OverStreets:
    """A network, and in which of its cells streets are known.

    marks: equal for cells that lie in the same closed areas. plane: the plane on which cells hang on the streets at
    `towards`, or stand by themselves; `barriers` are on it too.
    """

    network: Network
    known: NDArray[np.bool_]
    marks: NDArray[np.int64]
    plane: Plane
    towards: OnPlane
    barriers: Lines

    def on_own_bank(self, places: Places, lngs: Degrees, lats: Degrees) -> Places:
        """Places in the network of positions (-1 for none), on the side of rivers and railways the positions are on.

        A cell that hangs on the other side gives way to the nearest neighbour in the same closed areas that does not.
        """
        at = np.flatnonzero(places >= 0)
        at = at[self.known[places[at]]]
        flat = self.plane.of(lngs, lats)
        at = at[self.barriers.crossed(flat[at], self.towards[places[at]])]
        if not len(at):
            return places
        cells = self.network.cells
        position, around = disks(cells[places[at]])
        beside = np.minimum(np.searchsorted(cells, around), len(cells) - 1)
        fits = (cells[beside] == around) & (self.marks[beside] == self.marks[places[at[position]]])
        position, beside = position[fits], beside[fits]
        fits = ~self.barriers.crossed(flat[at[position]], self.towards[beside])
        position, beside = position[fits], beside[fits]
        away = np.linalg.norm(self.plane.of(*centers(cells[beside])) - flat[at[position]], axis=1)
        order = np.lexsort((away, position))
        position, first = np.unique(position[order], return_index=True)
        moved = places.copy()
        moved[at[position]] = beside[order][first]
        return moved


def street_network(cells: Cells, walls: Walls, streets: Streets) -> OverStreets:
    """The network of some cells of one resolution over streets; where none are known, that over open ground."""
    found = np.unique(cells)
    graph = graph_of(streets.ways)
    if not len(graph.lngs):
        return _over_open_ground(walking_network(found, walls.closed))
    steps = steps_over_ground(found, walls.closed)
    plane = Plane(float(np.median(graph.lats)))
    sides = _Sides(plane, walls)
    graph = graph.only(~sides.cut(graph))
    barriers, shores = plane.of_shapes(streets.barriers), plane.of_shapes(streets.shores)
    between = Lines(plane, [*sides.borders, *barriers])
    known, point, metres = _joined(found, steps, graph, streets.boxes, sides, between)
    kept = _over_ground(found, steps, known, point, graph, Lines(plane, [*barriers, *shores]))
    cell = np.flatnonzero(point >= 0)
    size = len(found) + len(graph.lngs)
    network = network_of(
        found,
        steps.inside,
        (
            np.concatenate((steps.here[kept], graph.here + len(found), cell)),
            np.concatenate((steps.there[kept], graph.there + len(found), point[cell] + len(found))),
            np.concatenate((steps.minutes[kept], _minutes(graph.metres), _minutes(metres[cell] * DETOUR))),
        ),
        size,
    )
    flat, places = plane.of(*centers(found)), plane.of(graph.lngs, graph.lats)
    flat[cell] = places[point[cell]]
    return OverStreets(network, known, steps.inside @ sides.marks, plane, flat, Lines(plane, barriers))


def _over_open_ground(network: Network) -> OverStreets:
    nowhere, count = Plane(0.0), len(network.cells)
    is_known, marks = np.zeros(count, dtype=bool), np.zeros(count, dtype=np.int64)
    return OverStreets(network, is_known, marks, nowhere, np.zeros((count, 2)), Lines(nowhere, []))


class _Sides:
    """On which side of the walls something lies; a street within ALONG_M of a border lies outside."""

    def __init__(self, plane: Plane, walls: Walls) -> None:
        self.plane = plane
        solid = (
            shapely.buffer(plane.of_shapes(walls.outlines), -ALONG_M) if len(walls.outlines) else np.empty(0, object)
        )
        self._area = np.flatnonzero(~shapely.is_empty(solid))
        self._solid = solid[self._area]
        self._walls = walls
        self.borders = np.asarray(shapely.boundary(self._solid), dtype=object)
        # A sum of random numbers says which areas something lies in: equal sums are equal sets, 0 is none.
        self.marks = np.random.default_rng(0).integers(1, 1 << 62, size=len(walls.outlines))

    def of(self, graph: Graph) -> NDArray[np.int64]:
        """For each point of streets the sum of the marks of the areas it lies in."""
        marks = np.zeros(len(graph.lngs), dtype=np.int64)
        if len(self._solid):
            points = shapely.STRtree(np.asarray(shapely.points(self.plane.of(graph.lngs, graph.lats))))
            which, point = points.query(self._solid, predicate="intersects")
            np.add.at(marks, point, self.marks[self._area[which]])
        return marks

    def cut(self, graph: Graph) -> NDArray[np.bool_]:
        """Which edges cross a border away from its open gates."""
        cut = np.zeros(len(graph.here), dtype=bool)
        if not len(self._solid):
            return cut
        places = self.plane.of(graph.lngs, graph.lats)
        edges = straight(places[graph.here], places[graph.there])
        which, edge = shapely.STRtree(edges).query(self.borders, predicate="intersects")
        for area in np.unique(which).tolist():
            crossing = edge[which == area]
            number = int(self._area[area])
            lngs, lats = self._walls.gates[number]
            at = gates_of(self._walls.outlines[number], lngs, lats)
            gates = shapely.multipoints(self.plane.of(lngs[at], lats[at]))
            far = shapely.distance(shapely.intersection(edges[crossing], self.borders[area]), gates)
            cut[crossing[~(far <= EDGE_M + ALONG_M)]] = True
        return cut


def _joined(
    cells: Cells, steps: Steps, graph: Graph, boxes: Sequence[Box], sides: _Sides, lines: Lines
) -> tuple[NDArray[np.bool_], Places, Minutes]:
    """In which cells streets are known; the point each hangs on, -1 for none, and the metres to it."""
    lngs, lats = centers(cells)
    known = np.zeros(len(cells), dtype=bool)
    point, metres = np.full(len(cells), -1, dtype=np.intp), np.full(len(cells), np.inf)
    for box in boxes:
        known |= box.contains_each(lngs, lats)
    tree = cKDTree(_on_the_globe(graph.lngs, graph.lats))
    globe, flat = _on_the_globe(lngs, lats), lines.plane.of(lngs, lats)
    inside = np.flatnonzero(known)
    near, _ = tree.query(globe[inside], distance_upper_bound=KNOWN_M)
    known[inside[np.isinf(near)]] = False
    places = lines.plane.of(graph.lngs, graph.lats)
    of_cell, of_point = steps.inside @ sides.marks, sides.of(graph)
    left = inside[near <= JOIN_M]
    for count in _TRIED:
        far, nearest = tree.query(globe[left], k=[*range(1, count + 1)], distance_upper_bound=JOIN_M)
        row, column = np.nonzero(np.isfinite(far))
        fits = of_cell[left[row]] == of_point[nearest[row, column]]
        row, column = row[fits], column[fits]
        fits = ~lines.crossed(flat[left[row]], places[nearest[row, column]])
        row, first = np.unique(row[fits], return_index=True)  # in the order of distance: the first is the nearest
        column = column[fits][first]
        point[left[row]], metres[left[row]] = nearest[row, column], far[row, column]
        left = np.delete(left, row)
    return known, point, metres


def _over_ground(
    cells: Cells, steps: Steps, known: NDArray[np.bool_], point: Places, graph: Graph, barriers: Lines
) -> NDArray[np.bool_]:
    """Which steps from cell to cell stay: at gates; from and to cells that hang on no street; and inside of a closed
    area between streets that hang together outside only. Never over a barrier, nor out of the water, except at a gate.
    """
    here, there = steps.here, steps.there
    part = np.append(graph.parts(), -1)[point]  # -1 is the last, for none
    in_area = np.diff(steps.inside.indptr)[here] > 0
    kept = (point[here] < 0) | (point[there] < 0) | (in_area & (part[here] != part[there]))
    flat, places = (barriers.plane.of(*some) for some in (centers(cells), (graph.lngs, graph.lats)))
    afloat, cell = np.zeros(len(cells), dtype=bool), np.flatnonzero(point >= 0)
    afloat[cell] = barriers.crossed(flat[cell], places[point[cell]])
    kept &= ~(afloat[here] | afloat[there])
    tried = np.flatnonzero(kept & (known[here] | known[there]))
    kept[tried] = ~barriers.crossed(flat[here[tried]], flat[there[tried]])
    return np.asarray(kept | steps.at_gate)


def _on_the_globe(lngs: Degrees, lats: Degrees) -> NDArray[np.float64]:
    """Positions in metres from the middle of the earth, n × 3."""
    lng, lat = np.radians(lngs), np.radians(lats)
    return EARTH_RADIUS_M * np.column_stack((np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)))


def _minutes(metres: NDArray[np.float64]) -> Minutes:
    return metres / WALKED_A_MINUTE_M
