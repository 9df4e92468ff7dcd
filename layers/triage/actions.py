"""Decisions about many needs at once: each is made if the need still stands as it was seen, and told if not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.errors import BadInput
from layers.needs import LAYER, actions, additions
from layers.needs.additions import Sender
from layers.needs.lapses import lapse
from layers.needs.record import Need
from layers.triage.rules import MOST_AT_ONCE, Left, sort_out
from layers.vocabulary.queries import decline_reasons

Rows = dict[int, dict[str, Any]]


@dataclass(slots=True)
class Decided:
    """Rows of the needs that were moved, as they stand now; of the others by id why not, and `rows` of those there."""

    moved: list[dict[str, Any]] = field(default_factory=list)
    left: dict[int, Left] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)


def decide(
    session: Session, seen: Mapping[int, str | None], to_state: str, actor: Actor, at: datetime,
    allowed: Callable[[Mapping[str, Any]], bool], **details: Any,
) -> Decided:  # fmt: skip
    """Takes needs to a state, each one that can go there.

    seen: by id the state each was seen in, None for whichever. allowed: whether the actor may do this to the need in
    a row. For the details see `layers.needs.actions.step`; a reason for declining is one of the list's names.
    Raises BadInput for a detail that cannot be taken; then nothing was changed.
    """
    if to_state == "declined":
        _check_reason(session, details.get("reason"))
    rows = there(session, list(seen), at)
    plan = sort_out(seen, rows, to_state, allowed)
    moved = actions.move(session, plan.going, to_state, actor, at, **details) if plan.going else []
    return Decided(moved, plan.left, rows)


def tell(
    session: Session, need_ids: list[int], text: str, sender: Sender, signature: Callable[[Mapping[str, Any]], str],
    actor: Actor, at: datetime, allowed: Callable[[Mapping[str, Any]], bool],
) -> Decided:  # fmt: skip
    """Sends the same message to the residents of several needs, signed by what `signature` gives for a row.

    Raises BadInput for none or too many words.
    """
    rows = there(session, need_ids, at)
    told = Decided(rows=rows)
    for need_id in need_ids:
        if need_id not in rows:
            told.left[need_id] = "gone"
        elif not allowed(rows[need_id]):
            told.left[need_id] = "outside"
        else:
            row = rows[need_id]
            additions.say(session, row, sender, signature(row), "message", text, actor, at)
            told.moved.append(rows[need_id])
    return told


def there(session: Session, need_ids: list[int], at: datetime) -> Rows:
    """The rows, as they are at a moment, of those needs that are there; nobody else changes them meanwhile."""
    if len(need_ids) > MOST_AT_ONCE:
        reason = f"at most {MOST_AT_ONCE} needs at once"
        raise BadInput(reason, [{"field": "needs", "reason": reason}])
    known = session.execute(select(Need.id).where(Need.id.in_(need_ids))).scalars()
    return lapse(session, features.locked(session, LAYER, list(known)), at)


def _check_reason(session: Session, reason: str | None) -> None:
    known = decline_reasons(session)
    if reason not in known:
        words = f"declining takes one of these reasons, which the resident reads: {', '.join(known)}"
        raise BadInput(words, [{"field": "reason", "reason": words}])
