"""What is asked of zones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from layers.quarantine_zones.lifting import LevelRules, What
from layers.quarantine_zones.record import QuarantineZone, ZoneLevel
from layers.quarantine_zones.rules import RANK
from layers.quarantine_zones.versions import HELD
from layers.text import Text


def current(session: Session, at: datetime) -> list[dict[str, Any]]:
    """Zones that are not over at a moment: first those that wait for a decision. One that is lifted by a moment still
    to come is among them, because a newer version takes its place then.
    """
    zone = QuarantineZone
    over = or_(zone.valid_to.is_(None) & (zone.state != "lifted"), zone.valid_to > at)
    rows = [dict(row) for row in session.execute(select(zone.__table__).where(over)).mappings()]
    order = {"proposed": 0, "in_force": 1, "lifted": 1, "drafted": 2}
    return sorted(rows, key=lambda row: (order[row["state"]], -RANK[row["level"]], row["name"], row["id"]))


def is_known(session: Session, source_id: str) -> bool:
    """Whether there is a zone of this source id."""
    return session.execute(select(QuarantineZone.id).where(QuarantineZone.source_id == source_id)).first() is not None


def successor_of(session: Session, zone_id: int) -> int | None:
    """The version that took a zone's place, in force or lifted since; None where none did."""
    zone = QuarantineZone
    query = select(zone.id).where(zone.changes_id == zone_id, zone.state.in_(HELD))
    return session.execute(query).scalars().first()


def versions_of(session: Session, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A zone and what it took the place of, one after the other, newest first."""
    found = [dict(row)]
    while (before := found[-1]["changes_id"]) is not None:
        query = select(QuarantineZone.__table__).where(QuarantineZone.id == before)
        older = session.execute(query).mappings().first()
        if older is None:
            break
        found.append(dict(older))
    return found


def level_rules(session: Session) -> dict[str, LevelRules]:
    """What each level means, strictest first."""
    rows = session.execute(select(ZoneLevel)).scalars().all()
    return {row.level: _rules_of(row) for row in sorted(rows, key=lambda row: -RANK[row.level])}


def _rules_of(row: ZoneLevel) -> LevelRules:
    days = {"case": row.case_days, "contact": row.contact_days, "negative": row.negative_days}
    return LevelRules(
        row.level,
        Text(row.leave_en, row.leave_zh),
        Text(row.delivery_en, row.delivery_zh),
        Text(row.call_en, row.call_zh),
        {cast(What, what): count for what, count in days.items() if count is not None},
    )


def holding(session: Session, at: datetime) -> list[dict[str, Any]]:
    """The zones in force at a moment, strictest and newest first."""
    query = select(QuarantineZone.__table__).where(_holds(at)).order_by(QuarantineZone.valid_from.desc())
    rows = [dict(row) for row in session.execute(query).mappings()]
    return sorted(rows, key=lambda row: -RANK[row["level"]])


def _holds(at: datetime) -> ColumnElement[bool]:
    zone = QuarantineZone
    return (
        zone.state.in_(HELD)
        & or_(zone.valid_from.is_(None), zone.valid_from <= at)
        & or_(zone.valid_to.is_(None), zone.valid_to > at)
    )
