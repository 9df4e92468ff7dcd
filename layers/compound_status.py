"""A compound's status (open, controlled, locked): it follows from the zones that hold over it, by geometry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from layers.compounds.rules import LEAST_SHARE, status_of
from layers.quarantine_zones.record import QuarantineZone


def add_status(session: Session, compounds: Sequence[dict[str, Any]], at: datetime) -> None:
    """Gives each compound row its "status" at a moment. Never decided by cells alone: a zone ends at a wall."""
    zones = session.execute(
        select(QuarantineZone.level, QuarantineZone.geometry).where(
            QuarantineZone.state.in_(("in_force", "lifted")),
            or_(QuarantineZone.valid_from.is_(None), QuarantineZone.valid_from <= at),
            or_(QuarantineZone.valid_to.is_(None), QuarantineZone.valid_to > at),
        )
    ).all()
    shapes = [compound["geometry"] for compound in compounds]
    levels: list[list[str]] = [[] for _ in compounds]
    if zones and shapes:
        which, zone = shapely.STRtree([geometry for _, geometry in zones]).query(shapes, predicate="intersects")
        for at_compound, at_zone in zip(which.tolist(), zone.tolist(), strict=True):
            shape = shapes[at_compound]
            if shape.intersection(zones[at_zone][1]).area >= LEAST_SHARE * shape.area:
                levels[at_compound].append(zones[at_zone][0])
    for compound, found in zip(compounds, levels, strict=True):
        compound["status"] = status_of(found)
