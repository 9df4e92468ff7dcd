"""Places of shifts by link: taken, waited for, given up, handed on.

Everything about the places of one shift happens under the lock of its row, and ends in `_counted`: places filled follow
from places taken in the same transaction, and so does the gap on the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data.database import Database
from layers import features
from layers.actor import RESIDENT, SYSTEM, Actor
from layers.errors import BadInput, LinliError, MoveNotAllowed
from layers.link_tokens import hash_of
from layers.volunteer_shifts import LAYER
from layers.volunteer_shifts.links import calendar_token, new_nonce, token_of, volunteer_of_token
from layers.volunteer_shifts.record import ShiftPlace, ShiftVolunteer, ShiftVolunteerPrivate, VolunteerShift
from layers.volunteer_shifts.rules import (
    CONTACT_LONGEST,
    MOST_WAITING,
    NAME_LONGEST,
    cleaned,
    filled,
    is_over,
    takes_places,
)


class WaitingListFull(LinliError):
    """More people wait for a place of this shift than are taken down."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody without an account: the token of their private link, their name, and how to reach them."""

    token: str
    name: str
    contact: str


def person(token: str, name: str, contact: str) -> Person:
    """A person as they are kept. Raises BadInput for a name or contact that is missing or too long."""
    said, problems = {"name": cleaned(name), "contact": cleaned(contact)}, []
    for field, longest in (("name", NAME_LONGEST), ("contact", CONTACT_LONGEST)):
        if not 1 <= len(said[field]) <= longest:
            problems.append({"field": field, "reason": f"write between 1 and {longest} characters"})
    if problems:
        raise BadInput("name or contact cannot be taken", problems)
    return Person(token, **said)


def take(session: Session, shift_id: int, who: Person, at: datetime) -> ShiftPlace:
    """Takes a place for somebody, or puts them on the waiting list where all are taken. The same person again gives the
    place they have.

    Raises NotFound, MoveNotAllowed for a shift that is over or cancelled, WaitingListFull.
    """
    row = features.locked(session, LAYER, [shift_id])[shift_id]
    return _join(session, row, _known_as(session, row, who, at), at)


def take_also(session: Session, shift_id: int, volunteer: ShiftVolunteer, at: datetime) -> ShiftPlace:
    """Takes a place, as `take` does, for somebody who has a private link of the same organization already."""
    row = features.locked(session, LAYER, [shift_id])[shift_id]
    if row["organization"] != volunteer.organization:
        raise MoveNotAllowed("this shift is another organization's")
    return _join(session, row, volunteer, at)


def give_up(session: Session, place_id: int, actor: Actor, at: datetime) -> ShiftPlace:
    """Gives up a place, or a turn in the waiting list; the first in line gets the place. Again it changes nothing.

    Raises MoveNotAllowed where the shift is over or somebody is at the post.
    """
    row, place = _locked(session, place_id)
    if place.state not in ("taken", "waiting"):
        return place
    if is_over(row, at) or place.in_at is not None:
        raise MoveNotAllowed("a place is given up before one stands there, and before the shift is over")
    was_taken = place.state == "taken"
    _leave(place, "given_up", at)
    if was_taken:
        _counted(session, row, -1, "give_up", actor, at)
    else:
        features.note(session, LAYER, row, "give_up", actor, at)
    return place


def offer(session: Session, place_id: int, key: bytes, at: datetime) -> ShiftPlace:
    """Makes the link by which somebody else takes over this place; until then it stays whose it is. Again it gives the
    same link. Raises MoveNotAllowed.
    """
    row, place = _locked(session, place_id)
    _check_may_hand_on(row, place, at)
    if place.offer_hash is None:
        place.offer_nonce = new_nonce()
        place.offer_hash = hash_of(token_of(key, "offer", place.offer_nonce))
        session.flush()
    return place


def keep(session: Session, place_id: int) -> ShiftPlace:
    """Takes an offer back: its link leads nowhere any more."""
    _, place = _locked(session, place_id)
    place.offer_nonce = place.offer_hash = None
    session.flush()
    return place


