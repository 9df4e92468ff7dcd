"""What can be done to zones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.quarantine_zones import LAYER


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates zones, or updates those whose source id is known."""
    return features.put(session, LAYER, incoming, actor, at)


def move(
    session: Session, ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **details: Any
) -> list[dict[str, Any]]:
    """Takes zones to a state together; lifting ends their interval, with a reason. Raises MoveNotAllowed, NotFound."""
    changes: dict[str, Any] = {"reason": details["reason"]} if details.get("reason") else {}
    if to_state == "lifted":
        changes["valid_to"] = at
    steps = [features.Step(one, to_state, at, changes) for one in ids]
    return features.move(session, LAYER, steps, actor, at)
