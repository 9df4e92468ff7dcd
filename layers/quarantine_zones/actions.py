"""What can be done to zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from data import journal
from layers import features
from layers.actor import Actor
from layers.errors import BadInput, MoveNotAllowed, NotAllowed, NotFound
from layers.quarantine_zones import LAYER
from layers.quarantine_zones.lifting import FACTS
from layers.quarantine_zones.queries import successor_of
from layers.quarantine_zones.record import ZoneLevel
from layers.quarantine_zones.rules import RANK, ends_later, may_put_in_force

SECOND = "a second official puts a zone into force, not the one who proposed it"

#: Days that a condition for lifting may ask for: a year is a slip of the hand.
MOST_DAYS = 100

#: Columns of a level that hold days, and may be left out.
LIMITS = ("case_days", "contact_days", "negative_days")


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates zones, or updates those whose source id is known; whoever writes a proposal is its proposer."""
    signed = [
        replace(one, columns={**one.columns, "proposed_by": actor.name if one.values.state == "proposed" else None})  # type: ignore[attr-defined]
        for one in incoming
    ]
    return features.put(session, LAYER, signed, actor, at)


def move(
    session: Session, ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **details: Any
) -> list[dict[str, Any]]:
    """Takes zones to a state together, with a reason. Raises MoveNotAllowed, NotFound, and NotAllowed for who puts into
    force what they proposed themselves.

    Lifting ends the interval, unless it is over already; one that a newer version ends later can be lifted sooner, and
    the newer one still begins when it was to. In force again, a zone has no end until it is given one.
    A zone that changes another ends that one at its own beginning, in the same step: two versions never hold at once.
    The days that lifting waits for go on from there, unless the level is a stricter one.
    """
    reason = details.get("reason")
    rows = features.locked(session, LAYER, ids)
    steps = []
    for one, row in rows.items():
        if to_state == "lifted" and ends_later(row, at):
            sooner = {"valid_to": at} | ({"reason": reason} if reason else {})
            rows[one] = features.change(session, LAYER, one, sooner, actor, at, reason)
            continue
        changes = _changes(row, to_state, actor, at, reason)
        if to_state == "in_force":
            steps += _end_of_the_one_before(session, row, changes, at)
        steps.append(features.Step(one, to_state, at, changes, reason))
    moved = {row["id"]: row for row in features.move(session, LAYER, steps, actor, at)}
    return [moved.get(one, row) for one, row in rows.items()]


def record_days(
    session: Session, zone_id: int, days: dict[str, date | None], today: date, actor: Actor, at: datetime
) -> None:
    """Sets the days that lifting waits for, by their columns (lifting.FACTS). today: the day at the zone's place.
    Raises NotFound, and BadInput for a day to come.
    """
    late = [name for name, day in days.items() if day is not None and day > today]
    if late:
        raise BadInput("a day on record is past or today", [{"field": one, "reason": "a day to come"} for one in late])
    features.correct(session, LAYER, zone_id, days, actor, at)


def set_level(session: Session, level: str, changes: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Changes the words or the days of a level, by the columns of ZoneLevel. Raises NotFound; BadInput for empty words
    and for days outside of 0 to MOST_DAYS.
    """
    row = session.get(ZoneLevel, level)
    if row is None:
        raise NotFound(f"there is no level {level}; there are lockdown, control and precaution")
    for column, value in changes.items():
        if column in LIMITS and value is not None and not 0 <= value <= MOST_DAYS:
            raise BadInput(f"{column} is 0 to {MOST_DAYS} days", [{"field": column, "reason": "out of range"}])
        if column not in LIMITS and not str(value).strip():
            raise BadInput("residents read these words: they cannot be empty", [{"field": column, "reason": "empty"}])
        setattr(row, column, value)
    session.flush()
    entry = journal.Entry("vocabulary", "set_level", details={"level": level, "changed": sorted(changes)})
    journal.append(session, [entry], actor.name, actor.role, at)


def _end_of_the_one_before(
    session: Session, row: dict[str, Any], changes: dict[str, Any], at: datetime
) -> list[features.Step]:
    """What ends a zone in whose place `row` comes into force; nothing where it changes none."""
    if successor_of(session, row["id"]) is not None:
        raise MoveNotAllowed("a newer version took this zone's place; change that one")
    if row["changes_id"] is None or row["state"] != "proposed":
        return []
    before = features.locked(session, LAYER, [row["changes_id"]])[row["changes_id"]]
    starts = max(changes["valid_from"], before["valid_from"] or at)
    ends = before["valid_to"]
    if before["state"] != "in_force" or (ends is not None and ends <= starts):
        raise MoveNotAllowed("the zone that this one changes is over by then; propose it as a zone of its own")
    if row["valid_to"] is not None and row["valid_to"] <= starts:
        raise MoveNotAllowed("this version would end before it begins")
    changes["valid_from"] = starts
    if RANK[row["level"]] <= RANK[before["level"]]:  # a stricter level has a reason of its own, and counts anew
        changes.update({name: before[name] for name in FACTS.values() if row[name] is None})
    return [features.Step(before["id"], "lifted", at, {"valid_to": starts}, f"changed: {row['name']}")]


def _changes(row: dict[str, Any], to_state: str, actor: Actor, at: datetime, reason: str | None) -> dict[str, Any]:
    if to_state == "in_force" and not may_put_in_force(row["proposed_by"], actor.name):
        raise NotAllowed(SECOND)
    changes: dict[str, Any] = {"reason": reason} if reason else {}
    if to_state in ("proposed", "drafted"):
        changes["proposed_by"] = actor.name if to_state == "proposed" else None
    if to_state == "in_force" and row["state"] == "proposed":
        changes["valid_from"] = max(at, row["valid_from"] or at)  # nothing held before somebody decided it
    if to_state == "lifted":
        changes["valid_to"] = min(at, row["valid_to"] or at)
    elif row["state"] == "lifted":
        changes["valid_to"] = None
    return changes
