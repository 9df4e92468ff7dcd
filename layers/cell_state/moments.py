"""The state of cells at any moment, from the record: what holds now less what was written as holding from later on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import rollups
from geo.cells import COARSEST, FINEST, Cells, parent
from geo.coordinates import Box
from layers import catalogue
from layers.cell_state import queries, rules
from layers.cell_state.holding import Figures, Holding, on_duty, served
from layers.cell_state.record import cell_deltas
from layers.cell_state.rules import State
from layers.figures import gathered
from layers.publication import queries as publications
from layers.vocabulary.queries import vocabulary


class Written(Protocol):
    """The amounts of the record as they were at one moment. It must not move while they are read."""

    def inside(self, box: Box, res: int) -> Cells:
        """The cells with their centre in the box where an amount is, or once was, not 0, in index order."""

    def later(self, names: Sequence[str], res: int) -> tuple[Cells, Figures]:
        """Cells in index order, and how much (cells × names) was written as holding only from after the moment."""

    def open_on_duty(self, holding: Holding, slots: Sequence[int]) -> tuple[Cells, Figures]:
        """Cells of resolution 11 under a shift on duty, and the needs open there at the moment (cells × slots)."""


class Stored:
    """The record as the store sums it. Every reading goes through all that was written since the moment."""

    def __init__(self, session: Session, at: datetime, now: datetime) -> None:
        self._session, self._at, self._is_past = session, at, at < now

    def inside(self, box: Box, res: int) -> Cells:
        """See Written."""
        return queries.in_box(queries.cells_with_amounts(self._session, res, catalogue.rollup_columns()), box)

    def later(self, names: Sequence[str], res: int) -> tuple[Cells, Figures]:
        """See Written. What is written for a coming moment is not looked at: amounts are those of now."""
        if not self._is_past:
            return np.empty(0, dtype=np.int64), np.empty((0, len(names)), dtype=np.int64)
        query = (
            select(cell_deltas.c.cell, *(func.sum(cell_deltas.c[name]) for name in names))
            .where(cell_deltas.c.at > rollups.milliseconds(self._at))
            .group_by(cell_deltas.c.cell)
            .order_by(cell_deltas.c.cell)
        )
        rows = np.array([tuple(row) for row in self._session.execute(query)], dtype=np.int64)
        rows = rows.reshape(-1, 1 + len(names))
        return gathered(rows[:, 0], rows[:, 1:], res)

    def open_on_duty(self, holding: Holding, slots: Sequence[int]) -> tuple[Cells, Figures]:
        """See Written."""
        cells, opened = queries.open_by_slot(self._session, slots)
        changed, sums = self.later([queries.open_column(slot) for slot in slots], FINEST)
        every = np.union1d(cells, changed)
        every = every[on_duty(holding, every)]
        counts = np.zeros((len(every), len(slots)), dtype=np.int64)
        for found, amounts, sign in ((cells, opened, 1), (changed, sums, -1)):
            inside = np.isin(found, every)
            counts[np.searchsorted(every, found[inside])] += sign * amounts[inside]
        return every, counts


@dataclass(frozen=True, slots=True)
class _Known:
    """What a moment knows of the cells of one resolution: figures of spans and publications, amounts of later, needs
    served, and the cells of the first two.
    """

    spans: Mapping[int, dict[str, int | str]]
    published: Mapping[int, tuple[int, dict[str, int]]]
    later: tuple[Cells, Figures]
    served: tuple[Cells, Figures]
    others: Cells


class Moment:
    """One moment for one audience. What it has read of a resolution it keeps: a map asks tile by tile."""

    def __init__(self, session: Session, written: Written, at: datetime, zone: ZoneInfo, internal: bool) -> None:
        self._written, self._at, self._internal = written, at, internal
        self._words = vocabulary(session)
        self._view = rules.view_of(catalogue.measures(), internal)
        self._columns = queries.Columns.of(self._view, self._words)
        idle = sorted(self._words.slots[name] for name in self._words.unserved) if internal else []
        self._names = (*self._columns.names, *(queries.taken_column(slot) for slot in idle))
        self._holding = queries.holding_at(session, at, zone, queries.span_layers(internal))
        self._known: dict[int, _Known] = {}

    def states(self, session: Session, box: Box, res: int) -> dict[int, State]:
        """The state of every cell of a resolution whose centre is in the box."""
        if res not in self._known:
            self._known[res] = self._read(session, res)
        known = self._known[res]
        wanted = np.union1d(self._written.inside(box, res), queries.in_box(known.others, box))
        rows = _rows_of(session, res, wanted, self._names)
        later, served = _of(wanted, known.later), _of(wanted, known.served)
        nothing = (0,) * len(self._names)
        found = {
            cell: self._state(known, cell, _less(rows.get(cell, nothing), later.get(cell)), served.get(cell, (0,))[0])
            for cell in wanted.tolist()
        }
        return {cell: state for cell, state in found.items() if state}

    def _read(self, session: Session, res: int) -> _Known:
        spans = queries.span_figures(self._holding, self._view, res)
        published = {} if self._internal else publications.seen_at(session, self._at, res)
        served = self._served(res) if self._internal else _NOTHING
        others = np.union1d(np.array(list(spans), dtype=np.int64), np.array(list(published), dtype=np.int64))
        return _Known(spans, published, self._written.later(self._names, res), served, others)

    def _served(self, res: int) -> tuple[Cells, Figures]:
        """By cell, the open needs that a shift on duty serves: only cells under one are looked at."""
        slots = [slot for _, slot in rules.service_names(self._words.slots)]
        cells, opened = self._written.open_on_duty(self._holding, slots)
        place = {name: slots.index(slot) for name, slot in self._words.slots.items()}
        amounts = served(self._holding, self._words.serves, place, cells, opened)
        return gathered(cells, amounts.reshape(-1, 1), res)

    def _state(self, known: _Known, cell: int, row: Sequence[int], served: int) -> State:
        width, first = len(self._columns.names), len(self._columns.amounts) + 1
        gap = sum(row[first:width]) - sum(row[width:]) - served if self._internal else 0
        return self._columns.state(row[:width], known.spans.get(cell, {}), gap, known.published.get(cell))


def state_at(
    session: Session, box: Box, res: int, at: datetime, now: datetime, zone: ZoneInfo, internal: bool = True
) -> dict[int, State]:
    """The state of every cell of a resolution whose centre is in the box, at any moment.

    Spans are asked for the moment itself. A coming moment has the amounts of now. In public, needs are those of the
    last publication kept before the moment.
    """
    return Moment(session, Stored(session, at, now), at, zone, internal).states(session, box, res)


#: No cells, one figure each.
_NOTHING = np.empty(0, dtype=np.int64), np.empty((0, 1), dtype=np.int64)


def _of(wanted: Cells, known: tuple[Cells, Figures]) -> dict[int, list[int]]:
    """What is known of some cells, each known one in index order."""
    cells, figures = known
    found = wanted[np.isin(wanted, cells)]
    return dict(zip(found.tolist(), figures[np.searchsorted(cells, found)].tolist(), strict=True))


def _less(row: Sequence[int], later: Sequence[int] | None) -> Sequence[int]:
    return row if later is None else [a - b for a, b in zip(row, later, strict=True)]


#: Cells are read in runs of those under one ancestor this many resolutions up: neighbours, some 2,400 at most.
_RUN = 4


def _rows_of(session: Session, res: int, cells: Cells, names: Sequence[str]) -> dict[int, tuple[int, ...]]:
    """The rollup rows of cells (in index order) and of some of their neighbours."""
    if not len(cells):
        return {}
    above = parent(cells, max(res - _RUN, COARSEST))
    runs = np.split(cells, np.flatnonzero(above[1:] != above[:-1]) + 1)
    return {
        row[0]: row[1:] for run in runs for row in queries.rollup_rows(session, res, int(run[0]), int(run[-1]), names)
    }
