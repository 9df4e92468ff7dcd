"""What is asked of zones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from layers.quarantine_zones.record import QuarantineZone
from layers.quarantine_zones.rules import RANK


def current(session: Session, at: datetime) -> list[dict[str, Any]]:
    """Zones that are not over at a moment, in every state but lifted: first those that wait for a decision."""
    zone = QuarantineZone
    query = select(zone.__table__).where(zone.state != "lifted", or_(zone.valid_to.is_(None), zone.valid_to > at))
    rows = [dict(row) for row in session.execute(query).mappings()]
    order = {"proposed": 0, "in_force": 1, "drafted": 2}
    return sorted(rows, key=lambda row: (order[row["state"]], -RANK[row["level"]], row["name"], row["id"]))


def is_known(session: Session, source_id: str) -> bool:
    """Whether there is a zone of this source id."""
    return session.execute(select(QuarantineZone.id).where(QuarantineZone.source_id == source_id)).first() is not None


def holding(session: Session, at: datetime) -> list[dict[str, Any]]:
    """Name, level, interval and geometry of the zones in force at a moment, strictest and newest first."""
    zone = QuarantineZone
    query = select(zone.name, zone.level, zone.valid_from, zone.valid_to, zone.geometry).where(_holds(at))
    rows = [dict(row) for row in session.execute(query.order_by(zone.valid_from.desc())).mappings()]
    return sorted(rows, key=lambda row: -RANK[row["level"]])


def _holds(at: datetime) -> ColumnElement[bool]:
    zone = QuarantineZone
    return (
        zone.state.in_(("in_force", "lifted"))
        & or_(zone.valid_from.is_(None), zone.valid_from <= at)
        & or_(zone.valid_to.is_(None), zone.valid_to > at)
    )
