"""What is asked of closed months, and of the record to close one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from data.journal import JournalRow
from geo import cells
from layers.accountability.record import ClosedMonth
from layers.accountability.rules import Case, Figures, Month, from_kept
from layers.actor import RESIDENT
from layers.compounds.record import Compound
from layers.needs import LAYER
from layers.needs.record import Need, NeedPrivate, NeedVoice
from layers.needs.rules import acknowledge_by, meet_by
from layers.publication.households import household_numbers
from layers.vocabulary.queries import Times, times

#: Numbers of needs asked for at once; below every store's limit of bound values.
IDS_AT_ONCE = 500

#: An official looked at it and did not take it up: it counts among what was closed, and for no household.
NOT_TAKEN_UP = ("declined", "duplicate")


@dataclass(frozen=True, slots=True)
class Kept:
    """A closed month as it is kept."""

    month: str
    computed_at: datetime
    figures: Figures


def kept_months(session: Session) -> list[str]:
    """Names of the months that are kept, the newest first."""
    return list(session.execute(select(ClosedMonth.month).order_by(ClosedMonth.month.desc())).scalars())


def kept_month(session: Session, name: str) -> Kept | None:
    """What is published of a month, None where it is not kept."""
    row = session.get(ClosedMonth, name)
    return None if row is None else Kept(row.month, row.computed_at, from_kept(row.figures))


def first_look(session: Session) -> datetime | None:
    """When somebody first acknowledged a need, None for never: no month before that has figures."""
    return session.execute(select(func.min(Need.acknowledged_at))).scalar()


_COLUMNS = (
    Need.id, Need.community, Need.service, Need.household, Need.leaf, Need.state, Need.since, Need.reported_at,
    Need.acknowledged_at, Need.met_at, Need.confirmed_at, Need.rated_at, Need.rating, Need.reopened, NeedPrivate.lng,
    NeedPrivate.lat,
)  # fmt: skip


def cases_of(session: Session, month: Month) -> list[Case]:
    """The needs that may count in a month: somebody looked at them, and something happened to them in it."""
    looked_at = Need.acknowledged_at.is_not(None) | Need.state.in_(NOT_TAKEN_UP)
    moments = (Need.reported_at, Need.acknowledged_at, Need.met_at, Need.confirmed_at, Need.rated_at, Need.since)
    inside = [and_(moment >= month.begins, moment < month.ends) for moment in moments]
    query = select(*_COLUMNS).join(NeedPrivate, NeedPrivate.need_id == Need.id, isouter=True)
    rows = session.execute(query.where(looked_at, or_(Need.reopened > 0, *inside))).all()
    if not rows:
        return []
    promised, households = times(session), _households(rows)
    met, sent_back = _answers(session, [row.id for row in rows if row.reopened])
    return [
        _case(row._asdict(), household, promised[row.service], met.get(row.id, []), sent_back.get(row.id, []))
        for row, household in zip(rows, households, strict=True)
    ]


def _case(
    row: dict[str, Any], household: int, promised: Times, met: Sequence[datetime], sent_back: Sequence[datetime]
) -> Case:
    is_taken_up = row["state"] not in NOT_TAKEN_UP
    return Case(
        community=row["community"],
        service=row["service"],
        household=household,
        reported_at=row["reported_at"],
        acknowledged_at=row["acknowledged_at"] or row["since"],
        acknowledge_by=acknowledge_by(row, promised),
        meet_by=meet_by(row, promised),
        is_taken_up=is_taken_up,
        met_at=row["met_at"],
        closed_at=min(met, default=row["met_at"]) if is_taken_up else row["since"],
        confirmed_at=row["confirmed_at"],
        sent_back=tuple(sent_back),
        rating=row["rating"],
        rated_at=row["rated_at"],
    )


def _households(rows: Sequence[Any]) -> list[int]:
    """A number for the household of each row; where what is private was purged, its place is the middle of its cell."""
    lng, lat = cells.centers(np.array([row.leaf for row in rows], dtype=np.int64))
    own_lng = np.array([row.lng for row in rows], dtype=np.float64)
    own_lat = np.array([row.lat for row in rows], dtype=np.float64)
    purged = np.isnan(own_lng)
    places = np.where(purged, lng, own_lng), np.where(purged, lat, own_lat)
    numbers: list[int] = household_numbers([row.household for row in rows], *places).tolist()
    return numbers


def _answers(session: Session, ids: Sequence[int]) -> tuple[dict[int, list[datetime]], dict[int, list[datetime]]]:
    """By need, from the journal: when it was said to be met, and when the resident said that it was not. What staff
    took back themselves was never said.
    """
    met: dict[int, list[datetime]] = defaultdict(list)
    sent_back: dict[int, list[datetime]] = defaultdict(list)
    for start in range(0, len(ids), IDS_AT_ONCE):
        query = select(JournalRow.feature_id, JournalRow.to_state, JournalRow.role, JournalRow.effective_at)
        query = query.order_by(JournalRow.seq).where(
            JournalRow.layer == LAYER.name, JournalRow.feature_id.in_(ids[start : start + IDS_AT_ONCE]),
            JournalRow.verb == "move",
            (JournalRow.to_state == "met") | ((JournalRow.from_state == "met") & (JournalRow.to_state == "assigned")),
        )  # fmt: skip
        for need_id, to_state, role, at in session.execute(query):
            if need_id is None:
                continue
            if to_state == "met":
                met[need_id].append(at)
            elif role == RESIDENT.role:
                sent_back[need_id].append(at)
            elif met[need_id]:
                met[need_id].pop()
    return met, sent_back


def voices_of(session: Session, month: Month) -> dict[str, int]:
    """By community, how many neighbours said "me too" in a month to needs that somebody acknowledged."""
    query = select(Need.community, func.count()).join(NeedVoice, NeedVoice.need_id == Need.id)
    inside = (NeedVoice.at >= month.begins, NeedVoice.at < month.ends, Need.acknowledged_at.is_not(None))
    return dict(session.execute(query.where(*inside).group_by(Need.community)).all())


def households_by_community(session: Session, at: datetime) -> dict[str, int]:
    """By community, the households of its compounds at a moment."""
    query = select(Compound.community, func.sum(Compound.households)).where(
        Compound.community.is_not(None),
        Compound.valid_from.is_(None) | (Compound.valid_from <= at),
        Compound.valid_to.is_(None) | (Compound.valid_to > at),
    )
    return {name or "": int(count) for name, count in session.execute(query.group_by(Compound.community))}
