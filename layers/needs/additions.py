"""What is added to a need, or put right in it, beside its moves: words, photos, voices, ratings, its place.

None of it moves a figure but a corrected place. All of it is in the journal, without its content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data import areas
from data.bulk import insert_rows
from geo import cells
from layers import features
from layers.actor import Actor
from layers.errors import BadInput, MoveNotAllowed
from layers.needs import LAYER
from layers.needs.record import Need, NeedMessage, NeedPhoto, NeedPrivate, NeedVoice
from layers.needs.rules import MAY_RATE, WORDS_LONGEST, plain

Sender = Literal["resident", "official", "organization"]
Kind = Literal["words", "message", "given", "reason"]

#: The most photos one need keeps; more says no more, and a phone on a weak signal has to send them.
MOST_PHOTOS = 3


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo made anew: JPEG bytes without anything else in them, and its size in pixels."""

    width: int
    height: int
    jpeg: bytes


def say(
    session: Session, row: dict[str, Any], sender: Sender, signed: str, kind: Kind, text: str, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Adds words to the need in `row`: more of the resident's, a message to the resident, what was given.

    Raises BadInput for none or too many.
    """
    words = plain(text).strip()
    if not words or len(words) > WORDS_LONGEST:
        reason = f"write between 1 and {WORDS_LONGEST} characters"
        raise BadInput(reason, [{"field": "text", "reason": reason}])
    content = {"need_id": row["id"], "at": at, "sender": sender, "signed": signed, "kind": kind, "text": words}
    session.execute(NeedMessage.__table__.insert(), content)  # type: ignore[attr-defined]
    features.note(session, LAYER, row, "say", actor, at, {"sender": sender, "kind": kind})


def rate(session: Session, row: dict[str, Any], stars: int, actor: Actor, at: datetime) -> None:
    """Keeps how the resident rates the help, 1 to 5; again while they like. Raises BadInput, MoveNotAllowed."""
    if not 1 <= stars <= 5:
        raise BadInput("a rating is 1 to 5", [{"field": "rating", "reason": "1 to 5"}])
    if row["state"] not in MAY_RATE:
        raise MoveNotAllowed(f"needs {row['id']} is {row['state']}; help is rated once it came")
    session.execute(update(Need).where(Need.id == row["id"]).values(rating=stars, rated_at=at))
    features.note(session, LAYER, row, "rate", actor, at)


def add_voice(session: Session, row: dict[str, Any], voice: str, actor: Actor, at: datetime) -> bool:
    """Adds a neighbour's "me too" under a keyed hash of the device; False where it was there already."""
    known = session.execute(select(NeedVoice.at).where(NeedVoice.need_id == row["id"], NeedVoice.voice == voice))
    if known.first() is not None:
        return False
    session.add(NeedVoice(need_id=row["id"], voice=voice, at=at))
    session.flush()
    session.execute(update(Need).where(Need.id == row["id"]).values(voices=Need.voices + 1))
    features.note(session, LAYER, row, "voice", actor, at)
    return True


def add_photos(session: Session, need_id: int, photos: Sequence[Photo], at: datetime) -> None:
    """Keeps photos with a need. Raises BadInput above MOST_PHOTOS."""
    if len(photos) > MOST_PHOTOS:
        reason = f"at most {MOST_PHOTOS} photos are kept"
        raise BadInput(reason, [{"field": "photos", "reason": reason}])
    rows = [{"need_id": need_id, "at": at, "width": p.width, "height": p.height, "jpeg": p.jpeg} for p in photos]
    insert_rows(session, NeedPhoto.__table__, rows)  # type: ignore[arg-type]


def read_private(session: Session, row: dict[str, Any], actor: Actor, at: datetime) -> dict[str, Any] | None:
    """Contact, words and exact place of the need in `row`, None once purged. Every reading is a journal row."""
    found = session.execute(select(NeedPrivate.__table__).where(NeedPrivate.need_id == row["id"])).mappings().first()
    features.note(session, LAYER, row, "read_contact", actor, at)
    return None if found is None else dict(found)


def hide_words(session: Session, row: dict[str, Any], hidden: bool, actor: Actor, at: datetime) -> None:
    """Hides the words of a need from everyone but officials, or shows them again."""
    session.execute(update(NeedPrivate).where(NeedPrivate.need_id == row["id"]).values(words_hidden=hidden))
    features.note(session, LAYER, row, "hide_words" if hidden else "show_words", actor, at)


def relocate(session: Session, row: dict[str, Any], lng: float, lat: float, actor: Actor, at: datetime) -> None:
    """Puts the place of a need right: WGS 84 degrees; its cell and community follow. The journal names cells only."""
    leaf = int(cells.leaves_of(np.array([lng]), np.array([lat]))[0])
    changes = {"leaf": leaf, "community": areas.community_of(session, lng, lat)}
    session.execute(update(NeedPrivate).where(NeedPrivate.need_id == row["id"]).values(lng=lng, lat=lat))
    features.correct(session, LAYER, row["id"], changes, actor, at)
