"""What becomes of a need after it is reported: the steps it takes, who takes them, and when."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from data.demo import names, words
from data.demo.chance import local_hour, one_of
from data.demo.reports import Report
from data.demo.rows import Move
from data.demo.shifts import serving

ROLE_OF = {"food": "delivery", "medicine": "delivery", "supplies": "delivery"}
ROLE_OF |= {"elder_care": "care", "child_care": "care", "counselling": "care", "medical_transport": "transport"}
COMMUNITY_NAMES = {code: name for code, name, *_ in names.COMMUNITIES}
# median hours of each step: until somebody looks, takes it, has met it; until the resident confirms
LOOK, TAKE, CONFIRM = 0.9, 4.0, 7.0
MEET = {"food": 13.0, "medicine": 9.0, "supplies": 17.0, "elder_care": 20.0, "child_care": 12.0, "counselling": 24.0}
MEET |= {"medical_transport": 7.0, "repairs": 30.0}
COURSES = (("met", 0.90), ("declined", 0.045), ("withdrawn", 0.055))
UNCOVERED_FACTOR = 3.0  # where no organization is at home in the role, somebody from further away comes later
DAY_BEGINS, DAY_ENDS = 7.0, 22.0


def course(report: Report, chance: Random) -> tuple[Move, ...]:
    """Every step of one need, in order, however far ahead; the caller keeps those that have happened."""
    community = report.household.compound.community
    desk = COMMUNITY_NAMES[community]
    pace = 0.3 if report.urgency == "urgent" else 1.0
    at = _later(report.at, LOOK * pace, report, chance)
    ends = one_of(chance, COURSES)
    if ends == "withdrawn" and chance.random() < 0.4:
        return (Move("withdrawn", at, "", chance.choice(words.WITHDRAWN)),)
    return (Move("acknowledged", at, desk), *_after_triage(report, at, ends, desk, pace, chance))


def carried_over(report: Report, place: int, chance: Random) -> tuple[Move, ...]:
    """The course of a line of the paper register: acknowledged as it is entered, then served like any other."""
    at = report.at + timedelta(seconds=60 + 5 * place)
    desk = COMMUNITY_NAMES[report.household.compound.community]
    return (Move("acknowledged", at, desk), *_after_triage(report, at, "met", desk, 1.6, chance))


def _after_triage(report: Report, at: datetime, ends: str, desk: str, pace: float, chance: Random) -> Iterator[Move]:
    if ends == "declined":
        at = _later(at, 1.5, report, chance)
        yield Move("declined", at, desk, chance.choice(words.DECLINED))
        if chance.random() > 0.2:
            return
        at = _later(at, 5.0, report, chance)
        yield Move("acknowledged", at, desk, chance.choice(words.TAKEN_BACK))
    if ends == "withdrawn":
        yield Move("withdrawn", _later(at, 4.0, report, chance), "", chance.choice(words.WITHDRAWN))
        return
    yield from _served(report, at, pace, chance)


def _served(report: Report, at: datetime, pace: float, chance: Random) -> Iterator[Move]:
    """Taken by an organization, now and then handed back; met, now and then not really; mostly confirmed."""
    community = report.household.compound.community
    role = ROLE_OF.get(report.service, "")
    at_home = serving(role, community)
    taker = chance.choice(at_home) if at_home else _from_elsewhere(role, community, chance)
    slow = pace if at_home else pace * UNCOVERED_FACTOR
    at = _later(at, TAKE * slow, report, chance)
    yield Move("assigned", at, taker)
    if chance.random() < 0.06:
        at = _later(at, 5.0, report, chance)
        yield Move("acknowledged", at, taker, chance.choice(words.LAPSED))
        at = _later(at, 2.0, report, chance)
        yield Move("assigned", at, taker)
    at = _later(at, MEET[report.service] * slow, report, chance)
    yield Move("met", at, taker)
    if chance.random() < 0.05:
        at = _later(at, 3.0, report, chance)
        yield Move("assigned", at, "", chance.choice(words.REOPENED))
        at = _later(at, 5.0, report, chance)
        yield Move("met", at, taker)
    if chance.random() < 0.78:
        yield Move("confirmed", _later(at, CONFIRM, report, chance), "")


def _from_elsewhere(role: str, community: str, chance: Random) -> str:
    """An organization from another community in the role; for repairs the subdistrict's own volunteers see to it."""
    others = sorted({one for code in COMMUNITY_NAMES for one in serving(role, code)})
    if others:
        return chance.choice(others)
    return names.ORGANIZATIONS[0 if community.startswith("01") else 1][0]


def duplicate(report: Report, kept: str, chance: Random) -> tuple[Move, ...]:
    """The course of a second report of the same thing: the desk sees it and points to the one kept."""
    desk = COMMUNITY_NAMES[report.household.compound.community]
    at = _later(report.at, LOOK, report, chance)
    first: tuple[Move, ...] = (Move("acknowledged", at, desk),) if chance.random() < 0.4 else ()
    if first:
        at = _later(at, 1.0, report, chance)
    moves = (*first, Move("duplicate", at, desk, "", kept))
    if chance.random() > 0.04:
        return moves
    back = _later(at, 3.0, report, chance)
    state = "acknowledged" if first else "reported"
    return (*moves, Move(state, back, desk, chance.choice(words.TAKEN_BACK)))


def _later(at: datetime, hours: float, report: Report, chance: Random) -> datetime:
    """A moment some hours on, long waits now and then; what is not urgent waits for the next day's duty hours."""
    waits = hours * math.exp(chance.gauss(0, 0.75))
    moment = at + timedelta(seconds=max(60, round(waits * 3600)))
    hour = local_hour(moment)
    if report.urgency == "urgent" and chance.random() < 0.8:
        return moment
    if DAY_BEGINS <= hour < DAY_ENDS:
        return moment
    until_morning = (DAY_BEGINS - hour) % 24
    return moment + timedelta(seconds=round((until_morning + chance.uniform(0, 2.5)) * 3600))
