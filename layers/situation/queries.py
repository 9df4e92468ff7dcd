"""Reads a situation from the record: for the public only what the map shows it, now and at past moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.journal import JournalRow
from geo.cells import COARSEST
from geo.coordinates import Box
from layers import catalogue
from layers.cell_state.moments import state_at
from layers.cell_state.queries import cells_with_amounts
from layers.compound_status import add_status
from layers.errors import BadInput
from layers.publication import queries as publications
from layers.publication.record import Publication
from layers.queries import features_in_box
from layers.situation import rules
from layers.situation.rules import Figures
from layers.text import Text

Rows = list[dict[str, Any]]

EVERYWHERE = Box(-180.0, -90.0, 180.0, 90.0)

#: Features of a layer that a report takes in at most. More cannot be told apart on its map, nor read in its tables.
MOST_FEATURES = 100_000

#: States of a drop that is not over yet, as far as anybody may know.
COMING = ("planned", "in_transit", "delivered")


@dataclass(frozen=True, slots=True)
class Moment:
    """What held at one moment. published: when the need figures were, None where they had not been, or for staff."""

    at: datetime
    published: datetime | None
    states: Mapping[int, Mapping[str, Any]]
    zones: Rows
    checkpoints: Rows
    drops: Rows
    figures: Figures


@dataclass(frozen=True, slots=True)
class Situation:
    """A report's content: its moments, oldest first, the last one being the report's own.

    res: the resolution of the places. compounds: those of the report's own moment, with their status then.
    """

    internal: bool
    res: int
    moments: list[Moment]
    compounds: Rows

    @property
    def now(self) -> Moment:
        """What held at the report's own moment."""
        return self.moments[-1]


class Unreported(BadInput):
    """There is nothing to report of a moment, in the words of both languages."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


def first_record(session: Session, internal: bool) -> datetime | None:
    """The earliest moment anything is known of, None in an empty store; for the public, anything public."""
    known = select(func.min(JournalRow.effective_at)).where(JournalRow.layer.in_([one.name for one in _told(internal)]))
    published = select(func.min(Publication.at))
    found = [session.execute(query).scalar() for query in ((known,) if internal else (known, published))]
    return min((moment for moment in found if moment is not None), default=None)


def situation(
    session: Session,
    at: datetime,
    now: datetime,
    zone: ZoneInfo,
    internal: bool,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Situation:
    """The situation at a moment and on the days before it. Raises Unreported where nothing is known of that moment.

    zone: of opening hours. progress: called with the moments read so far and how many there are.
    """
    first = first_record(session, internal)
    if first is None:
        raise Unreported(
            Text(
                "there is nothing in this store to report on yet: load compounds (linli load), or linli demo",
                "系统中还没有可报告的内容：请先导入小区（linli load），或使用演示数据（linli demo）",
            )
        )
    if at > now:
        told = _told_as(at)
        raise Unreported(
            Text(f"{told} is still to come: a report tells what is known", f"{told}尚未到来：报告只说明已知情况")
        )
    if at < first:
        told, begins = _told_as(at), _told_as(first)
        raise Unreported(
            Text(f"nothing is known of {told}: the record begins at {begins}", f"没有{told}的记录：记录始于{begins}")
        )
    res = _resolution(session, internal)
    chosen = rules.moments(at, first)
    compounds = _features(session, "compounds", at)
    found = []
    for done, moment in enumerate(chosen):
        progress(done, len(chosen))
        found.append(_moment(session, moment, now, zone, internal, res, compounds))
    progress(len(chosen), len(chosen))
    return Situation(internal, res, found, compounds)


def _told(internal: bool) -> list[Any]:
    return [layer for layer in catalogue.layers() if internal or layer.public]


def _told_as(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _resolution(session: Session, internal: bool) -> int:
    """The finest at which the places are few enough. For the public it follows from public amounts alone."""
    names = catalogue.rollup_columns() if internal else catalogue.layer("compounds").rollup_columns
    for res in range(rules.FINEST_DRAWN, COARSEST, -1):
        if len(cells_with_amounts(session, res, names)) <= rules.MOST_PLACES:
            return res
    return COARSEST


def _features(session: Session, name: str, at: datetime) -> Rows:
    """The features of a public layer that held at a moment, as everybody may know them, each in its state then."""
    return features_in_box(session, catalogue.layer(name), None, MOST_FEATURES, 0, True, at, True)


def _moment(
    session: Session, at: datetime, now: datetime, zone: ZoneInfo, internal: bool, res: int, compounds: Rows
) -> Moment:
    states = state_at(session, EVERYWHERE, res, at, now, zone, internal)
    published = None if internal else publications.moment_at(session, at)
    zones = _features(session, "quarantine_zones", at)
    add_status(session, compounds, at)
    locked = sum(row["households"] for row in compounds if row["status"] == "locked")
    return Moment(
        at,
        published,
        states,
        zones,
        [row for row in _features(session, "checkpoints", at) if row["state"] == "open"],
        [row for row in _features(session, "supply_drops", at) if row["state"] in COMING],
        rules.figures_of(states, internal, published is not None, len(zones), locked),
    )
