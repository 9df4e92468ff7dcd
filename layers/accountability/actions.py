"""Closes months: computes what is published of each, once, and keeps it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from data.database import Database
from layers.accountability.queries import cases_of, first_look, households_by_community, kept_months, voices_of
from layers.accountability.record import ClosedMonth
from layers.accountability.rules import as_kept, figures_of, month_of, months_between


def close_months(database: Database, now: datetime, zone: ZoneInfo) -> list[str]:
    """Computes and keeps every month of the zone that is over and not kept yet; their names, in order.

    Computed from one consistent reading outside of the write, so that nobody waits for it. Where two clocks close the
    same month at once, what the first one wrote stands.
    """
    with database.read() as session:
        first = first_look(session)
        known = set(kept_months(session))
    due = [] if first is None else [name for name in months_between(first, now, zone) if name not in known]
    return [name for name in due if _close(database, name, now, zone)]


def _close(database: Database, name: str, now: datetime, zone: ZoneInfo) -> bool:
    month = month_of(name, zone)
    with database.snapshot() as session:
        cases, voices = cases_of(session, month), voices_of(session, month)
        figures = figures_of(month, cases, voices, households_by_community(session, month.ends))
    try:
        with database.write() as session:
            session.execute(insert(ClosedMonth), {"month": name, "computed_at": now, "figures": as_kept(figures)})
    except IntegrityError:
        return False
    return True
