"""The needs of the fortnight as rows with their history, as far as it had come at a given moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from shapely.geometry import Point

from data.demo import town
from data.demo.chance import drawn
from data.demo.courses import carried_over, course, duplicate
from data.demo.reports import CARRIED_OVER, Report, reports
from data.demo.rows import Move, NeedRow

DUPLICATES = 0.045  # of all needs: reported a second time by the same household


class Told(NamedTuple):
    """One need with its whole course, also the part that lies ahead."""

    source_id: str
    report: Report
    moves: tuple[Move, ...]
    pin: Point


def needs(day: date, until: datetime) -> list[NeedRow]:
    """Every need reported by `until`, its steps up to then, and the state these leave it in."""
    rows = []
    for told in _told(day):
        if told.report.at > until:
            break
        moves = tuple(move for move in told.moves if move.at <= until)
        rows.append(NeedRow(_values(told, moves), told.pin, moves))
    return rows


def _values(told: Told, moves: tuple[Move, ...]) -> dict[str, object]:
    report, home = told.report, told.report.household
    values = {
        "source_id": told.source_id,
        "service": report.service,
        "urgency": report.urgency,
        "people": home.people,
        "words": report.words,
        "contact": home.contact,
        "compound": home.compound.name,
        "building": f"{home.house.number}幢",
        "unit": home.unit,
        "channel": report.channel,
        "language": report.language,
        "reported_at": report.at,
        "state": moves[-1].state if moves else "reported",
        "lng": told.pin.x,
        "lat": told.pin.y,
    }
    return {key: value for key, value in values.items() if value != ""}


@lru_cache(maxsize=2)
def _told(day: date) -> tuple[Told, ...]:
    """Every need of the days around `day`, numbered in order of time: the numbers do not depend on when one looks."""
    chance = drawn("courses", day)
    first = reports(day)
    twice = [_again(at, report, chance.random(), chance.random()) for at, report in enumerate(first)]
    seconds = [(report, of) for report, of in twice if report is not None]
    everything = [(report, -1) for report in first] + seconds
    ordered = sorted(enumerate(everything), key=lambda one: (one[1][0].at, one[0]))
    ids = {place: f"demo-need-{number:05d}" for number, (place, _) in enumerate(ordered, 1)}
    told = []
    for place, (report, of) in ordered:
        if of >= 0:
            moves = duplicate(report, ids[of], chance)
        elif place < CARRIED_OVER:
            moves = carried_over(report, place, chance)
        else:
            moves = course(report, chance)
        told.append(Told(ids[place], report, moves, town.to_wgs84(report.pin)))
    return tuple(told)


def _again(place: int, report: Report, luck: float, wait: float) -> tuple[Report | None, int]:
    """The same report a second time, minutes to hours later, for a few of them."""
    if luck > DUPLICATES or place < CARRIED_OVER:
        return None, place
    at = report.at + timedelta(seconds=round(600 + wait * 4 * 3600))
    return report._replace(at=at, channel="web" if report.channel != "web" else "phone"), place
