"""Which cells are within so many minutes on foot, where closed areas are left and entered through open gates only.

People walk from a cell to the neighbours whose centres are about 50 m away (resolution 11). The border of a closed area
runs between cells: no step crosses it, except a step from or to a cell of one of its open gates. A cell belongs to an
area or does not; so a wall is placed to within half a cell, about 25 m. Where streets are known people walk along them
(geo.street_network).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from arro3.core import Array, list_flatten, list_offsets
from h3ronpy import grid_disk
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geo.cells import COVER, BadCell, Cells, centers, descendants, parent, to_hex
from geo.distances import DETOUR, WALKED_A_MINUTE_M, great_circle_m

# A way from cell to cell over the straight line, the mean over all directions: 2/sqrt(3) times the mean of the cosine
# over 30 degrees to either side. Straight along a row it is 1, between two rows 1.155.
_STEPS_OVER_STRAIGHT = 2 / np.sqrt(3) * 3 / np.pi
# A neighbourhood of cells is made of whole cells of this resolution, each ring of them at least so many metres deep.
_RING = 8
_RING_M = 620.0
# Figures that one call of the search writes, 8 bytes each: more is no faster and takes more memory.
_AT_ONCE = 8_000_000

Places = NDArray[np.intp]
Minutes = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """A closed area: the cells inside, and the cells of its open gates, which may lie just inside or just outside."""

    cells: Cells
    gates: Cells


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Where people can walk: `cells` (n, sorted, of one resolution), the minutes of each step (symmetric), and which
    cells lie in no closed area.

    The first n rows and columns of `steps` are the cells; others are points of streets, on the way from cell to cell.
    """

    cells: Cells
    steps: csr_array
    is_open: NDArray[np.bool_]

    def places(self, cells: Cells) -> Places:
        """Positions of cells in the network. Raises BadCell, naming the first that is not in it."""
        found = np.minimum(np.searchsorted(self.cells, cells), max(len(self.cells) - 1, 0))
        missing = np.flatnonzero(self.cells[found] != cells) if len(self.cells) else np.arange(len(cells))
        if len(missing):
            raise BadCell(f"cell {to_hex(int(cells[missing[0]]))} is not in the network")
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What is within reach: one row a pair, in the order of starts, then of cells.

    `start` is a position in the starts asked for, `place` one in the network's cells; `minutes` on foot between them.
    """

    start: Places
    place: Places
    minutes: Minutes


def straight_metres(minutes: float) -> float:
    """How far away in a straight line a place can be at most that is reached in so many minutes."""
    return float(minutes * WALKED_A_MINUTE_M / DETOUR * _STEPS_OVER_STRAIGHT)


def surroundings(cells: Cells, metres: float) -> Cells:
    """All cells of resolution 11 within so many metres of some cells of that or a coarser resolution, and some more."""
    rings = int(np.ceil(metres / _RING_M))
    middle = np.unique(parent(cells, _RING))
    if not len(middle):
        return middle
    wide = grid_disk(Array.from_numpy(middle.view(np.uint64)), rings, flatten=True)
    return descendants(np.unique(np.asarray(wide.to_numpy()).view(np.int64)), COVER)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Steps between neighbours among sorted cells, each once, which no border forbids: arrays of one length.

    at_gate: whether a step crosses a border, by a gate. inside: cells × areas, 1 where a cell is one of the area's.
    """

    here: Places
    there: Places
    minutes: Minutes
    at_gate: NDArray[np.bool_]
    inside: csr_array


def walking_network(cells: Cells, closed: Sequence[Closed]) -> Network:
    """The network of some cells of one resolution, each given once, with the borders of closed areas cut.

    Areas may lie in one another or overlap: a step that crosses two borders needs a gate in each. Their cells and
    gates outside of `cells` do not matter.
    """
    known = np.unique(cells)
    steps = steps_over_ground(known, closed)
    return network_of(known, steps.inside, (steps.here, steps.there, steps.minutes), len(known))


def steps_over_ground(cells: Cells, closed: Sequence[Closed]) -> Steps:
    """The steps between neighbours among sorted cells of one resolution, with the borders of closed areas cut."""
    here, there = neighbours(cells)
    inside = _by_area(cells, [area.cells for area in closed])
    gates = _by_area(cells, [area.gates for area in closed])
    crossed = abs(inside[here] - inside[there])  # steps × areas: whose borders each step crosses
    through = crossed.multiply(gates[here] + gates[there]).astype(bool)  # those of them that have a gate there
    borders = crossed.sum(axis=1)
    may_step = through.sum(axis=1) == borders
    here, there = here[may_step], there[may_step]
    lngs, lats = centers(cells)
    metres = great_circle_m(lngs[here], lats[here], lngs[there], lats[there])
    minutes = metres * DETOUR / _STEPS_OVER_STRAIGHT / WALKED_A_MINUTE_M
    return Steps(here, there, minutes, borders[may_step] > 0, inside)


