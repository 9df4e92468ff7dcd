"""The map of shortfall kept ready in the process: what writes change is read again, the rest is counted from arrays.

Open needs are put right by the numbers the journal names; names of compounds, what is closed and who is on duty are
read again after a change of theirs. An answer is as of the full minute. `tests/layers` holds it equal to what a plan
says of the same window.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import journal, streets
from data.backup import STORE
from data.database import Database
from data.journal import JournalRow
from data.watch import Watch
from geo.cells import Cells, centers
from layers.compounds.queries import nearest_names, standing
from layers.errors import TooMuch
from layers.planning.claims import claims_of_others
from layers.planning.demand import OnDuty, asked_for, on_duty_in, served
from layers.planning.field import outside_of
from layers.planning.gates import without_gate
from layers.planning.ground import Restrictions, restrictions_at
from layers.planning.open_needs import OpenNeeds, every_open_need, open_among
from layers.planning.plan import WithoutGate
from layers.planning.queries import weights_kept
from layers.planning.rules import Request, checked
from layers.planning.shortfall import Shortfall, by_cell
from layers.vocabulary.queries import vocabulary

#: Journal rows looked through one by one. After more (a load, a long sleep) everything is read anew instead.
MOST_NEWS = 5_000

#: Answers, and parts of them, kept at once: people look at some roles and windows, mostly at the same ones.
MOST_KEPT = 8

#: Layers that decide what is closed, and whose homes have no open gate near.
CLOSING = frozenset({"compounds", "quarantine_zones", "checkpoints"})


class KeptShortfall:
    """What nobody takes care of, for any role and window; safe to use from several threads, which take turns."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database, self._zone = database, zone
        self._lock = threading.Lock()
        self._watch = Watch(database)
        self._answers: dict[Hashable, Shortfall] = {}
        self._forget()

    def of(self, request: Request, now: datetime) -> Shortfall:
        """The shortfall of a request (how many volunteers there are does not matter), as of the full minute.

        Raises BadInput as a plan does.
        """
        minute = now.replace(second=0, microsecond=0)
        asked = replace(request, starts_at=max(request.starts_at, minute), volunteers=1)
        with self._lock, self._watch as is_new:
            if is_new:
                self._answers.clear()
            if asked not in self._answers:
                with self._database.snapshot() as session:
                    self._catch_up(session)
                    _keep(self._answers, asked, self._made(session, asked, minute))
            return self._answers[asked]

    def _forget(self) -> None:
        self._seq = -1
        self._needs: OpenNeeds | None = None
        self._closed: dict[Hashable, Restrictions] = {}
        self._shut_in: dict[Hashable, list[WithoutGate] | None] = {}
        self._on_duty: dict[Hashable, list[OnDuty]] = {}
        self._names = Names()

    def _catch_up(self, session: Session) -> None:
        """Forgets what was changed since the last look, and reads changed needs."""
        seq = journal.latest(session)
        query = select(JournalRow.layer, JournalRow.feature_id).where(JournalRow.seq > self._seq).limit(MOST_NEWS + 1)
        news = session.execute(query).all() if 0 <= self._seq < seq else []
        layers = {layer for layer, _ in news}
        if seq < self._seq or len(news) > MOST_NEWS or STORE in layers:
            self._forget()
        elif layers:
            numbers = {number for layer, number in news if layer == "needs" and number is not None}
            if self._needs is not None and numbers:
                self._needs = self._needs.replaced(numbers, open_among(session, numbers))
            if layers & CLOSING:
                self._closed.clear()
                self._shut_in.clear()
            if "compounds" in layers:
                self._names = Names()
            if "volunteer_shifts" in layers:
                self._on_duty.clear()
        self._seq = seq

    def _made(self, session: Session, asked: Request, minute: datetime) -> Shortfall:
        words, weights = vocabulary(session), weights_kept(session)
        request = checked(asked, list(words.roles), minute)
        if self._needs is None:
            self._needs = every_open_need(session)
        closed = self._closed_at(session, request.starts_at)
        found = asked_for(self._needs, request, words, closed, weights)
        taken = served(self._on_duty_in(session, request), request, found, weights)
        figures = by_cell(found, taken, outside_of(found.cell, _left_out(session, request)))
        near, names = self._names.of(session, figures.cell, request.starts_at)
        return Shortfall(figures, near, names, self._without_gate(session, closed, request))

    def _closed_at(self, session: Session, at: datetime) -> Restrictions:
        if at not in self._closed:
            _keep(self._closed, at, restrictions_at(session, at, self._zone))
        return self._closed[at]

    def _on_duty_in(self, session: Session, request: Request) -> Sequence[OnDuty]:
        key = (request.role, request.starts_at, request.ends_at)
        if key not in self._on_duty:
            _keep(self._on_duty, key, on_duty_in(session, *key))
        return self._on_duty[key]

    def _without_gate(self, session: Session, closed: Restrictions, request: Request) -> Sequence[WithoutGate] | None:
        """The same while the same zones hold over the same compounds, with the same gates and streets."""
        key = (
            tuple(zone["id"] for zone in closed.zones),
            tuple((one["id"], one["status"]) for one in closed.compounds),
            tuple(closed.gates), streets.whole(session), request.box,
        )  # fmt: skip
        if key not in self._shut_in:
            try:
                found: list[WithoutGate] | None = without_gate(session, closed, request.box)
            except TooMuch:
                found = None
            _keep(self._shut_in, key, found)
        return self._shut_in[key]


class Names:
    """Of cells of resolution 11 the name of the nearest compound, looked up once for each."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._standing: list[int] = []
        self._cells: Cells = np.empty(0, dtype=np.int64)
        self._near: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._numbers: dict[str, int] = {}

    def of(self, session: Session, cells: Cells, at: datetime) -> tuple[NDArray[np.intp], Sequence[str]]:
        """For each cell, in index order, the position of its name in a list of names; both as of a moment."""
        if at != self._at:
            there = standing(session, at)
            if there != self._standing:
                self._cells, self._near, self._numbers = self._cells[:0], self._near[:0], {}
            self._at, self._standing = at, there
        new = cells[~self._knows(cells)]
        if len(new):
            found = nearest_names(session, *centers(new), at)
            numbers = [self._numbers.setdefault(name, len(self._numbers)) for name in found]
            places = np.searchsorted(self._cells, new)
            self._cells = np.insert(self._cells, places, new)
            self._near = np.insert(self._near, places, numbers)
        return self._near[np.searchsorted(self._cells, cells)], tuple(self._numbers)

    def _knows(self, cells: Cells) -> NDArray[np.bool_]:
        if not len(self._cells):
            return np.zeros(len(cells), dtype=bool)
        at = np.minimum(np.searchsorted(self._cells, cells), len(self._cells) - 1)
        return np.asarray(self._cells[at] == cells)


def _left_out(session: Session, request: Request) -> tuple[int, ...]:
    """Cells that do not count by the terms of a request."""
    if not request.terms.without_claimed:
        return request.terms.excluded
    claims = claims_of_others(session, request.organization, request.starts_at, request.ends_at)
    return request.terms.excluded + tuple(cell for claim in claims for cell in claim.cells)


def _keep(kept: dict[Hashable, Any], key: Hashable, value: object) -> None:
    """Keeps a value, and of the others those that came last."""
    kept[key] = value
    if len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]
