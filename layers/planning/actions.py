"""What is done about planning: weights changed, plans kept, and published as shifts; each is in the journal."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data import journal
from layers import features
from layers.actor import Actor
from layers.errors import BadInput, NotAllowed, NotFound
from layers.planning.plan import Plan, content_of, shifts_of
from layers.planning.queries import kept_plan
from layers.planning.record import KeptPlan, PlanningWeight
from layers.planning.rules import HEAVIEST, names_of_kinds
from layers.planning.terms import as_kept
from layers.vocabulary.queries import vocabulary
from layers.volunteer_shifts import LAYER as SHIFTS
from layers.volunteer_shifts import actions as shifts


def set_weight(session: Session, kind: str, name: str, weight: float, actor: Actor, at: datetime) -> None:
    """Changes what need weighs from now on; plans that were kept stay as they were made.

    Raises NotFound for a kind or a name there is none of, BadInput for what is no weight.
    """
    words = vocabulary(session)
    names = names_of_kinds(list(words.services), list(words.roles))
    if kind not in names:
        raise NotFound(f"there is no kind of weight {kind}; there are {', '.join(names)}")
    if name not in names[kind]:
        raise NotFound(f"{kind} has no weight {name}; it has {', '.join(names[kind])}")
    if not math.isfinite(weight) or not 0 <= weight <= HEAVIEST:
        reason = f"a weight is a number from 0 to {HEAVIEST:g}"
        raise BadInput(reason, [{"field": "weight", "reason": reason}])
    session.merge(PlanningWeight(kind=kind, name=name, weight=weight))
    _note(session, "set_weight", {"kind": kind, "name": name, "weight": weight}, actor, at)


def keep(session: Session, plan: Plan, seq: int, actor: Actor, at: datetime, follows: int | None = None) -> int:
    """Keeps a plan with what it was made from: `seq` is the number of the last change it knew of. Gives its number.

    follows: the plan it is a new version of, which stays as it was. The very plan that the actor kept a moment ago is
    not kept again: a button is pressed twice where the signal is weak.

    A plan is made before this, in a session that reads: solving takes seconds, and others wait for the writer.
    """
    request = plan.request
    box = request.box
    row = KeptPlan(
        made_at=at, made_by=actor.name, organization=request.organization, role=request.role,
        volunteers=request.volunteers, minutes=request.minutes, starts_at=request.starts_at, ends_at=request.ends_at,
        box=box and [box.west, box.south, box.east, box.north], weights=dict(plan.weights.by_kind),
        seq=seq, content=content_of(plan), published_at=None, shifts=[], follows=follows, terms=as_kept(request.terms),
    )  # fmt: skip
    known = _kept_already(session, row)
    if known is not None:
        return known
    session.add(row)
    session.flush()
    details = {"plan": row.id, "role": request.role, "volunteers": request.volunteers}
    _note(session, "keep_plan", details | ({} if follows is None else {"follows": follows}), actor, at)
    return row.id


#: How long after a plan the same one is taken for a second press of the button.
PRESSED_AGAIN = timedelta(minutes=10)


def _kept_already(session: Session, row: KeptPlan) -> int | None:
    """The number of the last plan of whoever keeps `row`, if it is the same but for the moment."""
    journal.wait_for_place(session)  # of two presses at once the second finds what the first wrote
    query = select(KeptPlan).where(KeptPlan.made_by == row.made_by).order_by(KeptPlan.id.desc()).limit(1)
    last = session.execute(query).scalar()
    moments = ("made_at", "starts_at", "ends_at")  # a window that was not named begins with the press
    if last is None or any(abs(getattr(row, name) - getattr(last, name)) > PRESSED_AGAIN for name in moments):
        return None
    names = set(KeptPlan.__table__.c.keys()) - {"id", "seq", "published_at", "shifts", *moments}
    return last.id if all(_written(getattr(last, name)) == _written(getattr(row, name)) for name in names) else None


def _written(value: Any) -> bytes:
    """A value as a store gives it back: pairs as lists."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY)


def publish(session: Session, plan_id: int, organization: str, actor: Actor, at: datetime) -> list[int]:
    """Publishes a kept plan as shifts of an organization, one a post, open and with no place filled; their numbers.

    Published again it changes nothing and gives the same numbers. Raises NotFound; NotAllowed for a plan of an
    organization that the actor does not belong to; BadInput for one whose window is over or that has no post.
    """
    row = kept_plan(session, plan_id, lock=True)
    if not organization or (row["organization"] and {actor.organization, organization} != {row["organization"]}):
        raise NotAllowed("a plan of an organization is published by it, one made for none for any")
    if row["published_at"] is not None:
        return list(row["shifts"])
    if row["ends_at"] <= at:
        raise BadInput("the window of the plan is over: make a new one")
    if not row["content"]["posts"]:
        raise BadInput("the plan has no post to publish")
    made = shifts_of({**row, "organization": organization})
    incoming = [features.Incoming(features.check(SHIFTS, values), None) for values in made]
    result = shifts.put(session, incoming, actor, at)
    if result.rejected:
        raise BadInput(result.rejected[0][1])
    session.execute(update(KeptPlan).where(KeptPlan.id == plan_id).values(published_at=at, shifts=result.ids))
    _note(session, "publish_plan", {"plan": plan_id, "shifts": result.ids}, actor, at)
    return result.ids


def _note(session: Session, verb: str, details: dict[str, Any], actor: Actor, at: datetime) -> None:
    session.flush()
    journal.append(session, [journal.Entry("planning", verb, details=details)], actor.name, actor.role, at)
