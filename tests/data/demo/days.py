"""The days the demo neighbourhood is looked at on, made once a run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

from data.demo.neighbourhood import Neighbourhood, neighbourhood

DAY = date(2026, 7, 31)
DAYS = (DAY, date(2027, 1, 1), date(2028, 2, 29))
NOON = timedelta(hours=12)


def midnight(day: date) -> datetime:
    """The moment at which a day begins in China, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)


@cache
def filled(day: date = DAY, after: timedelta = NOON) -> Neighbourhood:
    """The neighbourhood as filled on the day, so long after its midnight."""
    return neighbourhood(day, midnight(day) + after)
