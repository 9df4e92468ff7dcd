"""What can be done to notices: send one, and send another in its place. Nothing that was sent is changed or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import journal
from geo.shapes import to_geojson
from layers.actor import Actor
from layers.errors import MoveNotAllowed, NotFound
from layers.notices.record import Notice
from layers.notices.rules import Draft

#: The name under which the journal keeps notices, beside the names of layers.
NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Sending:
    """How a message is sent: under which identifier (sent again, it is sent once), from which address, as exercise?"""

    identifier: str
    sender: str
    is_exercise: bool


def send(
    session: Session, draft: Draft, outline: BaseGeometry, sending: Sending, actor: Actor, at: datetime,
    replaces: int | None = None,
) -> int:  # fmt: skip
    """Sends a notice, in place of another one where `replaces` says so; its number. See `_sent` for what it raises."""
    values = {**draft.model_dump(), "outline": to_geojson(outline)}
    return _sent(session, values, "alert" if replaces is None else "update", sending, actor, at, replaces)


def cancel(
    session: Session, notice_id: int, reason: dict[str, str], sending: Sending, actor: Actor, at: datetime
) -> int:
    """Calls a notice off, with its reason as words in the languages given (`en`, `zh`); the number of the cancel."""
    old = _standing(session, notice_id)
    kept = ("kind", "urgency", "severity", "certainty", "area_name", "outline", "ends_at", "title_en", "title_zh")
    values: dict[str, Any] = {name: getattr(old, name) for name in kept}
    for language in ("en", "zh"):
        values[f"words_{language}"] = reason.get(language, "")
    values["starts_at"] = min(at, old.ends_at)
    return _sent(session, values, "cancel", sending, actor, at, notice_id)


def _sent(
    session: Session, values: dict[str, Any], message: str, sending: Sending, actor: Actor, at: datetime,
    replaces: int | None,
) -> int:  # fmt: skip
    """Writes the message and the journal row. Raises NotFound, and MoveNotAllowed where the other one is replaced."""
    known = session.execute(select(Notice.id).where(Notice.identifier == sending.identifier)).scalar()
    if known is not None:
        return known  # an impatient second press, or the page sent again
    old = None if replaces is None else _standing(session, replaces)
    before = [] if old is None else [*old.earlier, [old.sender, old.identifier, old.sent_at.isoformat()]]
    made = Notice(
        **values, identifier=sending.identifier, sender=sending.sender, is_exercise=sending.is_exercise,
        message=message, earlier=before, replaced_by=None, replaced_at=None, sent_at=at.replace(microsecond=0),
        sent_by=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if old is not None:
        old.replaced_by, old.replaced_at = made.id, at
        session.flush()
    details = {"area": made.area_name, "replaces": replaces}
    entry = journal.Entry(NOTICES, message, feature_id=made.id, details=details)
    journal.append(session, [entry], actor.name, actor.role, at)
    return made.id


def _standing(session: Session, notice_id: int) -> Notice:
    found = session.execute(select(Notice).where(Notice.id == notice_id).with_for_update()).scalar()
    if found is None:
        raise NotFound(f"there is no notice {notice_id}")
    if found.message == "cancel" or found.replaced_by is not None:
        raise MoveNotAllowed("this notice was changed or called off already")
    return found
