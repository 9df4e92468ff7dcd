"""What can be done to checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.checkpoints import LAYER


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates checkpoints, or updates those whose source id is known."""
    return features.put(session, LAYER, incoming, actor, at)


def move(
    session: Session, ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **details: Any
) -> list[dict[str, Any]]:
    """Takes checkpoints to a state together, with a reason that staff read while it is closed. Raises MoveNotAllowed,
    NotFound.
    """
    reason = details.get("reason")
    changes = {"reason": reason if to_state == "closed" else None}
    steps = [features.Step(one, to_state, at, changes, reason) for one in ids]
    return features.move(session, LAYER, steps, actor, at)


def change(session: Session, checkpoint_id: int, changes: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """Changes what a checkpoint is, or where it stands, as of `at`; what held before stays. Raises NotFound."""
    features.change(session, LAYER, checkpoint_id, changes, actor, at)
