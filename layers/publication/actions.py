"""Makes publications: the one way in which anything about needs becomes public."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.database import Database
from geo.cells import centers
from layers.needs.record import Need, NeedPrivate
from layers.needs.rules import PUBLISHED
from layers.publication import rules
from layers.publication.households import household_numbers
from layers.publication.record import Publication, PublishedCell
from layers.vocabulary.queries import vocabulary

#: Needs read at once. All at once would be as many objects for the collector of garbage to walk through.
BATCH = 10_000


def publish_if_due(database: Database, at: datetime) -> bool:
    """Publishes unless the clock's present slot is published already; whether it did."""
    with database.read() as session:
        last = session.execute(select(func.max(Publication.slot))).scalar()
    slot = rules.slot_of(at.timestamp())
    return (last is None or last < slot) and publish(database, at)


def publish(database: Database, at: datetime) -> bool:
    """Publishes for the clock's slot of `at`; False where another clock was first, or further already.

    The figures are computed from one consistent reading outside of the write, so that nobody waits for them.
    """
    with database.snapshot() as session:
        words = vocabulary(session).slots
        found = _figures(session, len(words))
    names = {slot: name for name, slot in words.items()}
    slot = rules.slot_of(at.timestamp())
    try:
        with database.write() as session:
            last = session.execute(select(func.max(Publication.slot))).scalar()
            if last is not None and last >= slot:
                return False
            number = (session.execute(select(func.max(Publication.number))).scalar() or 0) + 1
            session.execute(insert(Publication).inline(), {"number": number, "slot": slot, "at": at})
            rows = [
                {
                    "number": number,
                    "cell": one.cell,
                    "res": one.res,
                    "needs": one.needs,
                    "services": {names[slot]: count for slot, count in one.slots.items()},
                }
                for one in found
            ]
            if rows:
                session.execute(insert(PublishedCell).inline(), rows)
            _thin(session, at)
    except IntegrityError:  # two clocks wrote the same number or slot at once: the other one's publication stands
        return False
    return True


def _figures(session: Session, services: int) -> list[rules.Published]:
    leaves, slots, known, lngs, lats = _counted(session)
    if not len(leaves):
        return []
    lng, lat = _places(leaves, lngs, lats)
    return rules.choose(leaves, slots, household_numbers(known, lng, lat), services)


def _counted(session: Session) -> tuple[np.ndarray, np.ndarray, list[str | None], np.ndarray, np.ndarray]:
    """Leaf, service slot, household key, longitude and latitude (NaN where purged) of the needs that count.

    In the order of their ids: which of several households a nameless pin belongs to must not differ from one
    publication to the next.
    """
    query = (
        select(Need.leaf, Need.slot, Need.household, NeedPrivate.lng, NeedPrivate.lat)
        .join(NeedPrivate, NeedPrivate.need_id == Need.id, isouter=True)
        .where(Need.state.in_(PUBLISHED))
        .order_by(Need.id)
    )
    known: list[str | None] = []
    parts: list[tuple[np.ndarray, ...]] = []
    for rows in session.execute(query).partitions(BATCH):
        leaf, slot, household, lng, lat = zip(*rows, strict=True)
        known.extend(household)
        parts.append((np.array(leaf, dtype=np.int64), np.array(slot, dtype=np.int64),
                      np.array(lng, dtype=np.float64), np.array(lat, dtype=np.float64)))  # fmt: skip
    if not parts:
        return (*(np.empty(0, dtype=np.int64),) * 2, known, *(np.empty(0),) * 2)
    leaves, slots, lngs, lats = (np.concatenate(column) for column in zip(*parts, strict=True))
    return leaves, slots, known, lngs, lats


def _places(leaves: np.ndarray, lngs: np.ndarray, lats: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exact places, or the centre of the leaf where the private row has been purged."""
    center_lng, center_lat = centers(leaves)
    return np.where(np.isnan(lngs), center_lng, lngs), np.where(np.isnan(lats), center_lat, lats)


def _thin(session: Session, at: datetime) -> None:
    """Deletes the publications that are kept no longer, with their cells."""
    old = session.execute(select(Publication.number, Publication.at).where(Publication.at <= at - rules.KEPT_ALL))
    gone = rules.superfluous([(number, made) for number, made in old], at)
    if gone:
        session.execute(delete(PublishedCell).where(PublishedCell.number.in_(gone)))
        session.execute(delete(Publication).where(Publication.number.in_(gone)))
