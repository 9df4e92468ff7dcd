"""Which checkpoints are open at a moment, and who stands there: a gate that is open and has nobody on duty is a gap.

On duty is a shift of the role `gate` with at least one place filled whose area holds the gate's leaf, as for every
other gap (docs/cells.md). For staff alone: where nobody stands is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from layers import catalogue, features
from layers.cell_state.queries import holding_at
from layers.opening import is_open, next_turn
from layers.past_states import add_past_states
from layers.vocabulary.queries import special_days

ROLE = "gate"


@dataclass(frozen=True, slots=True)
class Gate:
    """A checkpoint at a moment: its row, whether people pass there, whether a shift is on duty, and until when its
    hours say so (None for gates without hours, or that are not open by their state).
    """

    row: Mapping[str, Any]
    is_open: bool
    is_staffed: bool
    turns_at: datetime | None

    @property
    def is_gap(self) -> bool:
        """Whether it should be staffed and is not."""
        return self.is_open and not self.is_staffed


def gates_at(session: Session, at: datetime, zone: ZoneInfo, only: int | None = None) -> list[Gate]:
    """Every checkpoint whose interval holds at a moment, in its state then, by name; or the one of an id."""
    layer = catalogue.layer("checkpoints")
    table = layer.table
    query = (
        select(table)
        .where(
            or_(table.c.valid_from.is_(None), table.c.valid_from <= at),
            or_(table.c.valid_to.is_(None), table.c.valid_to > at),
        )
        .order_by(table.c.name, table.c.id)
    )
    if only is not None:
        query = query.where(table.c.id == only)
    rows = [dict(row) for row in session.execute(query).mappings()]
    if not rows:
        return []
    add_past_states(session, layer, rows, at)
    special = special_days(session)
    leaves = np.array(features.footprints_of(layer, rows), dtype=np.int64)
    staffed = _staffed(session, leaves, at, zone)
    timed = {row["hours"] for row in rows if row["state"] == "open"}
    hours = {
        one: (is_open(one, at, zone, special), next_turn(one, at, zone, special) if one else None) for one in timed
    }
    shut = (False, None)
    return [
        Gate(row, is_now, has_shift, turns)
        for row, has_shift in zip(rows, staffed.tolist(), strict=True)
        for is_now, turns in [hours[row["hours"]] if row["state"] == "open" else shut]
    ]


def unstaffed(session: Session, at: datetime, zone: ZoneInfo) -> list[Gate]:
    """The gates that are open at a moment and have no shift on duty."""
    return [gate for gate in gates_at(session, at, zone) if gate.is_gap]


def _staffed(session: Session, leaves: np.ndarray, at: datetime, zone: ZoneInfo) -> np.ndarray:
    """Which leaves lie in the area of a shift on duty. Ranges of cells nest or are apart, so the widest are enough."""
    holding = holding_at(session, at, zone, frozenset(("volunteer_shifts",)))
    chosen = (holding.kind == "shift") & (holding.tag == ROLE) & (holding.second > 0)
    lo, hi = holding.lo[chosen], holding.hi[chosen]
    order = np.lexsort((-hi, lo))
    lo, hi = lo[order], hi[order]
    if not len(lo):
        return np.zeros(len(leaves), dtype=bool)
    reach = np.maximum.accumulate(hi)  # an inner range ends earlier than the one around it
    at_range = np.searchsorted(lo, leaves, side="right") - 1
    return np.asarray((at_range >= 0) & (leaves <= reach[np.maximum(at_range, 0)]))
