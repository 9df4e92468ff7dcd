"""What an administrator changes of services, reasons and numbers; each change is in the journal."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import journal, locks
from layers.actor import Actor
from layers.errors import BadInput, NotFound
from layers.opening import DayKind
from layers.text import Text
from layers.vocabulary.queries import mark_of, named_days
from layers.vocabulary.record import DeclineReason, EmergencyNumber, Service, SpecialDay

#: A time longer than this is a slip of the hand: a year, in minutes.
LONGEST_MINUTES = 366 * 24 * 60

#: Columns of a service that hold minutes.
MINUTES = ("acknowledge_minutes", "meet_minutes", "claim_minutes")

#: Days told at once. The longest holiday is eight; more is a slip of the hand.
MOST_DAYS = 60


def set_times(session: Session, name: str, changes: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Changes the times of a service in minutes, and whether it is reviewed first. What is under way follows at once,
    but claims keep the end they have. Raises NotFound; BadInput for what is no time, or to be met before it is seen.
    """
    service = session.get(Service, name)
    if service is None:
        known = ", ".join(session.execute(select(Service.name).order_by(Service.slot)).scalars())
        raise NotFound(f"there is no service {name}; there are {known}")
    for column, value in changes.items():
        if column in MINUTES and not 1 <= value <= LONGEST_MINUTES:
            raise BadInput(f"{column} is 1 to {LONGEST_MINUTES} minutes", [{"field": column, "reason": "out of range"}])
        setattr(service, column, value)
    if service.meet_minutes < service.acknowledge_minutes:
        reason = "a need cannot be due to be met before it is due to be acknowledged"
        raise BadInput(reason, [{"field": "meet_minutes", "reason": reason}])
    _note(session, "set_times", {"service": name, **changes}, actor, at)


def put_reason(session: Session, name: str, title: Text, actor: Actor, at: datetime) -> None:
    """Adds a reason for declining at the end of the list, or changes the words of one; residents read them."""
    _put(session, DeclineReason, "name", name, title)
    _note(session, "put_reason", {"name": name}, actor, at)


def remove_reason(session: Session, name: str, actor: Actor, at: datetime) -> None:
    """Takes a reason off the list. Needs declined for it keep it, by its bare name. Raises NotFound."""
    _remove(session, DeclineReason, name)
    _note(session, "remove_reason", {"name": name}, actor, at)


def put_number(session: Session, number: str, title: Text, actor: Actor, at: datetime) -> None:
    """Adds a number to call in danger at the end of the list, or changes whose it is."""
    _put(session, EmergencyNumber, "number", number, title)
    _note(session, "put_number", {"number": number}, actor, at)


def remove_number(session: Session, number: str, actor: Actor, at: datetime) -> None:
    """Takes a number to call in danger off every page. Raises NotFound, and BadInput for the last one."""
    if session.execute(select(func.count()).select_from(EmergencyNumber)).scalar_one() == 1:
        raise BadInput("the last number to call in danger stays")
    _remove(session, EmergencyNumber, number)
    _note(session, "remove_number", {"number": number}, actor, at)


def are_days_as_read(session: Session, since: date, mark: str) -> bool:
    """Whether the days from a date on are still those the mark stands for; then nobody else changes them before the
    transaction ends.
    """
    locks.hold(session, locks.DAYS)
    return mark_of(named_days(session, since)) == mark


def put_days(session: Session, first: date, last: date, kind: str, name: str, actor: Actor, at: datetime) -> None:
    """Says what the days from `first` to `last` are, in place of what was said of them. Raises BadInput."""
    if kind not in get_args(DayKind):
        raise BadInput("choose what the days are", [{"field": "kind", "reason": "unknown"}])
    if not 1 <= (last - first).days + 1 <= MOST_DAYS:
        reason = f"the last day is the first or follows it, {MOST_DAYS} days at most"
        raise BadInput(reason, [{"field": "last", "reason": reason}])
    for number in range((last - first).days + 1):
        session.merge(SpecialDay(day=first + timedelta(days=number), kind=kind, name=name))
    _note_days(session, "put_days", {"first": first, "last": last, "kind": kind}, actor, at)


def remove_day(session: Session, day: date, actor: Actor, at: datetime) -> None:
    """Makes a day one like any other again. Raises NotFound."""
    known = session.get(SpecialDay, day)
    if known is None:
        raise NotFound(f"{day} is not on the list")
    session.delete(known)
    _note_days(session, "remove_day", {"day": day}, actor, at)


def _note_days(session: Session, verb: str, details: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Days change when checkpoints are open: the line stands under them, so that every map looks again."""
    session.flush()
    entry = journal.Entry("checkpoints", verb, details=details, public=True)
    journal.append(session, [entry], actor.name, actor.role, at)


def _put(session: Session, table: type[DeclineReason | EmergencyNumber], key: str, name: str, title: Text) -> None:
    if not (name and title.en and title.zh):
        raise BadInput("a name is needed, and words in both languages")
    known: Any = session.get(table, name)
    if known is None:
        last = session.execute(select(func.max(table.position))).scalar()
        known = table(**{key: name}, position=0 if last is None else last + 1)
        session.add(known)
    known.title_en, known.title_zh = title.en, title.zh


def _remove(session: Session, table: type[DeclineReason | EmergencyNumber], name: str) -> None:
    known = session.get(table, name)
    if known is None:
        raise NotFound(f"{name} is not on the list")
    session.delete(known)


def _note(session: Session, verb: str, details: dict[str, Any], actor: Actor, at: datetime) -> None:
    session.flush()
    journal.append(session, [journal.Entry("vocabulary", verb, details=details)], actor.name, actor.role, at)
