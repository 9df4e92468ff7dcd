"""What a phone at a gate is told of its counts: by its page, and by the API when it sends more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from layers.checkpoints.queries import by_quarter, since_hand_over
from layers.checkpoints.rules import COUNTED, QUARTER, quarter_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def gate_sums(session: Session, checkpoint_id: int, now: datetime) -> dict[str, Any]:
    """This quarter's counts, how many seconds it lasts, and the counts since the last hand-over."""
    quarter = quarter_of(now)
    here = by_quarter(session, checkpoint_id, quarter, quarter + QUARTER)
    at, since = since_hand_over(session, checkpoint_id)
    return {
        "quarter": here.get(quarter, dict.fromkeys(COUNTED, 0)),
        "seconds_left": int((quarter + QUARTER - now).total_seconds()),
        "since": {"at": at, **since},
    }


def for_helpers(sums: dict[str, Any]) -> dict[str, Any]:
    """What of it a helper without an account is told: this quarter. What was handed over is between shifts of staff."""
    return {name: sums[name] for name in ("quarter", "seconds_left")}
