"""Dates and times as lists write them, read as moments in UTC; what can be read two ways is not guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Literal

from data.exchange.reasons import BadCell, ambiguous_date, not_a_moment

DayOrder = Literal["day", "month", ""]

#: Years outside are slips of the pen or "for ever" (9999), which is said by leaving the cell empty.
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200

_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?(?:[T\s]+(?P<rest>.+))?"
)
_DAY_OR_MONTH_FIRST = re.compile(
    r"(?P<first>\d{1,2})\s*[-/.]\s*(?P<second>\d{1,2})\s*[-/.]\s*(?P<year>\d{4})(?:[T,\s]+(?P<rest>.+))?"
)
_CLOCK = re.compile(
    r"(?P<before>上午|下午|中午|晚上|凌晨)?\s*(?P<hour>\d{1,2})"
    r"(?:\s*[:时点]\s*(?:(?P<minute>\d{1,2})\s*分?)?(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,]\d+)?\s*秒?)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"\d{10}|\d{13}")


def read_moment(cell: Any, zone: tzinfo, order: DayOrder = "") -> datetime:
    """The moment in UTC. Without a zone of its own a time is read in `zone`; a bare date is its midnight there.

    `order` says whether 04/05/2021 begins with the day or the month; "" refuses such a date unless one of the two is
    over 12. Raises BadCell.
    """
    if isinstance(cell, datetime):
        return _in_utc(cell, zone, cell)
    if isinstance(cell, date):
        return _in_utc(datetime.combine(cell, time()), zone, cell)
    text = str(cell).strip()
    try:
        return _in_utc(datetime.fromisoformat(text), zone, cell)
    except ValueError:
        return _in_utc(_written(unicodedata.normalize("NFKC", text).strip(), order, cell), zone, cell)


def day_order(cells: Iterable[Any]) -> DayOrder:
    """What the dates of one column say about day and month: the order their unambiguous ones share, "" if none do."""
    orders: set[DayOrder] = set()
    for cell in cells:
        if isinstance(cell, str) and (found := _DAY_OR_MONTH_FIRST.fullmatch(cell.strip())):
            first, second = int(found["first"]), int(found["second"])
            if first > 12 >= second:
                orders.add("day")
            elif second > 12 >= first:
                orders.add("month")
            if len(orders) > 1:
                return ""
    return orders.pop() if orders else ""


def _written(text: str, order: DayOrder, cell: Any) -> datetime:
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    elif found := _DAY_OR_MONTH_FIRST.fullmatch(text):
        year = int(found["year"])
        day, month = _day_and_month(int(found["first"]), int(found["second"]), order, cell)
    else:
        found = re.fullmatch(r"(?P<date>\d{8})[T\s]+(?P<rest>.+)", text)
        if not found:
            raise BadCell(not_a_moment(cell))
        year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    try:
        return _with_clock(datetime(year, month, day), found["rest"], cell)  # noqa: DTZ001 - its zone comes next
    except ValueError:
        raise BadCell(not_a_moment(cell)) from None


def _day_and_month(first: int, second: int, order: DayOrder, cell: Any) -> tuple[int, int]:
    if first == second:
        return first, second
    if first <= 12 and second <= 12 and not order:
        raise BadCell(ambiguous_date(cell))
    day_first = order == "day" if first <= 12 and second <= 12 else first > 12
    if order and day_first != (order == "day"):
        raise BadCell(ambiguous_date(cell))
    return (first, second) if day_first else (second, first)


def _with_clock(day: datetime, clock: str | None, cell: Any) -> datetime:
    if not clock:
        return day
    found = _CLOCK.fullmatch(clock.strip())
    if not found:
        raise BadCell(not_a_moment(cell))
    hour = int(found["hour"])
    half = (found["half"] or "").lower().replace(".", "")
    afternoon = half == "pm" or found["before"] in ("下午", "晚上", "中午")
    if half and not 1 <= hour <= 12:
        raise BadCell(not_a_moment(cell))
    if half == "am" and hour == 12:
        hour = 0
    elif afternoon and 1 <= hour < (11 if found["before"] == "中午" else 12):
        hour += 12
    moment = day.replace(hour=hour, minute=int(found["minute"] or 0), second=int(found["second"] or 0))
    zone = (found["zone"] or "").lower()
    if not zone:
        return moment
    offset = "+00:00" if zone in ("z", "utc", "gmt") else zone
    return datetime.fromisoformat(moment.isoformat() + offset)


def _in_utc(moment: datetime, zone: tzinfo, cell: Any) -> datetime:
    if not EARLIEST_YEAR <= moment.year < LATEST_YEAR:
        raise BadCell(not_a_moment(cell))
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
