"""Sessions that were ended one by one, by signing out: a copy of their cookie opens nothing either."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.keeping import keep
from data.people.record import EndedSession


def end_session(session: Session, name: str, at: datetime, forget_at: datetime) -> None:
    """Ends the session of this name; forgets those whose cookies have run out by `at`."""
    session.execute(delete(EndedSession).where(EndedSession.forget_at < at))
    session.merge(EndedSession(name_hash=_hashed(name), forget_at=forget_at))
    keep(session, "accounts_version", _hashed(name))  # whoever remembers people of sessions (data.watch) asks again


def is_ended(session: Session, name: str) -> bool:
    """Whether the session of this name was ended."""
    return (
        session.execute(select(EndedSession.name_hash).where(EndedSession.name_hash == _hashed(name))).first()
        is not None
    )


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
