"""Names and contacts of those who took a place by a link: who reads them, and when they go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from data import journal
from data.database import Database
from layers import features
from layers.actor import Actor
from layers.volunteer_shifts import LAYER
from layers.volunteer_shifts.queries import places_of
from layers.volunteer_shifts.record import (
    ShiftOrganization,
    ShiftPlace,
    ShiftVolunteer,
    ShiftVolunteerPrivate,
    VolunteerShift,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A row of a place and whose it is; name and contact are empty once they were purged, or are another
    organization's to read.
    """

    place: Mapping[str, Any]
    name: str
    contact: str


def read_people(session: Session, row: dict[str, Any], actor: Actor, at: datetime) -> list[Known]:
    """Who has, waits for, or has left a place of the shift in `row`. Every reading is a journal row.

    Who left a name with one organization is told to no other to which the shift was given since.
    """
    places = places_of(session, row["id"])
    private = ShiftVolunteerPrivate
    query = (
        select(private.volunteer_id, private.name, private.contact)
        .join(ShiftVolunteer, ShiftVolunteer.id == private.volunteer_id)
        .where(ShiftVolunteer.organization == row["organization"])
        .where(private.volunteer_id.in_([place["volunteer_id"] for place in places]))
    )
    found = {volunteer_id: (name, contact) for volunteer_id, name, contact in session.execute(query)}
    features.note(session, LAYER, row, "read_contact", actor, at, {"people": len(found)})
    return [Known(place, *found.get(place["volunteer_id"], ("", ""))) for place in places]


def name_of(session: Session, volunteer: ShiftVolunteer) -> str:
    """How a volunteer wants to be called, for their own page; "" once it was purged."""
    private = session.get(ShiftVolunteerPrivate, volunteer.id)
    return "" if private is None else private.name


def to_purge(session: Session, before: datetime) -> int:
    """Of how many volunteers `purge` would delete name and contact."""
    return session.execute(select(func.count()).where(_due(before))).scalar_one()


def purge(database: Database, before: datetime, actor: Actor, at: datetime) -> int:
    """Deletes name, contact and links of everybody whose last shift ended before a moment, then makes the store forget
    the bytes; of how many. Hours stay. One journal row says how much it was.
    """
    with database.write() as session:
        ids = session.execute(select(ShiftVolunteer.id).where(_due(before))).scalars().all()
        if not ids:
            return 0
        _forget(session, ids)
        entry = journal.Entry(LAYER.name, "purge", details={"volunteers": len(ids)})
        journal.append(session, [entry], actor.name, actor.role, at)
    database.forget_deleted([ShiftVolunteerPrivate.__tablename__])
    return len(ids)


def erase_with(session: Session, shift_ids: Select[Any]) -> None:
    """Deletes whoever has places in these shifts and no other, and what their organizations said if they have no other
    shifts. For a demo that is taken out; it is called before its shifts go.
    """
    place, shift, said = ShiftPlace, VolunteerShift, ShiftOrganization
    people = select(place.volunteer_id).where(place.shift_id.in_(shift_ids))
    staying = select(place.volunteer_id).where(place.shift_id.not_in(shift_ids))
    for column in (ShiftVolunteerPrivate.volunteer_id, ShiftVolunteer.id):
        session.execute(delete(column.class_).where(column.in_(people), column.not_in(staying)))
    theirs = select(shift.organization).where(shift.id.in_(shift_ids))
    others = select(shift.organization).where(shift.id.not_in(shift_ids))
    session.execute(delete(said).where(said.organization.in_(theirs), said.organization.not_in(others)))


#: Volunteers whose rows are deleted by one statement; below every store's limit of bound values.
IDS_AT_ONCE = 500


def _forget(session: Session, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), IDS_AT_ONCE):
        part = ids[start : start + IDS_AT_ONCE]
        session.execute(delete(ShiftVolunteerPrivate).where(ShiftVolunteerPrivate.volunteer_id.in_(part)))
        session.execute(
            update(ShiftVolunteer).where(ShiftVolunteer.id.in_(part)).values(token_hash=None, feed_hash=None)
        )
        session.execute(
            update(ShiftPlace).where(ShiftPlace.volunteer_id.in_(part)).values(offer_nonce=None, offer_hash=None)
        )


def _due(before: datetime) -> ColumnElement[bool]:
    """Volunteers of whom something is left, and who neither came new nor have a shift after a moment."""
    private, volunteer = ShiftVolunteerPrivate, ShiftVolunteer
    left = or_(
        volunteer.token_hash.is_not(None),
        select(private.volunteer_id).where(private.volunteer_id == volunteer.id).exists(),
    )
    lasting = (
        select(ShiftPlace.id)
        .join(VolunteerShift, VolunteerShift.id == ShiftPlace.shift_id)
        .where(ShiftPlace.volunteer_id == volunteer.id, VolunteerShift.ends_at >= before)
        .exists()
    )
    return left & (volunteer.made_at < before) & ~lasting
