"""The append-only list of changes. Its highest number is the version of everything.

Sequence order is visibility order: a writer takes the journal's lock, then its numbers, and holds the lock to its
commit. A reader who has seen number N can therefore never be shown a smaller one later. On SQLite the single write
transaction is that lock. The journal holds no contact, words, photo or exact point: cells no finer than 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from data import locks
from data.base import Base, index_of_held
from data.bulk import insert_rows
from data.columns import Json, Key, Moment
from data.driver import run


class JournalRow(Base):
    """One change. `public_seq` counts only the changes of public layers, so that it says nothing of needs."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_layer_feature_id", "layer", "feature_id"),
        index_of_held("public_seq"),
        {"sqlite_autoincrement": True},
    )
    seq: Mapped[int] = mapped_column(Key, primary_key=True)
    public_seq: Mapped[int | None] = mapped_column(Key)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    effective_at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    layer: Mapped[str] = mapped_column(Text)
    feature_id: Mapped[int | None] = mapped_column(Key)
    verb: Mapped[str] = mapped_column(Text)
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str | None] = mapped_column(Text)
    cells: Mapped[list[int]] = mapped_column(Json)
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)


@dataclass(slots=True)
class Entry:
    """What a writer says of one change; see JournalRow for the meaning of each."""

    layer: str
    verb: str
    feature_id: int | None = None
    from_state: str | None = None
    to_state: str | None = None
    cells: list[int] = field(default_factory=list)
    details: dict[str, Any] | None = None
    effective_at: datetime | None = None
    public: bool = False


#: The transaction in which a session has its place.
_PLACE = "place in the journal"


def wait_for_place(session: Session) -> None:
    """Waits until nobody else writes the journal, and keeps others from it until the transaction ends.

    What is written in the order of the journal is visible in that order. SQLite has one writer at a time anyway.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql" and session.info.get(_PLACE) is not connection.get_transaction():
        run(connection, "SELECT pg_advisory_xact_lock(%s)", (locks.JOURNAL,))
        session.info[_PLACE] = connection.get_transaction()


def append(session: Session, entries: Sequence[Entry], actor: str, role: str, at: datetime) -> None:
    """Writes `entries` in order at the end of the journal, in the caller's transaction."""
    if not entries:
        return
    wait_for_place(session)
    public_seq = 0
    if any(entry.public for entry in entries):
        public_seq = latest_public(session)
    rows = []
    for entry in entries:
        public_seq += entry.public
        rows.append(
            {
                "public_seq": public_seq if entry.public else None,
                "recorded_at": at,
                "effective_at": entry.effective_at or at,
                "actor": actor,
                "role": role,
                "layer": entry.layer,
                "feature_id": entry.feature_id,
                "verb": entry.verb,
                "from_state": entry.from_state,
                "to_state": entry.to_state,
                "cells": entry.cells,
                "details": entry.details,
            }
        )
    insert_rows(session, JournalRow.__table__, rows)  # type: ignore[arg-type]


_LATEST = select(func.max(JournalRow.seq))
_LATEST_PUBLIC = select(func.max(JournalRow.public_seq)).where(JournalRow.public_seq.is_not(None))


def latest(session: Session) -> int:
    """The number of the last change, 0 for none."""
    return session.execute(_LATEST).scalar() or 0


def latest_public(session: Session) -> int:
    """The number of the last change of a public layer, counted apart, 0 for none."""
    return session.execute(_LATEST_PUBLIC).scalar() or 0


def since(session: Session, seq: int, limit: int) -> list[JournalRow]:
    """Up to `limit` changes after number `seq`, in order."""
    query = select(JournalRow).where(JournalRow.seq > seq).order_by(JournalRow.seq).limit(limit)
    return list(session.execute(query).scalars())


def story(session: Session, layer: str, feature_id: int) -> list[JournalRow]:
    """Every change of one feature, oldest first."""
    query = select(JournalRow).where(JournalRow.layer == layer, JournalRow.feature_id == feature_id)
    return list(session.execute(query.order_by(JournalRow.seq)).scalars())
