"""Households served at drops: each once in a round, known by a blinded token alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from data import journal
from data.database import Database
from layers import features
from layers.actor import Actor
from layers.errors import MoveNotAllowed, NotFound
from layers.supply_drops import LAYER
from layers.supply_drops.record import DropServing, SupplyDrop
from layers.supply_drops.rules import may_serve, round_of


@dataclass(frozen=True, slots=True)
class Served:
    """That a household was served: when, at which drop, and whether it was by the very press that asks."""

    at: datetime
    drop_id: int
    place: str
    is_own: bool


def look(session: Session, row: dict[str, Any], token: str, press: str = "") -> Served | None:
    """Whether the household of a token was served in the round of the drop in `row`. Changes nothing."""
    query = (
        select(DropServing.at, DropServing.drop_id, SupplyDrop.name, DropServing.press)
        .join(SupplyDrop, SupplyDrop.id == DropServing.drop_id)
        .where(DropServing.round == round_of(row), DropServing.token == token)
    )
    found = session.execute(query).first()
    return None if found is None else Served(found.at, found.drop_id, found.name, bool(press) and found.press == press)


def serve(session: Session, drop_id: int, token: str, press: str, actor: Actor, at: datetime) -> Served:
    """Serves a household unless it was served in this round already: then gives that serving, not `is_own`.

    press: stands for one filling of the form; the same sent again gives the first answer again. Raises MoveNotAllowed
    where nothing can be handed over, NotFound. Two at once for one household: the store refuses the second, and
    `Database.written` does it over.
    """
    row = features.locked(session, LAYER, [drop_id])[drop_id]
    before = look(session, row, token, press)
    if before is not None:
        return before
    if not may_serve(row):
        raise MoveNotAllowed(f"nothing is handed out at supply_drops {drop_id}, which is {row['state']}")
    session.add(DropServing(round=round_of(row), token=token, drop_id=drop_id, at=at, press=press))
    session.flush()
    _count(session, row, 1)
    features.note(session, LAYER, row, "serve", actor, at)
    return Served(at, drop_id, row["name"], is_own=True)


def take_back(session: Session, drop_id: int, token: str, actor: Actor, at: datetime) -> None:
    """Takes back that a household was served at this drop: it can be served again. Raises NotFound where it was not."""
    row = features.locked(session, LAYER, [drop_id])[drop_id]
    gone = session.execute(
        delete(DropServing).where(
            DropServing.round == round_of(row), DropServing.token == token, DropServing.drop_id == drop_id
        )
    )
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound("this household was not served at this drop")
    _count(session, row, -1)
    features.note(session, LAYER, row, "serve_taken_back", actor, at)


def _count(session: Session, row: dict[str, Any], more: int) -> None:
    served = func.coalesce(SupplyDrop.served, 0) + more
    session.execute(update(SupplyDrop).where(SupplyDrop.id == row["id"]).values(served=served))


def to_purge(session: Session, before: datetime) -> int:
    """How many tokens `purge` would delete."""
    rounds = _over(session, before)
    query = select(func.count()).where(DropServing.round.in_(rounds))
    return session.execute(query).scalar_one() if rounds else 0


def purge(database: Database, before: datetime, actor: Actor, at: datetime) -> int:
    """Deletes the tokens of rounds whose last window closed before a moment, then makes the store forget the bytes; how
    many there were. How many each drop served stays. One journal row says how much it was.
    """
    with database.write() as session:
        count = to_purge(session, before)
        if not count:
            return 0
        session.execute(delete(DropServing).where(DropServing.round.in_(_over(session, before))))
        journal.append(
            session, [journal.Entry(LAYER.name, "purge", details={"tokens": count})], actor.name, actor.role, at
        )
    database.forget_deleted([DropServing.__tablename__])
    return count


def _over(session: Session, before: datetime) -> Sequence[str]:
    query = (
        select(DropServing.round)
        .join(SupplyDrop, SupplyDrop.id == DropServing.drop_id)
        .group_by(DropServing.round)
        .having(func.max(SupplyDrop.window_to) < before)
    )
    return list(session.execute(query).scalars())
