"""What can be done to zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.errors import NotAllowed
from layers.quarantine_zones import LAYER
from layers.quarantine_zones.rules import may_put_in_force


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates zones, or updates those whose source id is known. Whose words a proposal is, cannot approve it."""
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

    Lifting ends the interval, unless it is over already; in force again, a zone has no end until it is given one.
    """
    reason = details.get("reason")
    steps = [
        features.Step(one, to_state, at, _changes(row, to_state, actor, at, reason), reason)
        for one, row in features.locked(session, LAYER, ids).items()
    ]
    return features.move(session, LAYER, steps, actor, at)


def _changes(row: dict[str, Any], to_state: str, actor: Actor, at: datetime, reason: str | None) -> dict[str, Any]:
    if to_state == "in_force" and not may_put_in_force(row["proposed_by"], actor.name):
        raise NotAllowed("a second official puts a zone into force, not the one who proposed it")
    changes: dict[str, Any] = {"reason": reason} if reason else {}
    if to_state in ("proposed", "drafted"):
        changes["proposed_by"] = actor.name if to_state == "proposed" else None
    if to_state == "lifted":
        changes["valid_to"] = min(at, row["valid_to"] or at)
    elif row["state"] == "lifted":
        changes["valid_to"] = None
    return changes
