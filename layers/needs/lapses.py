"""Claims that have ended go back to everyone: on the clock, and before whatever else is done to such a need.

Once, whoever comes first: rows are locked, and who has waited for the lock sees them as they are by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import Database
from layers import features
from layers.actor import SYSTEM
from layers.needs import LAYER
from layers.needs.record import Need
from layers.needs.rules import LAPSED, UNCLAIMED, has_lapsed

#: Claims ended in one transaction by the clock; a pin waits no longer than these take (about 50 ms).
MOST_AT_ONCE = 500


def lapse(session: Session, rows: Mapping[int, dict[str, Any]], at: datetime) -> dict[int, dict[str, Any]]:
    """Writes down that claims among locked `rows` have ended, each as of its own end; the rows as they stand then."""
    ended = sorted((row for row in rows.values() if has_lapsed(row, at)), key=lambda row: row["claim_until"])
    changes = {**UNCLAIMED, "reason": LAPSED}
    steps = [features.Step(row["id"], "acknowledged", row["claim_until"], changes, LAPSED) for row in ended]
    moved = features.move(session, LAYER, steps, SYSTEM, at)
    return {**rows, **{row["id"]: row for row in moved}}


def lapse_due(database: Database, at: datetime) -> int:
    """Ends every claim that is due; how many there were. Takes no turn at writing where there is none."""
    due = select(Need.__table__).where(Need.state == "assigned", Need.claim_until <= at).order_by(Need.id)
    count = 0
    while True:
        with database.read() as session:
            if session.execute(due.limit(1)).first() is None:
                return count
        with database.write() as session:
            found = session.execute(due.limit(MOST_AT_ONCE).with_for_update()).mappings()
            rows = {row["id"]: dict(row) for row in found}
            lapse(session, rows, at)
            count += len(rows)
