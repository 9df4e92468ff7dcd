"""The field of a plan: what is left to do where, where posts may be, and which of it each would reach on foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.cells import COVER, Cells, cells_of, centers, leaf_ranges, parent, to_hex
from geo.covers import cover_of_cells
from geo.reach import Places, Reach, disks, minutes_to_nearest, reach
from layers.errors import BadInput
from layers.planning.covering import Problem, Weights
from layers.planning.demand import Asked, Served
from layers.planning.ground import Ground
from layers.planning.rules import A_POINT, Points, Request
from layers.planning.terms import BACKUP_SHARE, FRAGILE_POINTS, START_MINUTES, Terms

#: Possible posts of one plan. The solver was measured with as many; more lie closer than people can tell apart.
MOST_POSTS = 2_000

#: Resolutions at which one possible post a cell is enough, tried until there are few: some 130, 350, 900 m apart.
POST_RESOLUTIONS = (10, 9, 8)

#: A post that is taken out is not set up again next door: none stands in its cell of this resolution and around it.
BARRED_RESOLUTION = 10


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Shortfall in whole hundredths of a point by cell and side of a wall: arrays of one length.

    fragile: the part of `left` in needs of high consequence. leads_there: whether somebody from outside can come there.
    """

    cell: Cells
    place: Places
    left: Weights
    fragile: Weights
    on_duty: NDArray[np.float64]
    leads_there: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """posts: the possible ones, as places of the network. ends: the places with need that somebody can come to.

    reached: posts × ends. column: of each row of the demand its end, -1 for none.
    """

    ground: Ground
    demand: Demand
    posts: Places
    found: Reach
    reached: csr_array
    ends: Places
    column: Places

    def problem(self, counted: NDArray[np.bool_]) -> Problem:
        """The problem in which some rows of the demand count."""
        return Problem(self.reached, self.by_end(np.where(counted, self.demand.left, 0)))

    def by_end(self, amounts: Weights) -> Weights:
        """Amounts of the rows of the demand, summed by end."""
        there = self.column >= 0
        return np.round(np.bincount(self.column[there], amounts[there], len(self.ends))).astype(np.int64)

    def of_cells(self, cells: Sequence[int]) -> list[int]:
        """Positions in `posts` of the places of some cells, which were named when the field was made."""
        places = self.ground.network.places(np.array(cells, dtype=np.int64))
        return [int(at) for at in np.searchsorted(self.posts, places)]

    def may_stand(self, terms: Terms) -> NDArray[np.bool_]:
        """Which of the possible posts may be chosen: within the walk of a start, and not where one was taken out."""
        network = self.ground.network
        may = np.ones(len(self.posts), dtype=bool)
        if terms.starts:
            may &= np.isfinite(self._minutes_from(terms)[self.posts])
        if terms.barred:
            above = np.unique(parent(np.array(terms.barred, dtype=np.int64), BARRED_RESOLUTION))
            _, around = disks(above)
            may &= ~np.isin(parent(network.cells[self.posts], BARRED_RESOLUTION), around)
        return may

    def _minutes_from(self, terms: Terms) -> NDArray[np.float64]:
        return minutes_to_nearest(self.ground.network, _start_places(self.ground, terms), START_MINUTES)


def field_of(request: Request, demand: Demand, ground: Ground, named: Sequence[int]) -> Field:
    """The field of a request; `named` cells are possible posts whatever they reach.

    Raises BadInput for a start nobody gets out of, and for a locked post nobody comes to.
    """
    _check_places(request.terms, ground)
    posts = _possible_posts(request, demand, ground)
    posts = np.union1d(posts, ground.network.places(np.array(named, dtype=np.int64))).astype(np.intp)
    ends = np.unique(demand.place[demand.leads_there])
    found = reach(ground.network, posts, request.minutes, ends)
    at = np.full(len(ground.network.cells), -1)
    at[ends] = np.arange(len(ends))
    pairs = (np.ones(len(found.start)), (found.start, at[found.place]))
    reached = csr_array(pairs, shape=(len(posts), len(ends)))
    column = np.where(demand.leads_there, at[demand.place], -1) if len(demand.place) else demand.place
    return Field(ground, demand, posts, found, reached, ends, column)


