"""What is asked of needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import boxes
from geo import cells
from geo.coordinates import Box
from geo.distances import EARTH_RADIUS_M, great_circle_m
from layers.errors import BadInput, NotFound
from layers.link_tokens import hash_of
from layers.needs.counts import hashed
from layers.needs.record import Need, NeedMessage, NeedPhoto, NeedPrivate
from layers.needs.rules import OPEN, PUBLISHED, has_lapsed, row_at
from layers.vocabulary.queries import times

#: How far from a place neighbours are asked whether they mean the same: a street has one broken lamp, not two.
NEAR_M = 250.0

#: Shared needs named at once; a longer list is not read by somebody who needs help.
MOST_NEAR = 8


def open_by_state(session: Session) -> dict[str, int]:
    """How many needs there are in each open state, in the order in which they are passed through."""
    query = select(Need.state, func.count()).where(Need.state.in_(OPEN)).group_by(Need.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in OPEN}


def by_token(session: Session, token: str, at: datetime) -> dict[str, Any] | None:
    """The row, as it is at a moment, of the need whose private link ends in `token`; None where there is none.

    Nothing of needs_private.
    """
    hashed = hash_of(token)
    row = session.execute(select(Need.__table__).where(Need.token_hash == hashed)).mappings().first()
    return None if row is None else row_at(dict(row), at)


def next_claim_end(session: Session, at: datetime) -> datetime | None:
    """The next moment after `at` at which a claim ends, None for never."""
    return session.execute(select(func.min(Need.claim_until)).where(Need.claim_until > at)).scalar()


@dataclass(frozen=True, slots=True)
class SharedNeed:
    """A need of a place many use, as neighbours may know it: never its words, its exact place or who asked.

    mark: stands for the need in a form; it opens nothing and does not tell how many needs there are.
    """

    need_id: int
    mark: str
    service: str
    reported_at: datetime
    voices: int


def shared_near(session: Session, lng: float, lat: float) -> list[SharedNeed]:
    """Open needs of shared places within NEAR_M of a place, nearest first, WGS 84 degrees.

    Those whose service is reviewed first only once they are acknowledged. Distance is taken from the centre of the
    area, some 50 m across, in which the need lies: asking from many places finds out that area and no more.
    """
    near = boxes.leaves_near(Need.leaf, _around(lng, lat))
    seen = {name: PUBLISHED if one.review_first else OPEN for name, one in times(session).items()}
    query = select(Need.id, Need.leaf, Need.service, Need.reported_at, Need.voices, Need.state).where(
        Need.shared, Need.state.in_(OPEN)
    )
    rows = session.execute(query if near is None else query.where(near)).all()
    rows = [row for row in rows if row.state in seen.get(row.service, PUBLISHED)]
    metres = _metres([row.leaf for row in rows], lng, lat)
    nearest = sorted(zip(metres, rows, strict=True), key=lambda pair: (pair[0], -pair[1].id))
    return [
        SharedNeed(row.id, hashed(session, "shared", str(row.id)), row.service, row.reported_at, row.voices)
        for far, row in nearest[:MOST_NEAR]
        if far <= NEAR_M
    ]


def _around(lng: float, lat: float) -> Box:
    """A box that holds everything within NEAR_M."""
    high = math.degrees(NEAR_M / EARTH_RADIUS_M)
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    return Box(max(lng - wide, -180.0), max(lat - high, -90.0), min(lng + wide, 180.0), min(lat + high, 90.0))


def _metres(leaves: Sequence[int], lng: float, lat: float) -> list[float]:
    areas = cells.parent(np.array(leaves, dtype=np.int64), cells.FINEST)
    lngs, lats = cells.centers(areas)
    return [float(far) for far in great_circle_m(lngs, lats, lng, lat)]


def messages(session: Session, need_id: int) -> list[dict[str, Any]]:
    """What was said about a need, oldest first: rows of need_messages."""
    query = select(NeedMessage.__table__).where(NeedMessage.need_id == need_id).order_by(NeedMessage.id)
    return [dict(row) for row in session.execute(query).mappings()]


def photo_count(session: Session, need_id: int) -> int:
    """How many photos are kept with a need."""
    query = select(func.count()).select_from(NeedPhoto).where(NeedPhoto.need_id == need_id)
    return session.execute(query).scalar_one()


def held_by(session: Session, organization: str, at: datetime) -> list[dict[str, Any]]:
    """Rows of the needs an organization has at a moment, by the end of their claims; those without end come last."""
    query = select(Need.__table__).where(Need.state == "assigned", Need.organization == organization)
    ends_first = (Need.claim_until.is_(None), Need.claim_until, Need.id)
    found = [dict(row) for row in session.execute(query.order_by(*ends_first)).mappings()]
    return [row for row in found if not has_lapsed(row, at)]


def buildings_of(session: Session, need_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Compound and building of needs by their numbers, none for one that was purged. Private: for who has them."""
    query = select(NeedPrivate.need_id, NeedPrivate.compound, NeedPrivate.building)
    found = session.execute(query.where(NeedPrivate.need_id.in_(need_ids)))
    return {need_id: (compound, building) for need_id, compound, building in found}


def number_of_reference(session: Session, reference: str) -> int:
    """The number of the need with this reference. Raises NotFound, and BadInput where two needs share it."""
    found = session.execute(select(Need.id).where(Need.reference == reference).limit(2)).scalars().all()
    if not found:
        raise NotFound(f"there is no need {reference}")
    if len(found) > 1:
        reason = f"two needs have the reference {reference}; name the one that is meant by its number"
        raise BadInput(reason, [{"field": "need", "reason": reason}])
    return found[0]
