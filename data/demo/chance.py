"""Chance that repeats itself: every part of the demo has a generator of its own, so that no part shifts another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import TypeVar

T = TypeVar("T")
LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")  # China keeps one clock without summer time
DAYS_BACK, DAYS_AHEAD = 14, 7


def drawn(part: str, day: date | None = None) -> Random:
    """The generator of one part of the demo: the same for the same part and day, in every process."""
    return Random(f"linli {part} {day.toordinal() if day else 'town'}")  # noqa: S311 - nothing here is a secret


def local_moment(day: date, days: int, hour: float = 0.0) -> datetime:
    """The moment, in UTC, at `hour` o'clock local time, `days` after `day` (negative: before)."""
    midnight = datetime.combine(day + timedelta(days=days), time(), LOCAL)
    return (midnight + timedelta(minutes=round(hour * 60))).astimezone(UTC)


def local_hour(moment: datetime) -> float:
    """The local time of day in hours, e.g. 17.5 for half past five in the afternoon."""
    local = moment.astimezone(LOCAL)
    return local.hour + local.minute / 60 + local.second / 3600


def one_of(chance: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """One of the things, as often as its weight says."""
    things, weights = zip(*weighted, strict=True)
    return chance.choices(things, weights)[0]