def take_over(session: Session, place_id: int, offer_hash: str, who: Person, at: datetime) -> ShiftPlace:
    """Gives an offered place to somebody else, in one step: it is never nobody's, and never two people's.

    The same person again gives the place they have. Raises MoveNotAllowed where it is not offered any more.
    """
    row, place = _locked(session, place_id)
    mine = _place_of(session, row["id"], volunteer_of_token(session, who.token))
    if mine is not None and mine.state == "taken":
        return mine
    if place.offer_hash != offer_hash:
        raise MoveNotAllowed("this place is not offered any more")
    _check_may_hand_on(row, place, at)
    _leave(place, "handed_on", at)
    session.flush()
    theirs = _place(session, row, _known_as(session, row, who, at), "taken", at)
    features.note(session, LAYER, row, "hand_on", RESIDENT, at)
    return theirs


def set_own(session: Session, shift_id: int, own: int, actor: Actor, at: datetime) -> dict[str, Any]:
    """Says how many people the organization itself sends, beside those who took a place by a link; the row then.

    Raises BadInput where that would be more than are wanted.
    """
    row = features.locked(session, LAYER, [shift_id])[shift_id]
    most = max(row["places_wanted"] - row["places_taken"], 0)
    if not 0 <= own <= most:
        reason = f"with {row['places_taken']} places taken by link, at most {most} are left"
        raise BadInput(reason, [{"field": "own", "reason": reason}])
    if own != row["places_own"]:
        changes = {"places_own": own, "places_filled": filled(row["places_wanted"], own, row["places_taken"])}
        row = features.change(session, LAYER, shift_id, changes, actor, at)
    return moved_up(session, row, at) if takes_places(row, at) else row


