"""Who reports a need, when and what: households of the compounds, in the rhythm of a locked-down fortnight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from shapely.geometry import Point

from data.demo import words
from data.demo.chance import DAYS_BACK, drawn, local_moment, one_of
from data.demo.houses import House, houses
from data.demo.places import Compound, compounds
from data.demo.zones import Restriction, rank_at, restrictions

A_DAY = 184  # needs on an average day
CARRIED_OVER = 64  # from the paper register, entered when the record begins
# how many reports each local hour brings, against the others: after breakfast, and when the day's deliveries are over
RHYTHM = (6, 4, 3, 2, 2, 4, 12, 34, 72, 88, 84, 58, 36, 32, 34, 38, 48, 76, 90, 82, 58, 36, 20, 11)
TREND = (0.8, 0.95, 1.1, 1.15, 1.2, 1.15, 1.0, 0.9, 0.9, 1.0, 1.1, 1.0, 0.95, 1.05)  # by day of the fortnight
PULL = (1.0, 1.5, 2.6, 4.2)  # how many more a household reports by the strictest order over it
# share of each service on the first and on the last day
SERVICES = {
    "food": (0.51, 0.22),
    "medicine": (0.11, 0.28),
    "supplies": (0.17, 0.10),
    "elder_care": (0.06, 0.07),
    "child_care": (0.04, 0.05),
    "counselling": (0.02, 0.16),
    "medical_transport": (0.05, 0.07),
    "repairs": (0.04, 0.05),
}
URGENT = {"medicine": 0.22, "medical_transport": 0.45, "elder_care": 0.15, "child_care": 0.2, "food": 0.07}
CHANNELS = (("web", 0.6), ("phone", 0.2), ("proxy", 0.13), ("paper", 0.07))
CHANNELS_OF_THE_OLD = (("web", 0.2), ("phone", 0.36), ("proxy", 0.3), ("paper", 0.14))
PEOPLE = ((1, 22), (2, 34), (3, 27), (4, 11), (5, 5), (6, 1))


class Household(NamedTuple):
    """One home that may ask: its compound, its place among the compound's households, its house and staircase."""

    compound: Compound
    number: int
    house: House

    @property
    def contact(self) -> str:
        """A number that no telephone network gives out: it begins with three zeros."""
        return f"000{self.compound.source_id[-3:]}{self.number:05d}"

    @property
    def unit(self) -> str:
        """The staircase, as it is written on letters."""
        return f"{self.number // 7 % self.house.units + 1}单元"

    @property
    def people(self) -> int:
        """How many live there; the same at every report."""
        return one_of(Random(self.contact), PEOPLE)  # noqa: S311 - nothing here is a secret


class Report(NamedTuple):
    """A need as it comes in."""

    household: Household
    service: str
    urgency: str
    words: str
    language: str
    channel: str
    at: datetime
    pin: Point


def reports(day: date) -> list[Report]:
    """Every report from fourteen days before `day` to the end of the day after it, in order of time."""
    chance = drawn("reports", day)
    orders = restrictions(day)
    found = [_carried_over(day, chance, place) for place in range(CARRIED_OVER)]
    for days in range(-DAYS_BACK, 2):
        known = found[-500:]
        for at in _moments(day, days, chance):
            again = chance.random() < 0.14
            household = chance.choice(known).household if again else _household(_compound(orders, at, chance), chance)
            found.append(_report(household, _service(days, chance), at, chance))
    return sorted(found, key=lambda one: (one.at, one.household.contact))


def _carried_over(day: date, chance: Random, place: int) -> Report:
    """A line of the paper register, entered within the first minutes of the record."""
    at = local_moment(day, -DAYS_BACK) + timedelta(seconds=4 * place)
    household = _household(_compound({}, at, chance), chance)
    service = chance.choices(("food", "medicine", "supplies"), (6, 2, 2))[0]
    return _report(household, service, at, chance)._replace(channel="paper")


def _moments(day: date, days: int, chance: Random) -> Iterator[datetime]:
    trend = TREND[(days + DAYS_BACK) % len(TREND)]
    for _ in range(round(A_DAY * trend * chance.uniform(0.93, 1.07))):
        hour = chance.choices(range(24), RHYTHM)[0]
        yield local_moment(day, days, hour) + timedelta(seconds=chance.randrange(3600))


def _compound(orders: dict[str, list[Restriction]], at: datetime, chance: Random) -> Compound:
    """A compound: large ones and closed ones ask more often."""
    weights = [one.households**0.8 * PULL[rank_at(orders.get(one.source_id, ()), at)] for one in compounds()]
    return chance.choices(compounds(), weights)[0]


def _household(compound: Compound, chance: Random) -> Household:
    number = chance.randrange(compound.households)
    standing = houses()[compound.source_id]
    return Household(compound, number, standing[number % len(standing)])


def _service(days: int, chance: Random) -> str:
    passed = min(1.0, (days + DAYS_BACK) / DAYS_BACK)
    return one_of(chance, [(name, first + (last - first) * passed) for name, (first, last) in SERVICES.items()])


def _report(household: Household, service: str, at: datetime, chance: Random) -> Report:
    old = household.compound.style == "village" or service == "elder_care"
    language = "en" if not old and chance.random() < 0.06 else "zh"
    said = chance.choice((words.EN if language == "en" else words.ZH)[service]) if chance.random() < 0.86 else ""
    urgency = "urgent" if chance.random() < URGENT.get(service, 0.04) else "ordinary"
    middle = household.house.outline.centroid
    pin = Point(middle.x + chance.uniform(-9, 9), middle.y + chance.uniform(-4, 4))
    channel = one_of(chance, CHANNELS_OF_THE_OLD if old else CHANNELS)
    return Report(household, service, urgency, said, language, channel, at, pin)
