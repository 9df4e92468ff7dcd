"""From when to when the record and the plans of a store reach: the ends of a slider through time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import rollups
from data.base import Base
from data.journal import JournalRow
from layers.cell_state.queries import SIZES
from layers.cell_state.record import cell_deltas

#: How far ahead is looked at most: one zone until next year would leave no room for this week on a slider.
AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The earliest moment anything is known of, and the last one for which anything is planned; never before now."""

    first: datetime
    last: datetime


def timeline(session: Session, now: datetime) -> Timeline:
    """The ends of the record. Every figure asked for is the end of an index."""
    spans = Base.metadata.tables["cell_spans"]
    starts, ends = spans.c.starts, spans.c.ends
    known = [session.execute(select(func.min(cell_deltas.c.at))).scalar()]
    planned = [session.execute(select(func.max(ends)).where(ends < rollups.NEVER_MS)).scalar()]
    for size in SIZES:
        query = select(func.min(starts), func.max(starts)).where(spans.c.size == size, starts > rollups.ALWAYS_MS)
        first, last = session.execute(query).one()
        known.append(first)
        planned.append(last)
    moments = [rollups.moment_of(one) for one in known if one is not None]
    began = session.execute(select(JournalRow.recorded_at).order_by(JournalRow.seq).limit(1)).scalar()
    latest = [rollups.moment_of(one) for one in planned if one is not None]
    return Timeline(
        min([*moments, *([began] if began else []), now]), max(now, min(max(latest, default=now), now + AHEAD))
    )
