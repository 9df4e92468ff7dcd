"""Makes a plan: where so many volunteers should stand to bring the most need within reach, and what is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sqlalchemy.orm import Session

from geo.cells import Cells, centers, parent
from geo.reach import Places, Reach, minutes_to_nearest, reach
from layers.compounds.queries import nearest_names
from layers.planning.covering import Problem, adds, best_each
from layers.planning.demand import Asked, Served, asked_for, served
from layers.planning.gates import without_gate
from layers.planning.ground import Ground, ground_around, restrictions_at
from layers.planning.plan import CellShortfall, Left, Plan, Post, WithoutGate
from layers.planning.queries import weights_kept
from layers.planning.rules import A_POINT, Points, Reason, Request, Weights, checked, reason_of, shared_out
from layers.vocabulary.queries import vocabulary

#: Possible posts of one plan. The solver was measured with as many; more lie closer than people can tell apart.
MOST_POSTS = 2_000

#: Resolutions at which one possible post a cell is enough, tried until there are few: some 130, 350, 900 m apart.
POST_RESOLUTIONS = (10, 9, 8)


@dataclass(frozen=True, slots=True, eq=False)
class _Demand:
    """Shortfall in whole hundredths of a point by cell and side of a wall: arrays of one length."""

    cell: Cells
    place: Places
    left: NDArray[np.int64]
    on_duty: NDArray[np.float64]
    leads_there: NDArray[np.bool_]


def make_plan(session: Session, request: Request, zone: ZoneInfo, now: datetime) -> Plan:
    """The plan for a request, by what is known at `now`. Raises BadInput, and TooMuch for too large an area."""
    words = vocabulary(session)
    request = checked(request, list(words.roles), now)
    weights = weights_kept(session)
    restrictions = restrictions_at(session, request.starts_at, zone)
    asked = asked_for(session, request, words.serves[request.role], restrictions, weights)
    taken = served(session, request, asked, weights)
    shown = _by_cell(session, request, asked, taken)
    ground = ground_around(np.unique(asked.cell), request.minutes, restrictions)
    demand = _demand(asked, taken, ground)
    return _solved(session, request, weights, shown, demand, ground, without_gate(restrictions, request.box))


def _solved(
    session: Session, request: Request, weights: Weights, shown: Sequence[CellShortfall], demand: _Demand,
    ground: Ground, shut_in: Sequence[WithoutGate],
) -> Plan:  # fmt: skip
    candidates, found = _possible_posts(request, demand, ground)
    ends = np.unique(demand.place[demand.leads_there])
    column = np.full(len(ground.network.cells), -1)
    column[ends] = np.arange(len(ends))
    weight = np.bincount(column[demand.place[demand.leads_there]], demand.left[demand.leads_there], len(ends))
    pairs = (np.ones(len(found.start)), (found.start, column[found.place]))
    problem = Problem(csr_array(pairs, shape=(len(candidates), len(ends))), np.round(weight).astype(np.int64))
    choice, one_more = best_each(problem, (request.volunteers, request.volunteers + 1))
    # Unproven, one more could seem to reach less; but whoever has one more may leave them at home.
    further = max(one_more.covered - choice.covered, 0)
    nearest = _nearest_post(choice.posts, found, len(ground.network.cells))
    looks_after = np.where(demand.leads_there, nearest[demand.place], -1)
    posts = _posts(
        session, request, candidates[list(choice.posts)], adds(problem, choice.posts), demand, ground, looks_after
    )
    return Plan(
        request, weights, shown, choice.covered / A_POINT, choice.bound / A_POINT, posts, further / A_POINT,
        _left(session, request, demand, looks_after < 0), shut_in,
    )  # fmt: skip


def _by_cell(session: Session, request: Request, asked: Asked, taken: Served) -> list[CellShortfall]:
    found, at = np.unique(asked.cell, return_inverse=True)
    figures = [
        np.round(np.bincount(at, column, len(found)), 2)
        for column in (asked.points, taken.ours, taken.others, _left_over(asked, taken))
    ]
    gap = np.bincount(at, asked.needs * ~taken.is_served, len(found)).astype(np.int64)
    lngs, lats = centers(found)
    names = nearest_names(session, lngs, lats, request.starts_at)
    rows = zip(
        found.tolist(),
        lngs.tolist(),
        lats.tolist(),
        names,
        *(figure.tolist() for figure in figures),
        gap.tolist(),
        strict=True,
    )
    return [CellShortfall(*row) for row in rows]


def _left_over(asked: Asked, taken: Served) -> Points:
    return np.maximum(asked.points - taken.ours - taken.others, 0.0)


def _demand(asked: Asked, taken: Served, ground: Ground) -> _Demand:
    place = ground.places(asked.lng, asked.lat)
    pairs, at = np.unique(np.column_stack((asked.cell, place)), axis=0, return_inverse=True)
    at = at.reshape(-1)
    left = np.round(np.bincount(at, _left_over(asked, taken), len(pairs)) * A_POINT).astype(np.int64)
    on_duty = np.zeros(len(pairs))
    np.maximum.at(on_duty, at, taken.on_duty)
    some = left > 0
    cell, place = pairs[some, 0], pairs[some, 1].astype(np.intp)
    leads_there = (place >= 0) & ground.leads_there[place] if len(place) else np.zeros(0, dtype=bool)
    return _Demand(cell, place, left[some], on_duty[some], leads_there)


def _possible_posts(request: Request, demand: _Demand, ground: Ground) -> tuple[Places, Reach]:
    """Where a post may be, and which need each would reach.

    In every cell of some 130 m the place nearest to need, and where need itself is, as long as there are few enough;
    else in larger cells, where most need is. Only where somebody from outside of all walls can come to, and inside of
    the box.
    """
    network = ground.network
    left = np.bincount(demand.place[demand.leads_there], demand.left[demand.leads_there], len(network.cells))
    ends = np.flatnonzero(left)
    far = minutes_to_nearest(network, ends, request.minutes)
    near = np.isfinite(far)
    if request.box is not None:
        lngs, lats = centers(network.cells)
        near &= (lngs >= request.box.west) & (lngs < request.box.east)
        near &= (lats >= request.box.south) & (lats < request.box.north)
    candidates = np.flatnonzero(near)
    order = candidates[np.lexsort((candidates, -left[candidates], far[candidates]))]
    for res in POST_RESOLUTIONS:
        _, first = np.unique(parent(network.cells[order], res), return_index=True)
        thinned = order[np.sort(first)]  # where most need is comes first
        if len(thinned) <= MOST_POSTS:
            break
    with_need = np.union1d(thinned, ends[near[ends]])
    chosen = with_need if len(with_need) <= MOST_POSTS else thinned[:MOST_POSTS]
    return chosen, reach(network, chosen, request.minutes, ends)


def _nearest_post(posts: Sequence[int], found: Reach, places: int) -> Places:
    """For each place of the network which of the chosen posts is nearest, -1 where none reaches it."""
    nearest = np.full(places, -1)
    order = {post: at for at, post in enumerate(posts)}
    rows = np.flatnonzero(np.isin(found.start, list(posts)))
    rows = rows[np.argsort(-found.minutes[rows], kind="stable")]
    nearest[found.place[rows]] = [order[post] for post in found.start[rows].tolist()]
    return nearest


def _posts(
    session: Session, request: Request, places: Places, added: Sequence[int], demand: _Demand, ground: Ground,
    looks_after: Places,
) -> list[Post]:  # fmt: skip
    found = ground.network.cells[places]
    lngs, lats = centers(found)
    names = nearest_names(session, lngs, lats, request.starts_at)
    need = [int(demand.left[looks_after == at].sum()) / A_POINT for at in range(len(places))]
    volunteers = shared_out(request.volunteers, need)
    return [
        Post(
            cell, lng, lat, name, volunteers[at], added[at] / A_POINT, need[at],
            tuple(np.unique(demand.cell[looks_after == at]).tolist()),
        )
        for at, (cell, lng, lat, name) in enumerate(
            zip(found.tolist(), lngs.tolist(), lats.tolist(), names, strict=True)
        )
    ]  # fmt: skip


def _left(session: Session, request: Request, demand: _Demand, is_left: NDArray[np.bool_]) -> list[Left]:
    """Cells with need that no post reaches, most need first."""
    by_cell: dict[tuple[int, Reason], int] = {}
    for at in np.flatnonzero(is_left).tolist():
        reason = reason_of(bool(demand.leads_there[at]), float(demand.on_duty[at]))
        key = (int(demand.cell[at]), reason)
        by_cell[key] = by_cell.get(key, 0) + int(demand.left[at])
    keys = sorted(by_cell, key=lambda key: (-by_cell[key], key))
    lngs, lats = centers(np.array([cell for cell, _ in keys], dtype=np.int64))
    names = nearest_names(session, lngs, lats, request.starts_at)
    return [
        Left(cell, lng, lat, name, by_cell[cell, reason] / A_POINT, reason)
        for (cell, reason), lng, lat, name in zip(keys, lngs.tolist(), lats.tolist(), names, strict=True)
    ]
