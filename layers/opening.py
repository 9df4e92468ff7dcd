"""When opening hours hold: OpenStreetMap's text, and the days of the calendar that are not what their weekday says.

Pure. On a special day hours are, from midnight to midnight, those of another day: on a holiday what the text says of
`PH` (where it says nothing, the weekday counts), on a workday put on a weekend those of a Monday, on a closure none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State

DayKind = Literal["holiday", "workday", "closure"]


class SpecialDay(NamedTuple):
    """A date and what it is instead of its weekday."""

    day: date
    kind: DayKind


#: How far opening hours are searched for their next turn. Longer says less often "ask again" of what never turns,
#: shorter is faster; most hours turn within a week.
LOOKED_AHEAD = timedelta(days=32)

#: A public holiday and an ordinary Monday of the library's own calendar, which stand in for those of a neighbourhood.
LIBRARY_CALENDAR, A_HOLIDAY, A_MONDAY = "CN", date(2024, 10, 1), date(2024, 9, 23)

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_open(hours: str, at: datetime, zone: ZoneInfo, special: Sequence[SpecialDay] = ()) -> bool:
    """Whether opening hours (local time; empty for always, whatever the day) hold at a moment."""
    here = at.astimezone(zone).replace(tzinfo=None)
    return not hours or _hours(hours, _near(special, here)).is_open(here)


def next_turn(hours: str, at: datetime, zone: ZoneInfo, special: Sequence[SpecialDay] = ()) -> datetime:
    """The next moment at which opening hours open or close, or after LOOKED_AHEAD, when they are to be asked again.

    Hours that never turn (Mo-Su 00:00-24:00) would be searched to the year 9999, which takes seconds.
    """
    here = at.astimezone(zone).replace(tzinfo=None)
    until = here + min(LOOKED_AHEAD, datetime.max - here)  # noqa: DTZ901 - local time, as here is
    turn = next((ends for _, ends, *_ in _hours(hours, _near(special, here)).intervals(here, until)), until)
    return turn.replace(tzinfo=zone).astimezone(at.tzinfo)


def _near(special: Sequence[SpecialDay], here: datetime) -> tuple[SpecialDay, ...]:
    """Only the special days that are looked at from here: each one makes the text longer, and its reading slower."""
    first = here.date() - min(timedelta(days=1), here.date() - date.min)
    last = here.date() + min(LOOKED_AHEAD, date.max - here.date())
    return tuple(one for one in special if first <= one.day <= last)


@lru_cache(maxsize=4096)
def _hours(text: str, special: tuple[SpecialDay, ...]) -> OpeningHours:
    rules = [text]
    for day, kind in special:
        told = _told(text, kind)
        if told is not None:
            rules.append(f"{day.year} {MONTHS[day.month - 1]} {day.day:02d} {told}")
    return OpeningHours("; ".join(rules))


@lru_cache(maxsize=4096)
def _told(text: str, kind: DayKind) -> str | None:
    """The hours of a special day; None where it is like any other."""
    if kind == "closure":
        return "off"
    if kind == "workday":
        return _of_day(text, A_MONDAY)
    return _of_day(text, A_HOLIDAY) if re.search(r"\bPH\b", text) else None


def _of_day(text: str, day: date) -> str:
    midnight = datetime.combine(day, time())
    end = midnight + timedelta(days=1)
    found = OpeningHours(text, country=LIBRARY_CALENDAR).intervals(midnight, end)
    spans = [
        f"{starts:%H:%M}-{'24:00' if ends >= end else f'{ends:%H:%M}'}"
        for starts, ends, state, _ in found
        if state == State.OPEN
    ]
    return ",".join(spans) or "off"


# ---- hours by weekday, as a form asks for them -----------------------------------------------------------------

#: The days a form asks for: Monday to Sunday, then public holidays.
WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAYS = (*WEEK, "PH")

_SPAN = r"(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
SPANS = re.compile(rf"{_SPAN}(?:,{_SPAN})*")
_RULE = re.compile(rf"(?:({'|'.join(WEEK)})(?:-({'|'.join(WEEK)}))?|(PH)) (off|{SPANS.pattern})")


def text_of_week(hours: dict[str, str]) -> str:
    """Opening hours text of the hours of each day of DAYS, such as "06:00-22:00" or "06:00-10:00,16:00-20:00"; "" for
    closed. A public holiday without hours of its own (no `PH`) is like any other day.
    """
    rules: list[str] = []
    first = 0
    for day in range(1, len(WEEK) + 1):
        if day == len(WEEK) or hours[WEEK[day]] != hours[WEEK[first]]:
            days = WEEK[first] if day == first + 1 else f"{WEEK[first]}-{WEEK[day - 1]}"
            rules.append(f"{days} {hours[WEEK[first]] or 'off'}")
            first = day
    if "PH" in hours:
        rules.append(f"PH {hours['PH'] or 'off'}")
    return "; ".join(rules)


def week_of_text(text: str) -> dict[str, str] | None:
    """The inverse of `text_of_week`; None for hours that say more than a week can (months, steps, comments)."""
    hours: dict[str, str] = {}
    for rule in text.split(";"):
        said = _RULE.fullmatch(rule.strip())
        if said is None:
            return None
        first, last, holiday, spans = said.groups()
        days = (holiday,) if holiday else WEEK[WEEK.index(first) : WEEK.index(last or first) + 1]
        hours.update(dict.fromkeys(days, "" if spans == "off" else spans))
    if not hours:
        return None
    return {**dict.fromkeys(WEEK, ""), **hours}
