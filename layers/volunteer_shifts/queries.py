"""What is asked of shifts, and of the places in them that are taken by link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.journal import JournalRow
from layers.volunteer_shifts.record import ShiftLink, ShiftPlace, ShiftVolunteer, VolunteerShift

#: What pages need of a shift: all but its area, which is large.
COLUMNS = tuple(column for column in VolunteerShift.__table__.c if column.name not in ("geometry", "cells"))


def on_duty(session: Session, at: datetime) -> dict[str, tuple[int, int]]:
    """By role in order of name, the places wanted and filled of the shifts on duty at a moment."""
    shift = VolunteerShift
    query = (
        select(shift.role, func.sum(shift.places_wanted), func.sum(shift.places_filled))
        .where(shift.state == "open", shift.starts_at <= at, shift.ends_at > at)
        .group_by(shift.role)
        .order_by(shift.role)
    )
    return {role: (int(wanted), int(filled)) for role, wanted, filled in session.execute(query)}


def of_organization(
    session: Session, organization: str, ends_after: datetime, starts_before: datetime
) -> list[dict[str, Any]]:
    """Shifts of an organization, by when they begin: their columns but the area, with `waiting` and `has_link`."""
    shift = VolunteerShift
    mine = (shift.organization == organization, shift.ends_at > ends_after, shift.starts_at < starts_before)
    ids = select(shift.id).where(*mine)
    waiting = _count_by_shift(session, ShiftPlace.state == "waiting", ShiftPlace.shift_id.in_(ids))
    linked = set(session.execute(select(ShiftLink.shift_id).where(ShiftLink.shift_id.in_(ids))).scalars())
    rows = session.execute(select(*COLUMNS).where(*mine).order_by(shift.starts_at, shift.role, shift.id)).mappings()
    return [{**row, "waiting": waiting.get(row["id"], 0), "has_link": row["id"] in linked} for row in rows]


def places_of(session: Session, shift_id: int) -> list[dict[str, Any]]:
    """Rows of the places of a shift by link, in the order in which they were asked for."""
    query = select(ShiftPlace.__table__).where(ShiftPlace.shift_id == shift_id)
    found = session.execute(query.order_by(ShiftPlace.asked_at, ShiftPlace.id)).mappings()
    return [dict(row) for row in found]


def place_at(session: Session, place_id: int, shift_id: int) -> ShiftPlace | None:
    """A place by its number, if it is one of this shift."""
    query = select(ShiftPlace).where(ShiftPlace.id == place_id, ShiftPlace.shift_id == shift_id)
    return session.execute(query).scalar()


def place_of(session: Session, place_id: int, volunteer: ShiftVolunteer) -> ShiftPlace | None:
    """A place by its number, if it is this volunteer's."""
    query = select(ShiftPlace).where(ShiftPlace.id == place_id, ShiftPlace.volunteer_id == volunteer.id)
    return session.execute(query).scalar()


def place_in_line(session: Session, place: ShiftPlace) -> int:
    """Which turn somebody on a waiting list has, counted from 1."""
    before = (ShiftPlace.asked_at < place.asked_at) | (
        (ShiftPlace.asked_at == place.asked_at) & (ShiftPlace.id < place.id)
    )
    query = select(func.count()).where(ShiftPlace.shift_id == place.shift_id, ShiftPlace.state == "waiting", before)
    return session.execute(query).scalar_one() + 1


def waiting_for(session: Session, shift_id: int) -> int:
    """How many wait for a place of a shift."""
    query = select(func.count()).where(ShiftPlace.shift_id == shift_id, ShiftPlace.state == "waiting")
    return session.execute(query).scalar_one()


@dataclass(frozen=True, slots=True)
class Held:
    """A place a volunteer has or had, and the shift it is of (its columns but the area)."""

    place: ShiftPlace
    shift: dict[str, Any]


def held_by(session: Session, volunteer: ShiftVolunteer) -> list[Held]:
    """What a volunteer has taken, waits for or has left, by when it begins."""
    query = (
        select(ShiftPlace, *COLUMNS)
        .join(VolunteerShift, VolunteerShift.id == ShiftPlace.shift_id)
        .where(ShiftPlace.volunteer_id == volunteer.id)
        .order_by(VolunteerShift.starts_at, ShiftPlace.id)
    )
    names = [column.name for column in COLUMNS]
    return [Held(place, dict(zip(names, row, strict=True))) for place, *row in session.execute(query)]


def open_by_link(session: Session, organization: str, at: datetime, most: int) -> list[dict[str, Any]]:
    """Shifts of an organization that volunteers may ask for, because they have a link: the next ones first."""
    shift = VolunteerShift
    query = (
        select(*COLUMNS)
        .join(ShiftLink, ShiftLink.shift_id == shift.id)
        .where(shift.organization == organization, shift.state == "open", shift.ends_at > at)
        .order_by(shift.starts_at, shift.id)
        .limit(most)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def half_hours_of(session: Session, organization: str, since: datetime | None = None) -> int:
    """Half-hours that volunteers by link were at the posts of an organization, of shifts that began since a moment."""
    query = (
        select(func.coalesce(func.sum(ShiftPlace.half_hours), 0))
        .join(VolunteerShift, VolunteerShift.id == ShiftPlace.shift_id)
        .where(VolunteerShift.organization == organization)
    )
    if since is not None:
        query = query.where(VolunteerShift.starts_at >= since)
    return int(session.execute(query).scalar_one() or 0)


def changes_of(session: Session, shift_ids: Sequence[int]) -> dict[int, int]:
    """How often each shift was changed since it was made: a number that only grows, for calendars."""
    query = (
        select(JournalRow.feature_id, func.count())
        .where(
            JournalRow.layer == "volunteer_shifts",
            JournalRow.feature_id.in_(shift_ids),
            JournalRow.verb.in_(("update", "move")),
        )
        .group_by(JournalRow.feature_id)
    )
    return {shift_id: count for shift_id, count in session.execute(query) if shift_id is not None}


def _count_by_shift(session: Session, *which: ColumnElement[bool]) -> dict[int, int]:
    query = select(ShiftPlace.shift_id, func.count()).where(*which).group_by(ShiftPlace.shift_id)
    return {row[0]: row[1] for row in session.execute(query)}
