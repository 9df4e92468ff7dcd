"""What can be done to shifts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.volunteer_shifts import LAYER
from layers.volunteer_shifts.places import move_up_among


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates shifts, or updates those whose source id is known; places that get free go to those who wait."""
    result = features.put(session, LAYER, incoming, actor, at)
    if result.updated:
        move_up_among(session, result.ids, at)
    return result


def move(
    session: Session, ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **details: Any
) -> list[dict[str, Any]]:
    """Takes shifts to a state together; nothing else changes. Raises MoveNotAllowed, NotFound."""
    steps = [features.Step(one, to_state, at, reason=details.get("reason")) for one in ids]
    return features.move(session, LAYER, steps, actor, at)
