"""What is asked of shifts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.volunteer_shifts.record import VolunteerShift


def on_duty(session: Session, at: datetime) -> dict[str, tuple[int, int]]:
    """By role in order of name, the places wanted and filled of the shifts on duty at a moment."""
    shift = VolunteerShift
    query = (
        select(shift.role, func.sum(shift.places_wanted), func.sum(shift.places_filled))
        .where(shift.state == "open", shift.starts_at <= at, shift.ends_at > at)
        .group_by(shift.role)
        .order_by(shift.role)
    )
    return {role: (int(wanted), int(filled)) for role, wanted, filled in session.execute(query)}
