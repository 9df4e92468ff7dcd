"""What can be done to drops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.supply_drops import LAYER


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates drops, or updates those whose source id is known."""
    return features.put(session, LAYER, incoming, actor, at)


def move(
    session: Session, ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **_: Any
) -> list[dict[str, Any]]:
    """Takes drops to a state together. Raises MoveNotAllowed, NotFound.

    Delivery is stamped; going on its way again takes the stamp back.
    """
    changes: dict[str, Any] = {"delivered_at": at} if to_state == "delivered" else {}
    if to_state in ("planned", "in_transit"):
        changes = {"delivered_at": None}
    steps = [features.Step(one, to_state, at, changes) for one in ids]
    return features.move(session, LAYER, steps, actor, at)
