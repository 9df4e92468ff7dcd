"""What a role is asked for in each cell over a window, what those on duty take care of, and what nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import cells
from geo.cells import COVER, Cells, Degrees
from geo.coordinates import Box
from geo.covers import Cover
from layers import features
from layers.planning.ground import Restrictions
from layers.planning.open_needs import OpenNeeds
from layers.planning.rules import GATE_ROLE, Points, Request, Weights, need_points, on_duty_share, taken_care_of
from layers.vocabulary.queries import SLOTS, Vocabulary
from layers.volunteer_shifts import LAYER as SHIFTS
from layers.volunteer_shifts.record import VolunteerShift


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What asks for the role, one row each (a need, a locked compound's share of a cell, a gate), by cell in index
    order; arrays of length m.

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
    needs: OpenNeeds, request: Request, words: Vocabulary, restrictions: Restrictions, weights: Weights
) -> Asked:
    """Everything that asks for the role of the request in its box, by the needs that are open now."""
    rows = _homes(restrictions, request.role, weights)
    if request.role == GATE_ROLE:
        rows += _gates(restrictions, weights)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    other = np.array(columns[0], dtype=np.int64)
    needs = _serving(needs, request, words)
    cell = np.concatenate((needs.cell, other))
    lng, lat, points = (
        np.concatenate((of_needs, np.array(others, dtype=np.float64)))
        for of_needs, others in zip(
            (needs.lng, needs.lat, _points(needs, request.starts_at, words, weights)), columns[1:], strict=True
        )
    )
    keep = points > 0
    keep[len(needs.cell) :] &= _inside(request.box, *cells.centers(other))
    order = np.flatnonzero(keep)
    order = order[np.argsort(cell[order], kind="stable")]
    return Asked(cell[order], lng[order], lat[order], points[order], (order < len(needs.cell)).astype(np.int64))


def served(on_duty: Sequence[OnDuty], request: Request, asked: Asked, weights: Weights) -> Served:
    """What the shifts of the role on duty in the window take care of, one after another in the order of their numbers.

    A shift takes what its filled places can take for the part of the window it is on duty, in proportion to what each
    row under its area still asks for.
    """
    window = (request.starts_at, request.ends_at)
    ours, others, people_there = (np.zeros(len(asked.cell)) for _ in range(3))
    is_served = np.zeros(len(asked.cell), dtype=bool)
    leaves = cells.leaf_ranges(asked.cell)[0]
    for row, area in on_duty:
        inside = _under(area, leaves)
        people = row["places_filled"] * on_duty_share(row["starts_at"], row["ends_at"], window)
        capacity = people * weights.of("place", request.role)
        left = asked.points[inside] - ours[inside] - others[inside]
        own = bool(request.organization) and row["organization"] == request.organization
        (ours if own else others)[inside] += taken_care_of(left, capacity)
        people_there[inside] += people
        if row["starts_at"] <= request.starts_at < row["ends_at"]:
            is_served[inside] = True
    return Served(ours, others, people_there, is_served)


#: A shift's row, and the cells it is on duty in.
OnDuty = tuple[dict[str, Any], Cover]


def on_duty_in(session: Session, role: str, starts_at: datetime, ends_at: datetime) -> list[OnDuty]:
    """The shifts of a role with somebody on duty at some time of a window, in the order of their numbers."""
    shift = VolunteerShift
    query = select(shift.__table__).where(
        shift.role == role, shift.state == "open", shift.places_filled > 0,
        shift.starts_at < ends_at, shift.ends_at > starts_at,
    )  # fmt: skip
    rows = [dict(row) for row in session.execute(query.order_by(shift.id)).mappings()]
    areas = features.footprints_of(SHIFTS, rows)
    return [(row, area) for row, area in zip(rows, areas, strict=True) if isinstance(area, Cover)]


def _under(area: Cover, leaves: Cells) -> NDArray[np.intp]:
    """Which of some leaves, in index order, lie under an area."""
    first, last = np.searchsorted(leaves, area.lo, side="left"), np.searchsorted(leaves, area.hi, side="right")
    spans = zip(first.tolist(), last.tolist(), strict=True)
    return np.concatenate([np.arange(0), *(np.arange(start, end) for start, end in spans if start < end)])


Row = tuple[int, float, float, float]


def _serving(needs: OpenNeeds, request: Request, words: Vocabulary) -> OpenNeeds:
    """The needs of the role's services whose cell lies in the box."""
    serves = np.zeros(SLOTS, dtype=bool)
    serves[[words.slots[name] for name in words.serves[request.role]]] = True
    return needs.of(np.flatnonzero(serves[needs.slot] & _inside(request.box, needs.cell_lng, needs.cell_lat)))


def _inside(box: Box | None, lngs: Degrees, lats: Degrees) -> NDArray[np.bool_]:
    """Which places lie in a box, where there is one."""
    if box is None:
        return np.ones(len(lngs), dtype=bool)
    return box.contains_each(lngs, lats)


def _points(needs: OpenNeeds, at: datetime, words: Vocabulary, weights: Weights) -> Points:
    of_slot = np.zeros(SLOTS)
    for name, slot in words.slots.items():
        of_slot[slot] = weights.of("service", name)
    of_urgency = np.where(needs.is_urgent, weights.of("urgency", "urgent"), weights.of("urgency", "ordinary"))
    return need_points(weights, of_urgency * of_slot[needs.slot], needs.days_waited(at), needs.is_taken(at))


def _homes(restrictions: Restrictions, role: str, weights: Weights) -> list[Row]:
    """Households in lockdown by the cells of their compounds."""
    a_household = weights.of("lockdown", role) / 100
    if not a_household:
        return []
    homes = restrictions.homes
    columns = (homes.cells, homes.lngs, homes.lats, homes.households * a_household)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _gates(restrictions: Restrictions, weights: Weights) -> list[Row]:
    gates = [gate for gate in restrictions.gates if gate.staff_wanted]
    leaves = cells.leaves_of([gate.lng for gate in gates], [gate.lat for gate in gates])
    a_person = weights.of("gate", "person")
    return [
        (cell, gate.lng, gate.lat, gate.staff_wanted * a_person)
        for gate, cell in zip(gates, cells.parent(leaves, COVER).tolist(), strict=True)
    ]
