"""What is asked of drops."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.supply_drops.record import SupplyDrop


def coming(session: Session, at: datetime, limit: int) -> list[dict[str, Any]]:
    """Name, window, state and compounds served of the drops not over yet at a moment, soonest first."""
    drop = SupplyDrop
    query = (
        select(drop.name, drop.window_from, drop.window_to, drop.state, drop.compounds_served)
        .where(drop.window_to > at, drop.state.in_(("planned", "in_transit", "delivered")))
        .order_by(drop.window_from, drop.id)
        .limit(limit)
    )
    return [dict(row) for row in session.execute(query).mappings()]
