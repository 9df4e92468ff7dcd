"""Claims: an organization takes needs until a moment, keeps them going, and says what became of them.

A claim is per need and says who has it and until when. `taken_by` is who goes; a need that was given to an organization
(by an official, or by another organization) has none until the organization takes it up. What an official gives has no
end until then; everything else lapses. Each function acts on the needs it can and leaves the others as they are:
whoever comes second is told who was first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.errors import BadInput
from layers.needs import LAYER, actions, additions
from layers.needs.actions import MovedEach
from layers.needs.lapses import lapse
from layers.needs.record import Need
from layers.needs.rules import (
    HAND_BACK,
    HANDED_OVER,
    MOST_IN_A_ROUND,
    NAME_LONGEST,
    is_held,
    is_taken,
    may_extend,
    may_take,
    plain,
)  # fmt: skip
from layers.vocabulary.queries import times

Rows = dict[int, dict[str, Any]]


def take(
    session: Session, need_ids: Sequence[int], organization: str, taken_by: str, actor: Actor, at: datetime
) -> MovedEach:
    """Takes needs that wait for somebody, and those given to the organization, as one round with one end: the longest
    that a claim on any of them lasts. Raises BadInput where no name of who goes is given.
    """
    name = _name(taken_by)
    rows = _locked(session, need_ids, at)
    going, stayed = _split(rows, lambda row: may_take(row, organization))
    if not going:
        return MovedEach([], stayed)
    ends = end_of_round(session, list(going), at)
    claim = {"taken_by": name, "claim_until": ends}
    waiting = [one for one, row in going.items() if row["state"] == "acknowledged"]
    actions.move(session, waiting, "assigned", actor, at, organization=organization, **claim)
    given = {one: row for one, row in going.items() if row["state"] == "assigned"}
    _write(session, given, "take", {**claim, "assigned_at": at}, actor, at)
    return _done(session, going, stayed)


def extend(session: Session, need_ids: Sequence[int], organization: str, actor: Actor, at: datetime) -> MovedEach:
    """Gives claims their time once more, counted from their end. Once: who needs longer hands back or takes anew."""
    rows = _locked(session, need_ids, at)
    going, stayed = _split(rows, lambda row: is_taken(row, organization) and may_extend(row))
    of_service = times(session)
    for one, row in going.items():
        ends = {"claim_until": row["claim_until"] + of_service[row["service"]].claim, "claim_extended": True}
        _write(session, {one: row}, "extend", ends, actor, at)
    return _done(session, going, stayed)


def hand_on(
    session: Session, need_ids: Sequence[int], organization: str, taken_by: str, actor: Actor, at: datetime
) -> MovedEach:
    """Somebody else of the same organization goes; the end stays. Raises BadInput where no name is given."""
    name = _name(taken_by)
    going, stayed = _split(_locked(session, need_ids, at), lambda row: is_taken(row, organization))
    _write(session, going, "hand_on", {"taken_by": name}, actor, at)
    return _done(session, going, stayed)


def hand_over(
    session: Session, need_ids: Sequence[int], organization: str, to_organization: str, actor: Actor, at: datetime
) -> MovedEach:
    """Gives needs to another organization. If nobody there takes them up within the time of a claim they go back to
    everyone: nothing is taken in another's name. Raises BadInput for none, or the organization itself.
    """
    if not to_organization or to_organization == organization:
        reason = "name another organization"
        raise BadInput(reason, [{"field": "organization", "reason": reason}])
    going, stayed = _split(_locked(session, need_ids, at), lambda row: is_held(row, organization))
    ends = end_of_round(session, list(going), at)
    actions.move(session, list(going), "acknowledged", actor, at, reason=HANDED_OVER)
    actions.move(session, list(going), "assigned", actor, at, organization=to_organization, claim_until=ends)
    return _done(session, going, stayed)


def hand_back(
    session: Session, need_ids: Sequence[int], organization: str, reason: str, actor: Actor, at: datetime
) -> MovedEach:
    """Gives needs back to everyone. The reason is a name of HAND_BACK: words of one's own would carry names and
    addresses into the journal. Raises BadInput for any other.
    """
    if reason not in HAND_BACK:
        words = f"handing back takes one of these reasons: {', '.join(HAND_BACK)}"
        raise BadInput(words, [{"field": "reason", "reason": words}])
    going, stayed = _split(_locked(session, need_ids, at), lambda row: is_held(row, organization))
    actions.move(session, list(going), "acknowledged", actor, at, reason=reason)
    return _done(session, going, stayed)


def meet(
    session: Session, need_ids: Sequence[int], organization: str, given: str, actor: Actor, at: datetime
) -> MovedEach:
    """Says that needs were met, and if wanted what was given; each resident reads it and has the last word."""
    going, stayed = _split(_locked(session, need_ids, at), lambda row: is_held(row, organization))
    if given.strip():
        _tell(session, going, organization, given, actor, at)
    actions.move(session, list(going), "met", actor, at)
    return _done(session, going, stayed)


def meet_in_part(
    session: Session, need_ids: Sequence[int], organization: str, given: str, actor: Actor, at: datetime
) -> MovedEach:
    """Says what was given so far; the needs stay taken and their claims begin anew. Raises BadInput without words."""
    going, stayed = _split(_locked(session, need_ids, at), lambda row: is_held(row, organization))
    _tell(session, going, organization, given, actor, at)
    ends = {"claim_until": end_of_round(session, list(going), at), "claim_extended": False}
    _write(session, going, "meet_in_part", ends, actor, at)
    return _done(session, going, stayed)


def end_of_round(session: Session, need_ids: Sequence[int], at: datetime) -> datetime:
    """When a claim on needs taken at once ends: the longest that a claim on the service of any of them lasts."""
    of_service = times(session)
    services = session.execute(select(Need.service).where(Need.id.in_(need_ids)).distinct()).scalars()
    return at + max((of_service[service].claim for service in services), default=timedelta())


def _name(taken_by: str) -> str:
    name = plain(taken_by).strip()
    if not name or len(name) > NAME_LONGEST:
        reason = f"say who goes, in 1 to {NAME_LONGEST} characters"
        raise BadInput(reason, [{"field": "taken_by", "reason": reason}])
    return name


def _locked(session: Session, need_ids: Sequence[int], at: datetime) -> Rows:
    """Rows of those needs that are there, as they are at a moment, in the order in which they were named."""
    if len(need_ids) > MOST_IN_A_ROUND:
        reason = f"at most {MOST_IN_A_ROUND} needs at once"
        raise BadInput(reason, [{"field": "needs", "reason": reason}])
    known = list(session.execute(select(Need.id).where(Need.id.in_(need_ids))).scalars())
    rows = lapse(session, features.locked(session, LAYER, known), at)
    return {one: rows[one] for one in dict.fromkeys(need_ids) if one in rows}


def _split(rows: Rows, goes: Callable[[dict[str, Any]], bool]) -> tuple[Rows, Rows]:
    going = {one: row for one, row in rows.items() if goes(row)}
    return going, {one: row for one, row in rows.items() if one not in going}


def _write(session: Session, rows: Rows, verb: str, changes: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """Writes columns of a claim that change no figure. The journal says what was done, never by whom of whom."""
    if not rows:
        return
    session.execute(update(Need).where(Need.id.in_(list(rows))).values(**changes, changed_at=at))
    for row in rows.values():
        features.note(session, LAYER, row, verb, actor, at)


def _tell(session: Session, rows: Rows, organization: str, given: str, actor: Actor, at: datetime) -> None:
    for row in rows.values():
        additions.say(session, row, "organization", organization, "given", given, actor, at)


def _done(session: Session, going: Rows, stayed: Rows) -> MovedEach:
    rows = features.locked(session, LAYER, list(going))
    return MovedEach([rows[one] for one in going], stayed)
