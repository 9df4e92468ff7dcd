"""What a role is asked for in each cell over a window, what those on duty take care of, and what nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import boxes
from geo import cells
from geo.cells import COVER, Cells, Degrees
from geo.covers import Cover, apportion_many, covers
from layers import features
from layers.needs.record import Need
from layers.needs.rules import OPEN, has_lapsed
from layers.planning.ground import Restrictions
from layers.planning.rules import GATE_ROLE, Points, Request, Weights, need_points, on_duty_share, taken_care_of
from layers.volunteer_shifts import LAYER as SHIFTS
from layers.volunteer_shifts.record import VolunteerShift


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What asks for the role, one row each (a need, a locked compound's share of a cell, a gate); arrays of length m.

    cell: of resolution 11, as cell state counts it. lng, lat: the place, for the side of a wall. points: what it
    weighs. needs: 1 for an open need, else 0.
    """

    cell: Cells
    lng: Degrees
    lat: Degrees
    points: Points
    needs: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """Of what is asked, row by row, the points that our places on duty take care of, and those of others; how many
    people of the role are on duty there on average over the window; which needs count as served (cell state's gap).
    """

    ours: Points
    others: Points
    on_duty: Points
    is_served: NDArray[np.bool_]


def asked_for(
    session: Session, request: Request, services: frozenset[str], restrictions: Restrictions, weights: Weights
) -> Asked:
    """Everything that asks for the role of the request in its box, by the needs that are open now."""
    rows = _needs(session, request, services, weights) + _homes(restrictions, request.role, weights)
    if request.role == GATE_ROLE:
        rows += _gates(restrictions, weights)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    cell = np.array(columns[0], dtype=np.int64)
    lng, lat, points = (np.array(column, dtype=np.float64) for column in columns[1:4])
    needs = np.array(columns[4], dtype=np.int64)
    keep = points > 0
    if request.box is not None and len(cell):
        west_east, south_north = cells.centers(cell)
        box = request.box
        keep &= (west_east >= box.west) & (west_east < box.east)
        keep &= (south_north >= box.south) & (south_north < box.north)
    return Asked(cell[keep], lng[keep], lat[keep], points[keep], needs[keep])


def served(session: Session, request: Request, asked: Asked, weights: Weights) -> Served:
    """What the shifts of the role on duty in the window take care of, one after another in the order of their numbers.

    A shift takes what its filled places can take for the part of the window it is on duty, in proportion to what each
    row under its area still asks for.
    """
    window = (request.starts_at, request.ends_at)
    ours, others = np.zeros(len(asked.cell)), np.zeros(len(asked.cell))
    on_duty, is_served = np.zeros(len(asked.cell)), np.zeros(len(asked.cell), dtype=bool)
    leaves = cells.leaf_ranges(asked.cell)[0]
    for row, area in _on_duty(session, request):
        inside = area.contains(leaves)
        people = row["places_filled"] * on_duty_share(row["starts_at"], row["ends_at"], window)
        capacity = people * weights.of("place", request.role)
        left = np.where(inside, asked.points - ours - others, 0.0)
        own = bool(request.organization) and row["organization"] == request.organization
        (ours if own else others)[:] += taken_care_of(left, capacity)
        on_duty += np.where(inside, people, 0.0)
        is_served |= inside & (row["starts_at"] <= request.starts_at < row["ends_at"])
    return Served(ours, others, on_duty, is_served)


Row = tuple[int, float, float, float, int]


def _needs(session: Session, request: Request, services: frozenset[str], weights: Weights) -> list[Row]:
    query = select(Need.leaf, Need.service, Need.urgency, Need.reported_at, Need.state, Need.claim_until)
    query = query.where(Need.state.in_(OPEN), Need.service.in_(services)).order_by(Need.id)
    near = boxes.leaves_near(Need.leaf, request.box) if request.box is not None else None
    rows = session.execute(query if near is None else query.where(near)).mappings().all()
    leaves = np.array([row["leaf"] for row in rows], dtype=np.int64)
    places = zip(cells.parent(leaves, COVER).tolist(), *(c.tolist() for c in cells.centers(leaves)), strict=True)
    return [
        (cell, lng, lat, _points(row, request.starts_at, weights), 1)
        for row, (cell, lng, lat) in zip(rows, places, strict=True)
    ]


def _points(row: Any, at: datetime, weights: Weights) -> float:
    is_taken = row["state"] == "assigned" and not has_lapsed(row, at)
    return need_points(weights, row["urgency"], row["service"], at - row["reported_at"], is_taken)


def _homes(restrictions: Restrictions, role: str, weights: Weights) -> list[Row]:
    """Households in lockdown by the cells of their compounds."""
    a_household = weights.of("lockdown", role) / 100
    shares = homes_of(restrictions.locked) if a_household else []
    return [(one.cell, one.lng, one.lat, one.households * a_household, 0) for one in shares]


@dataclass(frozen=True, slots=True)
class Homes:
    """Households of a compound (its position in the list asked for) in one cell, and a place of theirs."""

    compound: int
    cell: int
    lng: float
    lat: float
    households: int


def homes_of(compounds: Sequence[dict[str, Any]]) -> list[Homes]:
    """Where the households of compounds stand, shared over their cells as cell state shares them.

    Their place is the cell's centre, or where that is outside of the walls a place in the middle of the compound.
    """
    if not compounds:
        return []
    areas = covers([one["geometry"] for one in compounds])
    found, shares, owner = apportion_many([one["households"] for one in compounds], areas, COVER)
    lngs, lats = cells.centers(found)
    for at, one in enumerate(compounds):
        own = np.flatnonzero(owner == at)
        outside = own[~shapely.intersects_xy(one["geometry"], lngs[own], lats[own])]
        middle = one["geometry"].representative_point()
        lngs[outside], lats[outside] = middle.x, middle.y
    rows = zip(owner.tolist(), found.tolist(), lngs.tolist(), lats.tolist(), shares.tolist(), strict=True)
    return [Homes(*row) for row in rows if row[-1]]


def _gates(restrictions: Restrictions, weights: Weights) -> list[Row]:
    gates = [gate for gate in restrictions.gates if gate.staff_wanted]
    leaves = cells.leaves_of([gate.lng for gate in gates], [gate.lat for gate in gates])
    a_person = weights.of("gate", "person")
    return [
        (cell, gate.lng, gate.lat, gate.staff_wanted * a_person, 0)
        for gate, cell in zip(gates, cells.parent(leaves, COVER).tolist(), strict=True)
    ]


def _on_duty(session: Session, request: Request) -> Sequence[tuple[dict[str, Any], Cover]]:
    shift = VolunteerShift
    query = select(shift.__table__).where(
        shift.role == request.role, shift.state == "open", shift.places_filled > 0,
        shift.starts_at < request.ends_at, shift.ends_at > request.starts_at,
    )  # fmt: skip
    rows = [dict(row) for row in session.execute(query.order_by(shift.id)).mappings()]
    areas = features.footprints_of(SHIFTS, rows)
    return [(row, area) for row, area in zip(rows, areas, strict=True) if isinstance(area, Cover)]