def network_of(cells: Cells, inside: csr_array, steps: tuple[Places, Places, Minutes], size: int) -> Network:
    """The network of sorted cells with steps (from, to, minutes; each once) among them and `size` - n other points.

    inside: cells × areas, 1 where a cell is one of the area's.
    """
    here, there, minutes = steps
    both = (np.concatenate((minutes, minutes)), (np.concatenate((here, there)), np.concatenate((there, here))))
    return Network(cells, csr_array(both, shape=(size, size)), np.diff(inside.indptr) == 0)


def reach(network: Network, starts: Places, minutes: float, ends: Places | None = None) -> Reach:
    """What is within so many minutes on foot of each start (positions in the network), the start itself included.

    ends: the only places that are asked about, each once; all where it is None.
    """
    wanted = np.arange(len(network.cells)) if ends is None else np.sort(ends)
    width = max(1, _AT_ONCE // max(network.steps.shape[0], 1))
    found = [_reach_of(network, starts[at : at + width], at, minutes, wanted) for at in range(0, len(starts), width)]
    if not found:
        nowhere = np.empty(0, dtype=np.intp)
        return Reach(nowhere, nowhere, np.empty(0))
    return Reach(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def minutes_to_nearest(network: Network, ends: Places, minutes: float = np.inf) -> Minutes:
    """For each cell of the network the minutes on foot to the nearest of some others, inf beyond the limit."""
    if not len(ends):
        return np.full(len(network.cells), np.inf)
    return np.asarray(dijkstra(network.steps, indices=ends, limit=minutes, min_only=True))[: len(network.cells)]


def leads_out(network: Network) -> NDArray[np.bool_]:
    """Which cells somebody from outside of all closed areas can come to, however long the way."""
    _, part = connected_components(network.steps, directed=False)
    part = part[: len(network.cells)]
    return np.asarray(np.isin(part, part[network.is_open]))


def disks(cells: Cells) -> tuple[Places, Cells]:
    """Each cell with its neighbours, in the order of the cells: the position of the middle one, and the cell."""
    if not len(cells):
        return np.empty(0, dtype=np.intp), cells
    found = grid_disk(Array.from_numpy(np.ascontiguousarray(cells).view(np.uint64)), 1, flatten=False)
    sizes = np.diff(np.asarray(list_offsets(found).to_numpy()))
    return np.repeat(np.arange(len(cells)), sizes), np.asarray(list_flatten(found).to_numpy()).view(np.int64)


def neighbours(cells: Cells) -> tuple[Places, Places]:
    """Pairs of positions of neighbours among sorted cells of one resolution, each pair once."""
    here, around = disks(cells)
    there = np.minimum(np.searchsorted(cells, around), max(len(cells) - 1, 0))
    once = (cells[there] == around) & (here < there)
    return here[once], there[once]


def _reach_of(
    network: Network, starts: Places, first: int, minutes: float, ends: Places
) -> tuple[Places, Places, Minutes]:
    table = dijkstra(network.steps, indices=starts, limit=minutes)[:, : len(network.cells)]
    if len(ends) < len(network.cells):
        table = table[:, ends]
    start, end = np.nonzero(np.isfinite(table))
    return start + first, ends[end], table[start, end]


def _by_area(cells: Cells, areas: Sequence[Cells]) -> csr_array:
    """cells × areas: 1 where a cell is one of the area's. One step for thousands of areas, where one a step is slow."""
    places = [np.unique(_known(cells, some)) for some in areas]
    area = np.repeat(np.arange(len(areas)), [len(some) for some in places])
    cell = np.concatenate((np.empty(0, dtype=np.intp), *places))
    return csr_array((np.ones(len(cell), dtype=np.int8), (cell, area)), shape=(len(cells), len(areas)))


def _known(cells: Cells, some: Cells) -> Places:
    found = np.minimum(np.searchsorted(cells, some), max(len(cells) - 1, 0))
    return found[cells[found] == some] if len(cells) else found[:0]
