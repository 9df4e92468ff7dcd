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
    session: Session, ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **details: Any
) -> list[dict[str, Any]]:
    """Takes drops to a state together. Raises MoveNotAllowed, NotFound.

    Delivery is stamped once; going on its way again takes the stamp back.
    """
    steps = [
        features.Step(one, to_state, at, _changes(row, to_state, at), details.get("reason"))
        for one, row in features.locked(session, LAYER, ids).items()
    ]
    return features.move(session, LAYER, steps, actor, at)


def _changes(row: dict[str, Any], to_state: str, at: datetime) -> dict[str, Any]:
    if to_state == "delivered":
        return {"delivered_at": min(at, row["delivered_at"] or at)}
    return {"delivered_at": None} if to_state in ("planned", "in_transit") else {}
