"""What is asked of needs."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.needs.record import Need


def count_by_state(session: Session) -> dict[str, int]:
    """How many needs there are in each state."""
    query = select(Need.state, func.count()).group_by(Need.state)
    return {row[0]: row[1] for row in session.execute(query)}


def by_token(session: Session, token: str) -> dict[str, Any] | None:
    """The row of the need whose private link ends in `token`, None where there is none. Nothing of needs_private."""
    hashed = hashlib.sha256(token.encode()).hexdigest()
    row = session.execute(select(Need.__table__).where(Need.token_hash == hashed)).mappings().first()
    return None if row is None else dict(row)
