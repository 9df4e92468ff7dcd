"""PostgreSQL advisory locks held by Linli, in one place so that no two jobs share a number by accident."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

SCHEMA, LOAD, JOURNAL, SOURCE_IDS, DAYS = 0x6C696E01, 0x6C696E02, 0x6C696E03, 0x6C696E04, 0x6C696E05


def hold(session: Session, key: int) -> None:
    """Holds a lock to the end of the transaction. Nothing on SQLite: whoever writes there holds the whole file."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