def demand_of(asked: Asked, taken: Served, ground: Ground) -> Demand:
    """What is left of what is asked for, by cell and side of a wall."""
    place = ground.places(asked.lng, asked.lat)
    pairs, at = np.unique(np.column_stack((asked.cell, place)), axis=0, return_inverse=True)
    at = at.reshape(-1)
    over = left_over(asked, taken)
    is_fragile = (asked.needs > 0) & (asked.points >= FRAGILE_POINTS)
    left, fragile = (
        np.round(np.bincount(at, points, len(pairs)) * A_POINT).astype(np.int64)
        for points in (over, np.where(is_fragile, over, 0.0))
    )
    on_duty = np.zeros(len(pairs))
    np.maximum.at(on_duty, at, taken.on_duty)
    some = left > 0
    cell, place = pairs[some, 0], pairs[some, 1].astype(np.intp)
    leads_there = (place >= 0) & ground.leads_there[place] if len(place) else np.zeros(0, dtype=bool)
    return Demand(cell, place, left[some], np.minimum(fragile, left)[some], on_duty[some], leads_there)


def left_over(asked: Asked, taken: Served) -> Points:
    """The points of each row that nobody on duty takes care of."""
    return np.maximum(asked.points - taken.ours - taken.others, 0.0)


def outside_of(cells: Cells, excluded: Sequence[int]) -> NDArray[np.bool_]:
    """Which cells of resolution 11 lie in none of some cells of that or a coarser resolution."""
    if not len(excluded):
        return np.ones(len(cells), dtype=bool)
    return ~cover_of_cells(list(excluded)).contains(leaf_ranges(cells)[0])


def worth_twice(field: Field, counted: NDArray[np.bool_]) -> Weights:
    """Of each end, what a second post is worth."""
    return np.round(field.by_end(np.where(counted, field.demand.fragile, 0)) * BACKUP_SHARE).astype(np.int64)


def _start_places(ground: Ground, terms: Terms) -> Places:
    lngs, lats = (np.array(column, dtype=np.float64) for column in zip(*terms.starts, strict=True))
    return ground.places(lngs, lats)


def _check_places(terms: Terms, ground: Ground) -> None:
    if terms.starts:
        for (lng, lat), place in zip(terms.starts, _start_places(ground, terms).tolist(), strict=True):
            if place < 0 or not ground.leads_there[place]:
                reason = f"nobody gets out of the starting place {lng:.5f},{lat:.5f}: it is closed, with no open gate"
                raise BadInput(reason, [{"field": "start", "reason": reason}])
    locked = ground.network.places(np.array(terms.locked, dtype=np.int64))
    for cell, place in zip(terms.locked, locked.tolist(), strict=True):
        if not ground.leads_there[place]:
            reason = f"nobody gets to the post at {to_hex(cell)}: no open gate leads there"
            raise BadInput(reason, [{"field": "locked", "reason": reason}])


def _possible_posts(request: Request, demand: Demand, ground: Ground) -> Places:
    """Where a post may be.

    In every cell of some 130 m the place nearest to need, and where need itself is, as long as there are few enough;
    else in larger cells, where most need is. Only where somebody from outside of all walls can come to, and inside of
    the box; with starts, thinned once more among what lies within their walk.
    """
    network = ground.network
    there = demand.leads_there
    left = np.bincount(demand.place[there], demand.left[there], len(network.cells)).astype(np.float64)
    ends = np.flatnonzero(left)
    far = minutes_to_nearest(network, ends, request.minutes)
    near = np.isfinite(far)
    if request.box is not None:
        lngs, lats = centers(network.cells)
        near &= (lngs >= request.box.west) & (lngs < request.box.east)
        near &= (lats >= request.box.south) & (lats < request.box.north)
    posts = _thinned(near, far, left, network.cells)
    if request.terms.starts:
        walked = minutes_to_nearest(network, _start_places(ground, request.terms), START_MINUTES)
        posts = np.union1d(posts, _thinned(near & np.isfinite(walked), far, left, network.cells)).astype(np.intp)
    return posts


def _thinned(near: NDArray[np.bool_], far: Points, left: NDArray[np.float64], cells: Cells) -> Places:
    candidates = np.flatnonzero(near)
    order = candidates[np.lexsort((candidates, -left[candidates], far[candidates]))]
    thinned = order
    for res in POST_RESOLUTIONS:
        _, first = np.unique(parent(cells[order], res), return_index=True)
        thinned = order[np.sort(first)]  # where most need is comes first
        if len(thinned) <= MOST_POSTS:
            break
    with_need = np.union1d(thinned, np.flatnonzero(near & (left > 0)))
    return np.sort(with_need if len(with_need) <= MOST_POSTS else thinned[:MOST_POSTS]).astype(np.intp)


def around(asked: Cells, terms: Terms, named: Sequence[int]) -> tuple[Cells, int]:
    """The cells a plan's ground lies around, and the least minutes on foot around them."""
    parts = [np.unique(asked), np.array(named, dtype=np.int64)]
    if terms.starts:
        lngs, lats = (np.array(column, dtype=np.float64) for column in zip(*terms.starts, strict=True))
        parts.append(cells_of(lngs, lats, COVER))
    return np.unique(np.concatenate(parts)), START_MINUTES if terms.starts else 0
