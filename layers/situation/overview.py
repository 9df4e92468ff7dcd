"""The figures that matter at the top of the dashboard: now, and a day before where the record can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.coordinates import Box
from layers import catalogue
from layers.cell_state.holding import measured
from layers.cell_state.queries import holding_at
from layers.compound_status import add_status
from layers.compounds.record import Compound
from layers.gate_staffing import unstaffed
from layers.supply_drops.queries import to_follow
from layers.supply_drops.rules import is_late
from layers.triage.queries import open_and_overdue

EVERYWHERE = Box(-180.0, -90.0, 180.0, 90.0)

#: The resolution of the areas that are counted as covered or not, about 350 m across: what a volunteer walks.
AREA = 9

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Before:
    """Figures of a past moment, from the record: open needs, areas with needs that nobody on duty serves, households
    behind a lockdown, drops due in the 24 hours after it.
    """

    open: int
    uncovered: int
    locked: int
    due: int


@dataclass(frozen=True, slots=True)
class Figures(Before):
    """The same now, with what the record of the past cannot say: overdue needs, late drops, open gates without a shift
    on duty.
    """

    overdue: int
    late: int
    unstaffed: int

    def since(self, before: Before) -> Mapping[str, int]:
        """By how much each figure grew, of those that are known for both moments."""
        names = Before.__slots__
        return MappingProxyType({name: getattr(self, name) - getattr(before, name) for name in names})


def figures_before(session: Session, at: datetime, states: Iterable[Mapping[str, Any]]) -> Before:
    """The figures of a past moment. states: of the areas then, as layers.cell_state.past keeps them ready."""
    states = list(states)
    return Before(
        open=sum(state.get("needs", 0) for state in states),
        uncovered=sum(state.get("gap", 0) > 0 for state in states),
        locked=locked_households(session, at),
        due=sum(state.get("drops", 0) for state in states),
    )


def figures_now(session: Session, now: datetime, zone: ZoneInfo, gaps: Mapping[int, int]) -> Figures:
    """The figures of the present moment. gaps: by cell of AREA, open needs that no shift on duty serves, as
    layers.cell_state.present keeps them ready: counting them anew takes seconds in a city.
    """
    opened, overdue = open_and_overdue(session, now)
    drops = catalogue.layer("supply_drops")
    holding = holding_at(session, now, zone, frozenset({drops.name}))
    return Figures(
        open=opened,
        uncovered=sum(gap > 0 for gap in gaps.values()),
        locked=locked_households(session, now),
        due=sum(int(measured(holding, measure, AREA)[1].sum()) for measure in drops.measures),
        overdue=overdue,
        late=sum(is_late(row, now) for row in to_follow(session, now, now + A_DAY)),
        unstaffed=len(unstaffed(session, now, zone)),
    )


def locked_households(session: Session, at: datetime) -> int:
    """Households of the compounds that are locked at a moment."""
    table = catalogue.layer("compounds").table
    starts, ends = Compound.valid_from, Compound.valid_to
    query = select(table.c.households, table.c.geometry).where(
        or_(starts.is_(None), starts <= at), or_(ends.is_(None), ends > at)
    )
    rows = [dict(row) for row in session.execute(query).mappings()]
    add_status(session, rows, at)
    return sum(row["households"] for row in rows if row["status"] == "locked")
