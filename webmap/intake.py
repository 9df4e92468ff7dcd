"""Writes what residents send at the same moment in one transaction: on the worst day they all send at once.

A transaction costs several times what one more need in it does. Whoever comes first writes for all who have come by the
time it is their turn; the others wait, and are told when it is safely kept. A transaction in which anything goes wrong
is done over, each need alone, so that nobody is refused for another one's fault (docs/decisions/0039).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from data import journal
from data.availability import StoreAway
from data.database import Database
from layers.actor import RESIDENT, Actor
from layers.needs import additions, counts
from layers.needs.actions import Report, Reported, report_all

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: Needs written in one transaction: it stays shorter than a tenth of a second.
MOST_AT_ONCE = 50


@dataclass
class Arrival:
    """A report on its way into the store: the network address it is counted under, None where no limit holds; photos;
    and what became of it.
    """

    report: Report
    counted_under: str | None
    photos: Sequence[additions.Photo] = ()
    outcome: Reported | Exception | None = None
    called: threading.Event = field(default_factory=threading.Event)  # kept, or first of those who wait


def write_all(session: Session, arrivals: Sequence[Arrival], actor: Actor) -> list[Reported]:
    """Takes in all or none; raises BadInput, or TooManyReports above the limits of counts."""
    journal.wait_for_place(session)  # first of all: whoever had written a key before could wait for who waits for it
    taken = report_all(session, [one.report for one in arrivals], actor)
    for one, reported in zip(arrivals, taken, strict=True):
        if reported.repeated:
            continue
        report = one.report
        if one.counted_under is not None:
            counts.count_report(session, one.counted_under, report.lng, report.lat, report.at)
        if one.photos:
            additions.add_photos(session, reported.need_id, one.photos, report.at)
    return taken


class Intake:
    """What residents send to one store through one process; safe to use from its threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[Arrival] = []
        self._guard = threading.Lock()
        self._is_led = False  # whether somebody is writing for all

    def take(self, arrival: Arrival) -> Reported:
        """Gives what became of a report once it is kept, or raises what was wrong with it."""
        with self._guard:
            self._waiting.append(arrival)
            leads, self._is_led = not self._is_led, True
        if not leads:
            with self._database.while_waiting():
                arrival.called.wait()
        if arrival.outcome is None:
            self._lead(arrival)
        if isinstance(arrival.outcome, Exception):
            raise arrival.outcome
        return cast(Reported, arrival.outcome)

    def _lead(self, arrival: Arrival) -> None:
        """Writes for all who wait until the report is kept, then leaves it to the next."""
        try:
            while arrival.outcome is None:
                self._write()
        finally:
            with self._guard:
                self._is_led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].called.set()

    def _write(self) -> None:
        together: list[Arrival] = []
        try:
            with self._database.write() as session:
                with self._database.while_waiting():
                    journal.wait_for_place(session)
                together = self._those_waiting()  # who came while this one waited for the store comes along
                taken: Sequence[Reported | Exception] = write_all(session, together, RESIDENT)
        except StoreAway as error:
            together = together or self._those_waiting()
            taken = [error] * len(together)
        except Exception:  # whoever is at fault is found by doing each alone
            together = together or self._those_waiting()
            taken = [self._alone(one) for one in together]
        for one, outcome in zip(together, taken, strict=True):
            one.outcome = outcome
            one.called.set()

    def _those_waiting(self) -> list[Arrival]:
        with self._guard:
            together, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        return together

    def _alone(self, arrival: Arrival) -> Reported | Exception:
        try:
            return self._database.written(lambda session: write_all(session, [arrival], RESIDENT)[0])
        except Exception as error:
            return error
