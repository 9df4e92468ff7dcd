"""Makes publications: the one way in which anything about needs becomes public."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.bulk import insert_rows
from data.database import Database
from geo.cells import centers
from layers.publication import rules
from layers.publication.counted import counted_needs
from layers.publication.households import household_numbers
from layers.publication.record import Publication, PublishedCell
from layers.vocabulary.queries import vocabulary


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
            insert_rows(session, PublishedCell.__table__, rows)  # type: ignore[arg-type]
            _thin(session, at)
    except IntegrityError:  # two clocks wrote the same number or slot at once: the other one's publication stands
        return False
    return True


def _figures(session: Session, services: int) -> list[rules.Published]:
    leaves, slots, known, lngs, lats = counted_needs(session)
    if not len(leaves):
        return []
    purged = np.isnan(lngs)  # then the need stands at the centre of its leaf
    lngs[purged], lats[purged] = centers(leaves[purged])
    return rules.choose(leaves, slots, household_numbers(known, lngs, lats), services)


def _thin(session: Session, at: datetime) -> None:
    """Deletes the publications that are kept no longer, with their cells."""
    old = session.execute(select(Publication.number, Publication.at).where(Publication.at <= at - rules.KEPT_ALL))
    gone = rules.superfluous([(number, made) for number, made in old], at)
    if gone:
        session.execute(delete(PublishedCell).where(PublishedCell.number.in_(gone)))
        session.execute(delete(Publication).where(Publication.number.in_(gone)))
