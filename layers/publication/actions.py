"""Makes publications: the one way in which anything about needs becomes public."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.database import Database
from layers.needs.record import Need, NeedPrivate
from layers.needs.rules import PUBLISHED
from layers.publication import rules
from layers.publication.record import Publication, PublishedCell
from layers.vocabulary.queries import vocabulary


def publish_if_due(database: Database, at: datetime) -> bool:
    """Publishes unless the clock's present slot is published already; whether it did."""
    with database.read() as session:
        last = session.execute(select(func.max(Publication.slot))).scalar()
    slot = rules.slot_of(at.timestamp())
    return (last is None or last < slot) and publish(database, at)


def publish(database: Database, at: datetime) -> bool:
    """Publishes for the clock's slot of `at`; False where another clock was first.

    The figures are computed from one consistent reading outside of the write, so that nobody waits for them.
    """
    with database.snapshot() as session:
        found = _figures(session)
        names = {slot: name for name, slot in vocabulary(session).slots.items()}
    try:
        with database.write() as session:
            number = (session.execute(select(func.max(Publication.number))).scalar() or 0) + 1
            row = {"number": number, "slot": rules.slot_of(at.timestamp()), "at": at}
            session.execute(insert(Publication).inline(), row)
            rows = [
                {
                    "number": number,
                    "cell": one.cell,
                    "res": one.res,
                    "needs": one.needs,
                    "services": {names[slot]: count for slot, count in sorted(one.slots.items())},
                }
                for one in found
            ]
            if rows:
                session.execute(insert(PublishedCell).inline(), rows)
    except IntegrityError:
        return False
    return True


def _figures(session: Session) -> list[rules.Published]:
    query = (
        select(Need.leaf, Need.slot, Need.household, NeedPrivate.lng, NeedPrivate.lat)
        .join(NeedPrivate, NeedPrivate.need_id == Need.id, isouter=True)
        .where(Need.state.in_(PUBLISHED))
    )
    rows = session.execute(query).all()
    if not rows:
        return []
    leaves, slots, known, lngs, lats = zip(*rows, strict=True)
    leaf_array = np.array(leaves, dtype=np.int64)
    lng, lat = _places(leaf_array, lngs, lats)
    households = rules.household_numbers(known, lng, lat)
    return rules.choose(leaf_array, np.array(slots, dtype=np.int64), households)


def _places(
    leaves: np.ndarray, lngs: tuple[float | None, ...], lats: tuple[float | None, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Exact places, or the centre of the cell where the private row has been purged."""
    from geo.cells import centers

    lng, lat = np.array(lngs, dtype=np.float64), np.array(lats, dtype=np.float64)
    center_lng, center_lat = centers(leaves)
    return np.where(np.isnan(lng), center_lng, lng), np.where(np.isnan(lat), center_lat, lat)