def moved_up(session: Session, row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Gives places that are free to the first in line; the shift's row then. `row` is locked."""
    count = _move_up(session, row, row["places_wanted"] - row["places_filled"], at)
    return _counted(session, row, count, "move_up", SYSTEM, at, promote=False) if count else row


def move_up_due(database: Database, at: datetime) -> int:
    """Gives free places of every shift to those who wait, such as after a list was loaded that wants more people; how
    many shifts had some. Takes no turn at writing where there is none.
    """
    with database.read() as session:
        ids = session.execute(_has_free_and_waiting(at)).scalars().all()
    for shift_id in ids:
        with database.write() as session:
            _move_up_in(session, shift_id, at)
    return len(ids)


def move_up_among(session: Session, shift_ids: Sequence[int], at: datetime) -> None:
    """Gives free places of some shifts to those who wait, after the shifts were changed."""
    found = session.execute(_has_free_and_waiting(at).where(VolunteerShift.id.in_(shift_ids)))
    for shift_id in found.scalars().all():
        _move_up_in(session, shift_id, at)


def _has_free_and_waiting(at: datetime) -> Select[int]:
    shift, waiting = VolunteerShift, select(ShiftPlace.shift_id).where(ShiftPlace.state == "waiting")
    return (
        select(shift.id)
        .where(shift.id.in_(waiting), shift.places_filled < shift.places_wanted)
        .where(shift.state == "open", shift.ends_at > at)
        .order_by(shift.id)
    )


def _move_up_in(session: Session, shift_id: int, at: datetime) -> None:
    row = features.locked(session, LAYER, [shift_id])[shift_id]
    if takes_places(row, at):
        moved_up(session, row, at)


def _join(session: Session, row: dict[str, Any], volunteer: ShiftVolunteer, at: datetime) -> ShiftPlace:
    place = _place_of(session, row["id"], volunteer)
    if place is not None and place.state in ("taken", "waiting"):
        return place
    if not takes_places(row, at):
        raise MoveNotAllowed(f"volunteer_shifts {row['id']} takes no places any more")
    row = moved_up(session, row, at)  # who waits comes first
    if row["places_filled"] < row["places_wanted"]:
        place = _place(session, row, volunteer, "taken", at)
        _counted(session, row, 1, "take", RESIDENT, at)
        return place
    if len(_waiting(session, row["id"], MOST_WAITING)) >= MOST_WAITING:
        raise WaitingListFull("the waiting list of this shift is full")
    place = _place(session, row, volunteer, "waiting", at)
    features.note(session, LAYER, row, "wait", RESIDENT, at)
    return place


def _counted(
    session: Session, row: dict[str, Any], more: int, verb: str, actor: Actor, at: datetime, *, promote: bool = True
) -> dict[str, Any]:
    """Counts so many places more (or fewer) as taken, and gives what gets free to those who wait; the shift's row.

    The same number of places after it as before is a line of the journal and moves no figure.
    """
    session.flush()
    taken = row["places_taken"] + more
    now_filled = filled(row["places_wanted"], row["places_own"], taken)
    if promote and takes_places(row, at):
        got = _move_up(session, row, row["places_wanted"] - now_filled, at)
        taken += got
        now_filled = filled(row["places_wanted"], row["places_own"], taken)
    if taken == row["places_taken"]:
        features.note(session, LAYER, row, verb, actor, at)
        return row
    changes = {"places_taken": taken, "places_filled": now_filled}
    return features.change(session, LAYER, row["id"], changes, actor, at)


def _move_up(session: Session, row: dict[str, Any], free: int, at: datetime) -> int:
    """Turns the first in line into those who have a place, as many as are free; how many."""
    first = _waiting(session, row["id"], free)
    for place in first:
        place.state, place.moved_up_at, place.changes = "taken", at, place.changes + 1
    session.flush()
    return len(first)


def _waiting(session: Session, shift_id: int, most: int) -> Sequence[ShiftPlace]:
    query = select(ShiftPlace).where(ShiftPlace.shift_id == shift_id, ShiftPlace.state == "waiting")
    return session.execute(query.order_by(ShiftPlace.asked_at, ShiftPlace.id).limit(max(most, 0))).scalars().all()


def _locked(session: Session, place_id: int) -> tuple[dict[str, Any], ShiftPlace]:
    """The shift of a place, locked, and the place as it is then."""
    shift_id = session.execute(select(ShiftPlace.shift_id).where(ShiftPlace.id == place_id)).scalar_one()
    row = features.locked(session, LAYER, [shift_id])[shift_id]
    return row, session.get_one(ShiftPlace, place_id, populate_existing=True)


def _check_may_hand_on(row: dict[str, Any], place: ShiftPlace, at: datetime) -> None:
    if place.state != "taken" or place.in_at is not None or not takes_places(row, at):
        raise MoveNotAllowed("a place is handed on before one stands there, and before the shift is over")


def _leave(place: ShiftPlace, state: str, at: datetime) -> None:
    place.state, place.left_at, place.changes = state, at, place.changes + 1
    place.offer_nonce = None
    if state != "handed_on":  # of one that was, the link still says so
        place.offer_hash = None


def _known_as(session: Session, row: dict[str, Any], who: Person, at: datetime) -> ShiftVolunteer:
    """The volunteer of a private link; made where it is new."""
    known = volunteer_of_token(session, who.token)
    if known is not None:
        return known
    known = ShiftVolunteer(
        organization=row["organization"], token_hash=hash_of(who.token),
        feed_hash=hash_of(calendar_token(who.token)), made_at=at,
    )  # fmt: skip
    session.add(known)
    session.flush()
    session.add(ShiftVolunteerPrivate(volunteer_id=known.id, name=who.name, contact=who.contact))
    return known


def _place_of(session: Session, shift_id: int, volunteer: ShiftVolunteer | None) -> ShiftPlace | None:
    if volunteer is None:
        return None
    query = select(ShiftPlace).where(ShiftPlace.shift_id == shift_id, ShiftPlace.volunteer_id == volunteer.id)
    return session.execute(query.execution_options(populate_existing=True)).scalar()


def _place(session: Session, row: dict[str, Any], volunteer: ShiftVolunteer, state: str, at: datetime) -> ShiftPlace:
    """The volunteer's place at a shift in a state; one they gave up before becomes it again, at the end of the line."""
    place = _place_of(session, row["id"], volunteer)
    if place is None:
        place = ShiftPlace(shift_id=row["id"], volunteer_id=volunteer.id, changes=0)
        session.add(place)
    else:
        place.changes += 1
    place.state, place.asked_at, place.moved_up_at, place.left_at = state, at, None, None
    place.offer_nonce = place.offer_hash = None
    session.flush()
    return place
