"""What is asked of checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.checkpoints.record import Checkpoint, GateCount, GateHandOver
from layers.checkpoints.rules import COUNTED

_COUNTS = [getattr(GateCount, name) for name in COUNTED]


def standing(session: Session, at: datetime, limit: int) -> list[dict[str, Any]]:
    """Name, kind and hours of the checkpoints that stand at a moment and are not closed, by name."""
    point = Checkpoint
    query = (
        select(point.name, point.kind, point.hours)
        .where(
            point.state == "open",
            point.valid_from.is_(None) | (point.valid_from <= at),
            point.valid_to.is_(None) | (point.valid_to > at),
        )
        .order_by(point.name, point.id)
        .limit(limit)
    )
    return [dict(row) for row in session.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class HandOver:
    """A hand-over: when, the note of the shift, and what was counted since the one before."""

    at: datetime
    note: str
    counted: dict[str, int]


def by_quarter(
    session: Session, checkpoint_id: int, since: datetime, until: datetime
) -> dict[datetime, dict[str, int]]:
    """What was counted in each quarter of an hour that begins in [since, until); none without a count."""
    query = (
        select(GateCount.quarter, *_COUNTS)
        .where(GateCount.checkpoint_id == checkpoint_id, GateCount.quarter >= since, GateCount.quarter < until)
        .order_by(GateCount.quarter)
    )
    return {quarter: dict(zip(COUNTED, counts, strict=True)) for quarter, *counts in session.execute(query)}


def counted_since(session: Session, since: datetime) -> dict[int, dict[str, int]]:
    """By checkpoint, what was counted from a quarter of an hour on; those without a count are left out."""
    sums = [func.sum(column) for column in _COUNTS]
    query = select(GateCount.checkpoint_id, *sums).where(GateCount.quarter >= since).group_by(GateCount.checkpoint_id)
    return {number: _named(counts) for number, *counts in session.execute(query)}


def since_hand_over(session: Session, checkpoint_id: int) -> tuple[datetime | None, dict[str, int]]:
    """When the last hand-over was, None before the first; and what was counted since."""
    last = next(iter(_hand_overs(session, checkpoint_id, 1)), None)
    sums = [func.coalesce(func.sum(column), 0) for column in _COUNTS]
    totals = _named(session.execute(select(*sums).where(GateCount.checkpoint_id == checkpoint_id)).one())
    if last is None:
        return None, totals
    return last.at, {name: totals[name] - getattr(last, name) for name in COUNTED}


def hand_overs(session: Session, checkpoint_id: int, limit: int) -> list[HandOver]:
    """The last hand-overs, the newest first, each with what was counted since the one before."""
    found = _hand_overs(session, checkpoint_id, limit + 1)
    nothing = GateHandOver(**dict.fromkeys(COUNTED, 0))
    return [
        HandOver(one.at, one.note, {name: getattr(one, name) - getattr(before, name) for name in COUNTED})
        for one, before in zip_longest(found, found[1:], fillvalue=nothing)
    ][:limit]


def _hand_overs(session: Session, checkpoint_id: int, limit: int) -> list[GateHandOver]:
    query = select(GateHandOver).where(GateHandOver.checkpoint_id == checkpoint_id)
    return list(session.execute(query.order_by(GateHandOver.at.desc(), GateHandOver.key).limit(limit)).scalars())


def _named(counts: Sequence[Any]) -> dict[str, int]:
    return {name: int(value) for name, value in zip(COUNTED, counts, strict=True)}


def is_known(session: Session, source_id: str) -> bool:
    """Whether there is a checkpoint of this source id."""
    return session.execute(select(Checkpoint.id).where(Checkpoint.source_id == source_id)).first() is not None
