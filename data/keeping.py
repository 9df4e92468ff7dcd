"""Small facts the store keeps about itself, one row each: the demo's day, the household key, the streets to draw."""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from data.base import Base
from data.driver import Question, ask, mark_of


class Kept(Base):
    """One fact under its key."""

    __tablename__ = "kept"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


#: The key of the household key.
HOUSEHOLD_KEY = "household_key"


def kept(session: Session, key: str) -> str | None:
    """The fact kept under `key`, None where there is none."""
    for (value,) in ask(session, question_for(session, key)):
        found: str = value
        return found
    return None


def question_for(session: Session, key: str) -> Question:
    """How the store is asked what is kept under `key`."""
    return f'SELECT value FROM kept WHERE "key" = {mark_of(session.connection())}', (key,)  # noqa: S608


def keep(session: Session, key: str, value: str | None) -> None:
    """Keeps `value` under `key`; None forgets the key."""
    row = session.get(Kept, key)
    if value is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(Kept(key=key, value=value))
    else:
        row.value = value
    session.flush()


def household_key(session: Session) -> bytes:
    """The secret under which contacts are hashed to tell households apart; the first migration made it.

    Remembered by a session, never by a process: another store may be put in place of this one (linli restore).
    """
    if HOUSEHOLD_KEY not in session.info:
        session.info[HOUSEHOLD_KEY] = bytes.fromhex(kept(session, HOUSEHOLD_KEY) or "")
    key: bytes = session.info[HOUSEHOLD_KEY]
    return key
