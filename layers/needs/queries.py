"""What is asked of needs."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.needs.record import Need
from layers.needs.rules import OPEN, row_at


def open_by_state(session: Session) -> dict[str, int]:
    """How many needs there are in each open state, in the order in which they are passed through."""
    query = select(Need.state, func.count()).where(Need.state.in_(OPEN)).group_by(Need.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in OPEN}


def by_token(session: Session, token: str, at: datetime) -> dict[str, Any] | None:
    """The row, as it is at a moment, of the need whose private link ends in `token`; None where there is none.

    Nothing of needs_private.
    """
    hashed = hashlib.sha256(token.encode()).hexdigest()
    row = session.execute(select(Need.__table__).where(Need.token_hash == hashed)).mappings().first()
    return None if row is None else row_at(dict(row), at)


def next_claim_end(session: Session, at: datetime) -> datetime | None:
    """The next moment after `at` at which a claim ends, None for never."""
    return session.execute(select(func.min(Need.claim_until)).where(Need.claim_until > at)).scalar()
