"""Deletes what is private of needs that came to rest long ago; every figure, past ones included, stays as it is.

What is left of such a need: its service, states and moments, its community, and a cell of resolution 11. Its private
link opens nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import ColumnElement, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from data import journal
from data.database import Database
from geo import cells
from layers.actor import Actor
from layers.needs import LAYER
from layers.needs.record import Need, NeedMessage, NeedPhoto, NeedPrivate
from layers.needs.rules import OPEN

#: Needs purged in one transaction; a pin waits no longer than these take.
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Purged:
    """How many needs lost what was private of them, and how many messages and photos went with it."""

    needs: int = 0
    messages: int = 0
    photos: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(self.needs + other.needs, self.messages + other.messages, self.photos + other.photos)


def to_purge(session: Session, before: datetime) -> Purged:
    """What `purge` would delete. Changes nothing."""
    needs = select(Need.id).where(_due(before))
    return _counted(session, needs.scalar_subquery())


def purge(database: Database, before: datetime, actor: Actor, at: datetime) -> Purged:
    """Deletes what is private of every need that has not changed since `before` and is not open, then makes the
    store forget the bytes. One journal row says how much it was.
    """
    total = Purged()
    while True:
        with database.write() as session:
            found = session.execute(select(Need.id, Need.leaf).where(_due(before)).order_by(Need.id).limit(BATCH)).all()
            if not found:
                break
            total += _purge(session, [row.id for row in found], [row.leaf for row in found])
    if total.needs:
        with database.write() as session:
            details = {"needs": total.needs, "messages": total.messages, "photos": total.photos}
            entry = journal.Entry(LAYER.name, "purge", details=details)
            journal.append(session, [entry], actor.name, actor.role, at)
        database.forget_deleted([column.table.name for column in LAYER.private_columns()])
    return total


def _due(before: datetime) -> ColumnElement[bool]:
    """Needs at rest that still have a private row, a token or a household."""
    private = select(NeedPrivate.need_id).where(NeedPrivate.need_id == Need.id).exists()
    left = private | Need.token_hash.is_not(None) | Need.household.is_not(None)
    return Need.state.not_in(OPEN) & (Need.changed_at < before) & left


def _purge(session: Session, ids: Sequence[int], leaves: Sequence[int]) -> Purged:
    counted = _counted(session, ids)
    for column in LAYER.private_columns():
        session.execute(delete(column.table).where(column.in_(ids)))
    coarse, _ = cells.leaf_ranges(cells.parent(np.array(leaves, dtype=np.int64), cells.FINEST))
    session.execute(
        update(Need.__table__).where(Need.__table__.c.id == bindparam("row_id")),  # type: ignore[arg-type]
        [
            {"row_id": need, "leaf": leaf, "token_hash": None, "household": None}
            for need, leaf in zip(ids, coarse.tolist(), strict=True)
        ],
    )
    return counted


def _counted(session: Session, ids: object) -> Purged:
    def count(column: object) -> int:
        return session.execute(select(func.count()).where(column.in_(ids))).scalar_one()  # type: ignore[attr-defined]

    return Purged(count(Need.id), count(NeedMessage.need_id), count(NeedPhoto.need_id))
