"""Fills what a shift's row derives on its way in: its places filled, of own people and of those who came by a link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import locks
from layers.volunteer_shifts.record import VolunteerShift
from layers.volunteer_shifts.rules import filled

#: Rows asked for by source id at once; below every store's limit of bound values.
IDS_AT_ONCE = 500


def prepare(session: Session, rows: list[dict[str, Any]], at: datetime) -> None:
    """Completes `rows` in place. What comes in as places filled are an organization's own people, unless own people
    are told apart, as in a file that was exported here. Nobody who took a place by a link loses it.
    """
    taken = _taken(session, [row["source_id"] for row in rows if row["source_id"]])
    for row in rows:
        own = row["places_filled"] if row["places_own"] is None else row["places_own"]
        by_link = taken.get(row["source_id"], 0)
        row |= {"places_own": own, "places_taken": by_link}
        row["places_filled"] = filled(row["places_wanted"], own, by_link)


def _taken(session: Session, source_ids: Sequence[str]) -> dict[str | None, int]:
    """Places taken by link of the shifts that are known, which nobody changes before the transaction ends."""
    found: dict[str | None, int] = {}
    if source_ids:
        locks.hold(session, locks.SOURCE_IDS)
    shift = VolunteerShift
    for start in range(0, len(source_ids), IDS_AT_ONCE):
        query = select(shift.source_id, shift.places_taken).order_by(shift.id).with_for_update()
        known = query.where(shift.source_id.in_(source_ids[start : start + IDS_AT_ONCE]))
        for source_id, count in session.execute(known):
            found[source_id] = count
    return found
