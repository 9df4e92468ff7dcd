"""Counts reports by device and by area, in the store, so that nobody floods the map from behind several processes."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.keeping import household_key
from geo import cells
from layers.errors import LinliError
from layers.needs.record import ReportCount

#: Reports and voices taken from one network address in an hour. A building of two hundred homes, or a community
#: office with its telephones, can be behind one; fewer shuts them out, more lets one script write faster than staff
#: can decline.
MOST_OF_DEVICE = 120

#: Reports of one area (about 350 m across, some thousand households) in an hour, whoever sends them; each hour fewer
#: by less than AREA_SLACK, how many is secret: who is refused would otherwise know how many others had asked for help.
MOST_OF_AREA, AREA_SLACK = 600, 100
AREA_RESOLUTION = 9

#: How long counts are kept; they name no person and no address, and are good for one hour.
COUNTS_KEPT = timedelta(days=1)


class TooManyReports(LinliError):
    """More reports than are taken in an hour; after `retry_after` seconds the next hour begins."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Very many requests came from here within the hour. Please telephone, or try again later.")
        self.retry_after = retry_after


def count_report(session: Session, address: str, lng: float, lat: float, at: datetime) -> None:
    """Counts one report from a network address, at a place in WGS 84 degrees. Raises TooManyReports."""
    count_device(session, address, at)
    area = cells.to_hex(cells.ancestor(cells.leaf_of(lng, lat), AREA_RESOLUTION))
    slack = int(hashed(session, "slack", area, str(_hour(at))), 16) % AREA_SLACK
    _count(session, f"area {area}", MOST_OF_AREA - slack, at)


def count_device(session: Session, address: str, at: datetime) -> None:
    """Counts one thing sent from a network address, which is kept as a keyed hash only. Raises TooManyReports."""
    _count(session, f"device {hashed(session, 'device', address)}", MOST_OF_DEVICE, at)


def hashed(session: Session, purpose: str, *words: str) -> str:
    """A hash that only this store can make, for telling apart without knowing who."""
    said = "\x1f".join((purpose, *words))
    return hmac.new(household_key(session), said.encode(), hashlib.sha256).hexdigest()[:32]


def forget_counts(session: Session, before: datetime) -> None:
    """Deletes the counts of hours that began before a moment."""
    session.execute(delete(ReportCount).where(ReportCount.hour < _hour(before)))


def _count(session: Session, counted: str, most: int, at: datetime) -> None:
    made: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = made.insert(ReportCount).values(counted=counted, hour=_hour(at), count=1)
    one_more = row.on_conflict_do_update(
        index_elements=[ReportCount.counted, ReportCount.hour], set_={"count": ReportCount.count + 1}
    )
    if session.execute(one_more.returning(ReportCount.count)).scalar_one() > most:
        raise TooManyReports(3600 - int(at.timestamp()) % 3600)


def _hour(at: datetime) -> int:
    return int(at.timestamp()) // 3600
