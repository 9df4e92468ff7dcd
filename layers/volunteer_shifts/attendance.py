"""Who was at the post: in, out, and the half-hours between. The journal says that somebody was, not who."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.errors import MoveNotAllowed
from layers.volunteer_shifts import LAYER
from layers.volunteer_shifts.record import ShiftPlace
from layers.volunteer_shifts.rules import EARLIEST_IN, HALF_HOUR, half_hour_of, is_over

Step = Literal["in", "out", "whole", "undo"]


def check(session: Session, place_id: int, step: Step, actor: Actor, at: datetime) -> ShiftPlace:
    """Notes that whoever has the place came ("in"), went ("out"), was there the whole shift, or that a note was wrong.

    The same again changes nothing. Raises MoveNotAllowed where that cannot be: no place, too early, never came.
    """
    place = session.get_one(ShiftPlace, place_id)
    row = features.locked(session, LAYER, [place.shift_id])[place.shift_id]
    session.refresh(place)
    if place.state != "taken" or row["state"] != "open" or at < row["starts_at"] - EARLIEST_IN:
        raise MoveNotAllowed("nobody can be at this post for this place now")
    came, went = _stayed(place, row, step, at)
    if (came, went) != (place.in_at, place.out_at):
        place.in_at, place.out_at = came, went
        place.half_hours = None if came is None or went is None else (went - came) // HALF_HOUR
        place.offer_nonce = place.offer_hash = None
        session.flush()
        half_hour = at - (at - datetime.min.replace(tzinfo=at.tzinfo)) % HALF_HOUR
        features.note(session, LAYER, row, f"check_{step}", actor, half_hour)  # nor does the journal know it better
    return place


def _stayed(
    place: ShiftPlace, row: dict[str, Any], step: Step, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """From when to when somebody is at the post after a step."""
    if step == "undo":
        return None, None
    if step == "whole":
        if not is_over(row, at):
            raise MoveNotAllowed("a whole shift is noted once it is over")
        return half_hour_of(row, row["starts_at"]), half_hour_of(row, row["ends_at"])
    if step == "in":
        return place.in_at or half_hour_of(row, at), place.out_at
    if place.in_at is None:
        raise MoveNotAllowed("who did not come cannot go")
    return place.in_at, place.out_at or max(place.in_at, half_hour_of(row, at))  # the shift may end sooner by now
