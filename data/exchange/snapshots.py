"""Dated lists turned into intervals: what stands on lists in a row holds from the first to the list that omits it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Interval:
    """What held from `starts` until `ends` (None: it stands on the last list), with the row it was first named in."""

    starts: datetime
    ends: datetime | None
    row: int


def intervals(rows: Iterable[tuple[Hashable, datetime]]) -> list[Interval]:
    """Intervals of things named on dated lists. Rows are (what, date of the list); equal `what`s are the same thing.

    The dates of all rows are the lists there were. A thing that is missing on one list and back on the next has two
    intervals; one named twice on a list is named once. In the order in which they begin, then of the file.
    """
    dates: set[datetime] = set()
    named: dict[Hashable, dict[datetime, int]] = {}
    for position, (what, date) in enumerate(rows):
        dates.add(date)
        named.setdefault(what, {}).setdefault(date, position)
    lists = sorted(dates)
    following = dict(zip(lists, [*lists[1:], None], strict=False))
    found: list[Interval] = []
    for days in named.values():
        starts: datetime | None = None
        for date in sorted(days):
            starts = starts or date
            ends = following[date]
            if ends is None or ends not in days:
                found.append(Interval(starts, ends, days[starts]))
                starts = None
    return sorted(found, key=lambda interval: (interval.starts, interval.row))
