"""What held at past moments, for staff, out of what the process keeps of the record.

The store can sum the record for any moment, but each time it goes through all that was written since. Here it is read
once, back to the earliest moment anybody asked for, and a step through time is a look into arrays. `tests/layers`
holds the answers equal to those of the store.
"""

from __future__ import annotations

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import journal, rollups
from data.backup import STORE
from data.database import Database
from data.journal import JournalRow
from geo.coordinates import Box
from layers import catalogue
from layers.cell_state.kept_changes import KeptChanges
from layers.cell_state.moments import Moment, Stored, Written
from layers.cell_state.rules import State

#: Moments kept with what was read for them: one is asked for tile by tile, and by several people.
MOMENTS = 8


class Past:
    """The state of cells at past and coming moments; safe to use from several threads, which take turns."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database, self._zone = database, zone
        self._lock = threading.Lock()
        self._kept: KeptChanges | None = None
        self._seq = 0
        self._moments: dict[datetime, Moment] = {}

    def state_at(self, box: Box, res: int, at: datetime, now: datetime) -> dict[int, State]:
        """See layers.cell_state.moments.state_at, of which this is the internal view."""
        with self._lock, self._database.snapshot() as session:
            kept = self._caught_up(session)
            moment = self._moments.get(at)
            if moment is None:
                moment = Moment(session, self._written(session, kept, at, now), at, self._zone, internal=True)
                if at < now:  # a coming moment has the amounts of whatever now is
                    self._moments[at] = moment
                if len(self._moments) > MOMENTS:
                    del self._moments[next(iter(self._moments))]
            return moment.states(session, box, res)

    def _caught_up(self, session: Session) -> KeptChanges:
        """What is kept, as of the session's moment."""
        seq = journal.latest(session)
        if self._kept is None or seq < self._seq:
            self._kept = KeptChanges(session)
        elif seq > self._seq:
            query = select(JournalRow.layer).where(JournalRow.seq > self._seq).distinct()
            layers = set(session.execute(query).scalars())
            if STORE in layers:  # changes were taken out of the record
                self._kept = KeptChanges(session)
            else:
                self._kept.take_in(session, cells_too=bool(layers & _untimed()))
        if seq != self._seq:
            self._moments.clear()
        self._seq = seq
        return self._kept

    def _written(self, session: Session, kept: KeptChanges, at: datetime, now: datetime) -> Written:
        start = rollups.milliseconds(at if at < now else datetime.max.replace(tzinfo=at.tzinfo))
        return kept.since(start) if kept.reach(session, start) else Stored(session, at, now)


def _untimed() -> frozenset[str]:
    """Layers some of whose amounts hold always: no change tells where they stand."""
    return frozenset(layer.name for layer in catalogue.layers() if layer.rollup_columns and layer.name != "needs")
