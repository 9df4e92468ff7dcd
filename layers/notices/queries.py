"""What is asked of notices: which hold now, which hold over a place, what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.shapes import from_geojson
from layers.notices.record import Notice
from layers.notices.rules import SEVERITIES

#: How long a message stays on the list and in the feed after it was sent or has ended, and how many at most.
LISTED, MOST_LISTED = timedelta(days=30), 200


def by_id(session: Session, notice_id: int) -> Notice | None:
    """The message of a number."""
    return session.get(Notice, notice_id)


def listed(session: Session, at: datetime) -> list[Notice]:
    """Messages that hold, will hold, or were sent or ended not long ago; the newest first."""
    since = at - LISTED
    query = select(Notice).where((Notice.ends_at > since) | (Notice.sent_at > since))
    return list(session.execute(query.order_by(Notice.sent_at.desc(), Notice.id.desc()).limit(MOST_LISTED)).scalars())


def standing(session: Session, at: datetime) -> list[Notice]:
    """Notices that hold at a moment; the most serious first, then the newest."""
    query = select(Notice).where(
        Notice.message != "cancel",
        Notice.starts_at <= at,
        Notice.ends_at > at,
        Notice.replaced_at.is_(None) | (Notice.replaced_at > at),
    )
    order = list(SEVERITIES)
    found = session.execute(query.order_by(Notice.sent_at.desc(), Notice.id.desc())).scalars()
    return sorted(found, key=lambda one: order.index(one.severity))


def over(session: Session, place: BaseGeometry, at: datetime) -> Sequence[Notice]:
    """Those of `standing` whose area a place (a point, or a compound's outline) touches."""
    return [one for one in standing(session, at) if shapely.intersects(from_geojson(one.outline), place)]
