"""Open needs as arrays, with what decides what they weigh: read from the store, or kept and put right by number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from data import boxes
from geo.cells import COVER, Cells, Degrees, centers, parent
from geo.coordinates import Box
from layers.needs.record import Need
from layers.needs.rules import OPEN

Moments = NDArray[np.int64]

#: Numbers asked for at once: SQLite takes 32,766 values in one query.
_AT_ONCE = 5_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND
#: When the claim on a need ends that nobody has taken, and one without an end.
_FREE, _NEVER = -(2**62), 2**62


@dataclass(frozen=True, slots=True, eq=False)
class OpenNeeds:
    """One need a row, by cell and then by number: arrays of one length.

    cell: of resolution 11, with its centre. lng, lat: of its leaf. slot: its service's. reported, claimed_until:
    microseconds since 1970.
    """

    number: NDArray[np.int64]
    cell: Cells
    cell_lng: Degrees
    cell_lat: Degrees
    lng: Degrees
    lat: Degrees
    slot: NDArray[np.int64]
    is_urgent: NDArray[np.bool_]
    reported: Moments
    claimed_until: Moments

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> OpenNeeds:
        """The rows chosen."""
        return OpenNeeds(*(getattr(self, name)[chosen] for name in self.__slots__))

    def days_waited(self, at: datetime) -> NDArray[np.int64]:
        """Full days from the report of each to a moment, below 0 for one that is reported later."""
        return (_microseconds(at) - self.reported) // _DAY

    def is_taken(self, at: datetime) -> NDArray[np.bool_]:
        """Whether somebody has taken each, with a claim that has not ended by a moment."""
        return self.claimed_until > _microseconds(at)

    def replaced(self, numbers: Collection[int], by: OpenNeeds) -> OpenNeeds:
        """These needs, with others in place of those of some numbers."""
        rest = self.of(~np.isin(self.number, np.array(sorted(numbers), dtype=np.int64)))
        first, last = (np.searchsorted(rest.cell, by.cell, side=side) for side in ("left", "right"))
        spans = zip(first.tolist(), last.tolist(), by.number.tolist(), strict=True)
        places = [start + int(np.searchsorted(rest.number[start:end], number)) for start, end, number in spans]
        return OpenNeeds(*(np.insert(getattr(rest, name), places, getattr(by, name)) for name in self.__slots__))


def every_open_need(session: Session) -> OpenNeeds:
    """All needs that are open now."""
    return _read(session)


def open_among(session: Session, numbers: Collection[int]) -> OpenNeeds:
    """Those of some needs that are open now."""
    ordered = sorted(numbers)
    parts = [
        _read(session, Need.id.in_(ordered[start : start + _AT_ONCE])) for start in range(0, len(ordered), _AT_ONCE)
    ]
    return _in_order(_joined(parts)) if parts else _read(session, Need.id.in_(()))


def open_near(session: Session, services: Collection[str], box: Box | None) -> OpenNeeds:
    """The needs of some services that are open now, in a box and around it."""
    near = None if box is None else boxes.leaves_near(Need.leaf, box)
    return _read(session, Need.service.in_(services), *(() if near is None else (near,)))


def _read(session: Session, *wanted: ColumnElement[bool]) -> OpenNeeds:
    query = select(Need.id, Need.leaf, Need.slot, Need.urgency, Need.reported_at, Need.state, Need.claim_until)
    rows = session.execute(query.where(Need.state.in_(OPEN), *wanted)).all()
    number, leaf, slot, urgency, reported, state, until = zip(*rows, strict=True) if rows else [()] * 7
    leaves = np.array(leaf, dtype=np.int64)
    ends = [_ends(*one) for one in zip(state, until, strict=True)]
    columns = [np.array(column, dtype=np.int64) for column in (number, slot, [_microseconds(one) for one in reported])]
    is_urgent = np.array([one == "urgent" for one in urgency], dtype=bool)
    lngs, lats = centers(leaves)
    cell = parent(leaves, COVER)
    return _in_order(
        OpenNeeds(
            columns[0],
            cell,
            *centers(cell),
            lngs,
            lats,
            columns[1],
            is_urgent,
            columns[2],
            np.array(ends, dtype=np.int64),
        )
    )


def _in_order(needs: OpenNeeds) -> OpenNeeds:
    return needs.of(np.lexsort((needs.number, needs.cell)))


def _joined(parts: list[OpenNeeds]) -> OpenNeeds:
    return OpenNeeds(*(np.concatenate([getattr(part, name) for part in parts]) for name in OpenNeeds.__slots__))


def _ends(state: str, until: datetime | None) -> int:
    if state != "assigned":
        return _FREE
    return _NEVER if until is None else _microseconds(until)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
