"""Fills what a need's row derives on its way in: slot, cell, household, community, reference."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import shapely
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from data import areas
from data.keeping import household_key
from geo import cells
from layers.needs import rules
from layers.vocabulary.queries import vocabulary

#: Digits and letters, none that is taken for another one on the phone.
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
#: 31**10 references: among 100,000 needs two share one once in 160,000 towns, and then staff see both.
REFERENCE_LENGTH = 10
_LETTER_OF_BYTE = bytes(ord(REFERENCE_LETTERS[byte % len(REFERENCE_LETTERS)]) for byte in range(256))

#: A clock on a phone may be this much ahead of ours before a report counts as coming from the future.
CLOCK_AHEAD = timedelta(minutes=10)

#: By store, under the household key of the store they were read from: another one may be put in its place.
_slots: WeakKeyDictionary[Engine, tuple[bytes, dict[str, int]]] = WeakKeyDictionary()


def prepare(session: Session, rows: list[dict[str, Any]], at: datetime) -> None:
    """Completes `rows` in place; a row that cannot be taken gets its reason under "rejected"."""
    key = household_key(session)
    slots = _slots_for(session, key, rows)
    points = [row["geometry"] for row in rows]
    lngs, lats = shapely.get_x(points), shapely.get_y(points)
    communities = areas.communities_of(session, lngs, lats)
    places = zip(lngs.tolist(), lats.tolist(), cells.leaves_of(lngs, lats).tolist(), communities, strict=True)
    for row, (lng, lat, leaf, community) in zip(rows, places, strict=True):
        row.update(lng=lng, lat=lat, leaf=leaf, community=community or "unknown")
        row["slot"] = slots.get(row["service"])
        row |= {"voices": 0, "reopened": 0, "claim_extended": False, "words_hidden": False}
        row["reported_at"] = row["reported_at"] or at
        row["household"] = rules.household_of(key, row["contact"], row["compound"], row["building"], row["unit"])
        if "reference" not in row:
            row |= {"reference": new_reference(), "token_hash": None}
        if row["slot"] is None:
            row["rejected"] = f"service {row['service']!r} is not known; known are {', '.join(slots)}"
        elif row["reported_at"] > at + CLOCK_AHEAD:
            row["rejected"] = f"reported_at {row['reported_at'].isoformat()} lies in the future"


def _slots_for(session: Session, key: bytes, rows: list[dict[str, Any]]) -> dict[str, int]:
    engine = session.get_bind().engine
    read_under, slots = _slots.get(engine, (b"", {}))
    if read_under != key or any(row["service"] not in slots for row in rows):
        slots = vocabulary(session).slots
        _slots[engine] = (key, slots)
    return slots


def new_reference() -> str:
    """A short reference to say on the phone, such as K7Q-F2M-9XTB; it opens nothing."""
    letters = secrets.token_bytes(REFERENCE_LENGTH).translate(_LETTER_OF_BYTE).decode()
    return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}"
