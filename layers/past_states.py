"""The state a feature was in at a past moment, from the journal: its row says only where it stands today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.journal import JournalRow
from layers.description import Layer

#: Pages ask for the minute they are in and mean now: what was moved within it is told as it stands.
TO_THE_MINUTE = timedelta(minutes=1)

#: Features asked for at once; below every store's limit of bound values.
IDS_AT_ONCE = 500


def add_past_states(session: Session, layer: Layer, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    """Puts the state of a moment into each row. Until a feature's first move after it, it was in the state which that
    move left.
    """
    if not layer.state_field:
        return
    ends = at + TO_THE_MINUTE
    moved = {row["id"]: row for row in rows if row["changed_at"] > ends}
    ids = sorted(moved)
    for start in range(0, len(ids), IDS_AT_ONCE):
        query = (
            select(JournalRow.feature_id, JournalRow.from_state)
            .where(
                JournalRow.layer == layer.name,
                JournalRow.feature_id.in_(ids[start : start + IDS_AT_ONCE]),
                JournalRow.verb == "move",
                JournalRow.effective_at > ends,
            )
            .order_by(JournalRow.seq.desc())
        )
        for feature_id, from_state in session.execute(query):
            moved[feature_id][layer.state_field] = from_state
