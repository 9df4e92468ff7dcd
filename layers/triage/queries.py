"""What is asked of needs by those who decide about them: the list in its order, and counts for its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from data.columns import Moment
from data.people import Account
from geo import cells
from geo.coordinates import Box
from layers.needs.record import Need, NeedPrivate
from layers.needs.rules import OPEN, overdue, row_at
from layers.triage.rules import RANK_BOTH, RANK_OVERDUE, RANK_REST, RANK_URGENT, due_at
from layers.vocabulary.queries import Times, times
from layers.volunteer_shifts.record import VolunteerShift

#: Of a need's row what a list shows. Nothing of needs_private.
COLUMNS = (
    Need.id, Need.reference, Need.service, Need.urgency, Need.people, Need.channel, Need.language, Need.state,
    Need.state_before, Need.leaf, Need.community, Need.organization, Need.taken_by, Need.claim_until,
    Need.duplicate_of, Need.reason, Need.voices, Need.reopened, Need.shared, Need.reported_at, Need.changed_at,
)  # fmt: skip

#: A closed need is looked up within this long, unless its reference or number is given: nobody triages last year.
CLOSED_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which needs. Empty means all; several of one kind mean any of them. Ages are since the report.

    `reference` is part of one as somebody writes or says it: only its letters and digits count.
    """

    states: tuple[str, ...] = OPEN
    services: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    organization: str = ""
    overdue: bool = False
    older: timedelta | None = None
    newer: timedelta | None = None
    box: Box | None = None
    reference: str = ""
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list: where the next page goes on. `at` is the moment by which the first page was ordered."""

    rank: int
    reported_at: datetime
    need_id: int
    at: datetime


def page(
    session: Session, wanted: Filter, limit: int, at: datetime, after: Place | None = None
) -> list[dict[str, Any]]:
    """Up to `limit` needs, overdue and urgent first, of one rank the oldest first; as `COLUMNS`, and with `rank`,
    `due` (None when closed), `overdue`, `lng` and `lat` of the leaf's centre, `compound` and `building`.

    The last two are private: a caller passes them on only to somebody who may open the need.
    """
    promised = times(session)
    rank = _rank(promised, at)
    ranked = rank.label("rank")  # ordered by its name: written out again, it is worked out again
    columns: list[Any] = [*COLUMNS, ranked]
    query = _chosen(select(*columns), wanted, promised, at)
    if after is not None:
        query = query.where(_behind(rank, after))
    query = query.order_by(ranked, Need.reported_at, Need.id).limit(limit)
    rows = [_as_seen(dict(row), at) for row in session.execute(query).mappings()]
    _complete(session, rows, promised, at)
    return rows


def counts(session: Session, wanted: Filter, at: datetime) -> dict[str, dict[str, int]]:
    """How many needs there are by "state" and by "service", and how many are "overdue" (under "yes").

    Each count leaves its own filter aside: that is how many one would see by choosing it.
    """
    promised = times(session)
    states = OPEN if set(wanted.states) <= set(OPEN) else wanted.states
    loose = _with(wanted, states=states, services=(), overdue=False)
    late = func.sum(case((_overdue(promised, at), 1), else_=0))
    columns: list[Any] = [Need.state, Need.service, func.count(), late]
    query = _chosen(select(*columns), loose, promised, at)
    found: dict[str, dict[str, int]] = {"state": {}, "service": {}, "overdue": {"yes": 0}, "shown": {"all": 0}}
    for state, service, count, overdue_ones in session.execute(query.group_by(Need.state, Need.service)):
        is_state, is_service = state in wanted.states, not wanted.services or service in wanted.services
        seen = overdue_ones if wanted.overdue else count
        for name, value, counted, number in (
            ("state", state, is_service, seen),
            ("service", service, is_state, seen),
            ("overdue", "yes", is_state and is_service, overdue_ones),
            ("shown", "all", is_state and is_service, seen),
        ):
            if counted and number:
                found[name][value] = found[name].get(value, 0) + number
    return found


def open_and_overdue(session: Session, at: datetime) -> tuple[int, int]:
    """How many needs are open, and how many of them overdue: of all of them, so from ranges of an index alone."""
    to_meet, to_do = _moments(times(session), at)
    late = [
        select(func.count().label("found")).where(
            Need.state == state, Need.service == service, Need.reported_at < reported_before
        )
        for state in OPEN
        for service, reported_before in (to_do if state == "reported" else to_meet).items()
    ]
    opened = session.execute(select(func.count()).where(Need.state.in_(OPEN))).scalar_one()
    if not late:
        return opened, 0
    return opened, int(session.execute(select(func.sum(union_all(*late).subquery().c.found))).scalar_one())


def became_overdue(session: Session, since: datetime, at: datetime) -> list[dict[str, Any]]:
    """The needs that are overdue at `at` and were not at `since`: id, reference, service, leaf, the oldest first."""
    promised = times(session)
    columns = (Need.id, Need.reference, Need.service, Need.state, Need.community, Need.leaf, Need.reported_at)
    query = select(*columns).where(Need.state.in_(OPEN), _overdue(promised, at), ~_overdue(promised, since))
    rows = session.execute(query.order_by(Need.reported_at, Need.id)).mappings()
    return [{**row, "due": due_at(dict(row), promised[row["service"]])} for row in rows]


def organizations(session: Session) -> list[str]:
    """Every organization that somebody is of, that has a shift, or that has taken a need, by name."""
    columns = (Account.organization, VolunteerShift.organization, Need.organization)
    return sorted({name for column in columns for name in session.execute(select(column).distinct()).scalars() if name})


def communities(session: Session) -> list[str]:
    """Every community in which a need is open, by name."""
    query = select(Need.community).where(Need.state.in_(OPEN)).distinct()
    return sorted(session.execute(query).scalars())


def _with(wanted: Filter, **changes: Any) -> Filter:
    return Filter(**{**{name: getattr(wanted, name) for name in Filter.__slots__}, **changes})


def _chosen(query: Select[Any], wanted: Filter, promised: Mapping[str, Times], at: datetime) -> Select[Any]:
    where: list[ColumnElement[bool]] = [Need.state.in_(wanted.states)]
    reference = "".join(letter for letter in wanted.reference.upper() if letter.isalnum())
    if wanted.services:
        where.append(Need.service.in_(wanted.services))
    if wanted.communities:
        where.append(Need.community.in_(wanted.communities))
    if wanted.organization:
        where.append(Need.organization == wanted.organization)
    if wanted.overdue:
        where.append(_overdue(promised, at))
    if wanted.older is not None:
        where.append(Need.reported_at <= at - wanted.older)
    if wanted.newer is not None:
        where.append(Need.reported_at > at - wanted.newer)
    if reference:
        where.append(func.replace(Need.reference, "-", "").contains(reference, autoescape=True))
    if wanted.ids:
        where.append(Need.id.in_(wanted.ids))
    if not (reference or wanted.ids or wanted.newer or set(wanted.states) <= set(OPEN)):
        where.append(Need.state.in_(OPEN) | (Need.reported_at > at - CLOSED_FOR))
    if wanted.box is not None:
        # Without the ranges of leaf cells that other lists ask for first: needs that are open are few, and to look each
        # one's place up costs less than to hold its leaf against two hundred ranges.
        box = wanted.box
        query = query.join(NeedPrivate, NeedPrivate.need_id == Need.id)
        where += (NeedPrivate.lng >= box.west, NeedPrivate.lng < box.east)
        where += (NeedPrivate.lat >= box.south, NeedPrivate.lat < box.north)
    return query.where(*where)


def _overdue(promised: Mapping[str, Times], at: datetime) -> ColumnElement[bool]:
    """`layers.needs.rules.overdue` as a condition."""
    to_meet, to_do = _moments(promised, at)
    reported_before = case((Need.state == "reported", _of_service(to_do)), else_=_of_service(to_meet))
    return and_(Need.state.in_(OPEN), Need.reported_at < reported_before)


def _moments(promised: Mapping[str, Times], at: datetime) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """By service: reported before it, a need should be met by now, and one nobody has answered be answered or met."""
    to_meet = {name: at - one.meet for name, one in promised.items()}
    return to_meet, {name: at - min(one.acknowledge, one.meet) for name, one in promised.items()}


def _of_service(moments: Mapping[str, datetime]) -> ColumnElement[datetime]:
    """The moment of each need's service. A comparison for each service took a quarter of the list's time."""
    return case({name: literal(moment, Moment) for name, moment in moments.items()}, value=Need.service)


def _rank(promised: Mapping[str, Times], at: datetime) -> ColumnElement[int]:
    urgent = Need.urgency == "urgent"
    return case(
        (_overdue(promised, at), case((urgent, RANK_BOTH), else_=RANK_OVERDUE)),
        (and_(urgent, Need.state.in_(OPEN)), RANK_URGENT),
        else_=RANK_REST,
    )


def _behind(rank: ColumnElement[int], place: Place) -> ColumnElement[bool]:
    later = or_(
        Need.reported_at > place.reported_at,
        and_(Need.reported_at == place.reported_at, Need.id > place.need_id),
    )
    return or_(rank > place.rank, and_(rank == place.rank, later))


def _as_seen(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The row with a claim that has ended taken off, in the columns it was read with."""
    seen = row_at(row, at)
    return {name: seen[name] for name in row}


def _complete(session: Session, rows: Sequence[dict[str, Any]], promised: Mapping[str, Times], at: datetime) -> None:
    if not rows:
        return
    query = select(NeedPrivate.need_id, NeedPrivate.compound, NeedPrivate.building)
    homes = {
        need_id: (compound, building)
        for need_id, compound, building in session.execute(
            query.where(NeedPrivate.need_id.in_([row["id"] for row in rows]))
        )
    }
    lngs, lats = cells.centers(np.array([row["leaf"] for row in rows], dtype=np.int64))
    for row, lng, lat in zip(rows, lngs.tolist(), lats.tolist(), strict=True):
        of_service = promised[row["service"]]
        row["due"], row["overdue"] = due_at(row, of_service), overdue(row, of_service, at) is not None
        row["lng"], row["lat"] = round(lng, 6), round(lat, 6)
        row["compound"], row["building"] = homes.get(row["id"], ("", ""))
