"""What is asked of checkpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.checkpoints.record import Checkpoint


def standing(session: Session, at: datetime, limit: int) -> list[dict[str, Any]]:
    """Name, kind and hours of the checkpoints that stand at a moment and are not closed, by name."""
    point = Checkpoint
    query = (
        select(point.name, point.kind, point.hours)
        .where(
            point.state == "open",
            point.valid_from.is_(None) | (point.valid_from <= at),
            point.valid_to.is_(None) | (point.valid_to > at),
        )
        .order_by(point.name, point.id)
        .limit(limit)
    )
    return [dict(row) for row in session.execute(query).mappings()]
