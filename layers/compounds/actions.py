"""What can be done to compounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.compounds import LAYER


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates compounds, or updates those whose source id is known."""
    return features.put(session, LAYER, incoming, actor, at)


def remove(session: Session, feature_ids: Sequence[int], actor: Actor, at: datetime, reason: str) -> int:
    """Takes compounds off the map; how many there were."""
    return features.remove(session, LAYER, feature_ids, actor, at, reason)
