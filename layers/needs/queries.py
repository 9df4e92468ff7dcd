"""What is asked of needs."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.needs.record import Need


def count_by_state(session: Session) -> dict[str, int]:
    """How many needs there are in each state."""
    query = select(Need.state, func.count()).group_by(Need.state)
    return dict(session.execute(query).tuples().all())
