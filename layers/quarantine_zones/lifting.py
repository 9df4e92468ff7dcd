"""When a zone can be lifted, and what its level means meanwhile: pure decisions over the administrator's table.

The first filling of that table follows the ninth edition of China's prevention and control plan (June 2022): a
lockdown or control zone goes down after the days without a case, the last contact's days, and a test of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from layers.text import Text

What = Literal["case", "contact", "negative"]

#: The column of a zone that each condition counts from.
FACTS: Mapping[What, str] = {"case": "last_case_on", "contact": "last_contact_on", "negative": "all_negative_on"}


@dataclass(frozen=True, slots=True)
class LevelRules:
    """What a level means to those behind it (may I leave, who delivers, whom do I call), and how many days each
    condition for lifting takes; a condition that is not asked at this level is not there.
    """

    level: str
    leave: Text
    delivery: Text
    call: Text
    days: Mapping[What, int]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition for lifting a zone, on one day.

    since: the day it counts from, None where none is on record. met_on: the first day on which it is met, None where
    that cannot be known. until: the last day on which it still is, None where it stays met. days_left: until met_on,
    0 when it is met, None where that cannot be known.
    """

    what: What
    days: int
    since: date | None
    met_on: date | None
    until: date | None
    days_left: int | None


def conditions(zone: Mapping[str, Any], began: date, rules: LevelRules, today: date) -> list[Condition]:
    """How each condition of the zone's level stands. began: the zone's first day, from which days without a case and
    without a contact count where neither is on record.
    """
    return [_condition(what, days, zone[FACTS[what]], began, today) for what, days in rules.days.items()]


def _condition(what: What, days: int, fact: date | None, began: date, today: date) -> Condition:
    if what == "negative":  # a test counts from its day on, and only for so long
        until = fact + timedelta(days=days) if fact else None
        is_fresh = until is not None and until >= today
        return Condition(what, days, fact, fact if is_fresh else None, until, 0 if is_fresh else None)
    since = fact or began
    met_on = since + timedelta(days=days)
    return Condition(what, days, since, met_on, None, max(0, (met_on - today).days))


def days_until_lifting(found: list[Condition]) -> int | None:
    """The days until all can be met if nothing new happens: a test of everybody can be made on any day, so it does not
    count. None where the level asks for no days.
    """
    days = [one.days_left for one in found if one.what != "negative" and one.days_left is not None]
    return max(days, default=None)


def is_met(found: list[Condition]) -> bool:
    """Whether the zone can be lifted today: every condition its level asks for is met."""
    return bool(found) and all(one.days_left == 0 for one in found)
