"""The changes of amounts since some moment as arrays, and what stands open in each cell now: the record in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, literal, select
from sqlalchemy.orm import Session

from data import rollups
from geo.cells import FINEST, Cells, parent
from geo.coordinates import Box
from layers import catalogue
from layers.cell_state import queries
from layers.cell_state.holding import Figures, Holding, on_duty
from layers.cell_state.record import cell_deltas, cell_rollups
from layers.cell_state.sheet import Sheet
from layers.vocabulary.queries import SLOTS

#: Changes kept at most, 17 bytes each. A moment for which more would be needed is left to the store.
MOST_KEPT = 20_000_000

#: Rows taken from the store at once.
_BATCH = 50_000

_OPEN = tuple(queries.open_column(slot) for slot in range(SLOTS))
_TAKEN = tuple(queries.taken_column(slot) for slot in range(SLOTS))


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Changes of amounts, one a row: arrays of one length.

    at: milliseconds since 1970. cell: a cell of resolution 11, or its place in a list of them. column: a place in the
    catalogue's rollup columns.
    """

    at: NDArray[np.int64]
    cell: Cells | NDArray[np.int32]
    column: NDArray[np.int8]
    amount: NDArray[np.int32]

    def of(self, chosen: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Changes:
        """The rows chosen."""
        return Changes(*(getattr(self, name)[chosen] for name in self.__slots__))


class KeptChanges:
    """All changes from `since` on, as of the last session it was shown; not for several threads at once."""

    def __init__(self, session: Session) -> None:
        self._origin = self._last = _latest(session)
        self._since = rollups.NEVER_MS
        self._changes = _joined([])
        self._cells, self._opened = _open_now(session)
        self._sheets: dict[int, tuple[Sheet, NDArray[np.intp]]] = {}

    def take_in(self, session: Session, cells_too: bool) -> None:
        """Takes in what was written meanwhile. cells_too: amounts that hold always may stand in new cells."""
        if cells_too:
            self._know(queries.cells_with_amounts(session, FINEST, catalogue.rollup_columns()))
        new = _read(session, cell_deltas.c.id > self._last)
        self._last = _latest(session)
        self._know(new.cell.astype(np.int64))
        new = self._placed(new)
        opened = self._opened.copy()
        is_open = np.isin(new.column, _columns(_OPEN))
        slot = new.column[is_open] - _columns(_OPEN)[0]
        np.add.at(opened, (new.cell[is_open], slot), new.amount[is_open])
        self._opened = opened
        self._add(new)

    def reach(self, session: Session, start: int) -> bool:
        """Reads back to a moment (milliseconds), unless that is too much to keep: False."""
        if start >= self._since:
            return True
        wanted = cell_deltas.c.at.between(start + 1, self._since) & (cell_deltas.c.id <= self._origin)
        count = session.execute(select(func.count()).where(wanted)).scalar_one()
        if len(self._changes.at) + 2 * count > MOST_KEPT:
            return False
        self._add(self._placed(_read(session, wanted)))
        self._since = start
        return True

    def since(self, start: int) -> Since:
        """The record as it was at a moment (milliseconds) that was reached."""
        return Since(self, start)

    def inside(self, box: Box, res: int) -> Cells:
        """The cells with their centre in the box where an amount is, or once was, not 0, in index order."""
        sheet, _ = self._sheet(res)
        return sheet.cells[sheet.inside(box)]

    def later(self, start: int, names: Sequence[str], res: int) -> tuple[Cells, Figures]:
        """Cells in index order, and how much (cells × names) changed there after a moment."""
        sheet, above = self._sheet(res)
        place = np.full(len(catalogue.rollup_columns()), -1)
        place[_columns(names)] = np.arange(len(names))
        changes = self._after(start)
        cell, column = above[changes.cell], place[changes.column]
        return _summed(sheet.cells, cell, column, changes.amount, len(names))

    def open_on_duty(self, start: int, holding: Holding, slots: Sequence[int]) -> tuple[Cells, Figures]:
        """Cells of resolution 11 under a shift on duty, and what was open there at a moment (cells × slots)."""
        inside = np.flatnonzero(on_duty(holding, self._cells))
        counts = self._opened[np.ix_(inside, np.array(slots, dtype=np.intp))].astype(np.int64)
        place = np.full(len(catalogue.rollup_columns()), -1)
        place[_columns([queries.open_column(slot) for slot in slots])] = np.arange(len(slots))
        found = np.full(len(self._cells), -1)
        found[inside] = np.arange(len(inside))
        changes = self._after(start)
        cell, column = found[changes.cell], place[changes.column]
        own = (cell >= 0) & (column >= 0)
        np.subtract.at(counts, (cell[own], column[own]), changes.amount[own])
        return self._cells[inside], counts

    def _after(self, start: int) -> Changes:
        return self._changes.of(slice(int(np.searchsorted(self._changes.at, start, side="right")), None))

    def _know(self, cells: Cells) -> None:
        """Takes in cells of resolution 11 that are not known yet, in any order."""
        new = np.setdiff1d(cells, self._cells)
        if not len(new):
            return
        known = np.union1d(self._cells, new)
        moved = np.searchsorted(known, self._cells)
        opened = np.zeros((len(known), SLOTS), dtype=self._opened.dtype)
        opened[moved] = self._opened
        changes = self._changes
        self._changes = Changes(changes.at, moved[changes.cell].astype(np.int32), changes.column, changes.amount)
        self._cells, self._opened = known, opened
        self._sheets.clear()

    def _placed(self, changes: Changes) -> Changes:
        place = np.searchsorted(self._cells, changes.cell).astype(np.int32)
        return Changes(changes.at, place, changes.column, changes.amount)

    def _add(self, new: Changes) -> None:
        both = _joined([self._changes, new])
        self._changes = both.of(np.argsort(both.at, kind="stable"))

    def _sheet(self, res: int) -> tuple[Sheet, NDArray[np.intp]]:
        """The cells of a resolution, and for each of resolution 11 the place of the one it lies in."""
        if res not in self._sheets:
            cells, above = np.unique(parent(self._cells, res), return_inverse=True)
            self._sheets[res] = (Sheet(res, cells), above)
        return self._sheets[res]


@dataclass(frozen=True, slots=True)
class Since:
    """What is kept, seen from one moment (layers.cell_state.moments.Written)."""

    kept: KeptChanges
    start: int

    def inside(self, box: Box, res: int) -> Cells:
        """See KeptChanges."""
        return self.kept.inside(box, res)

    def later(self, names: Sequence[str], res: int) -> tuple[Cells, Figures]:
        """See KeptChanges."""
        return self.kept.later(self.start, names, res)

    def open_on_duty(self, holding: Holding, slots: Sequence[int]) -> tuple[Cells, Figures]:
        """See KeptChanges."""
        return self.kept.open_on_duty(self.start, holding, slots)


def _joined(parts: Sequence[Changes]) -> Changes:
    none = Changes(*(np.empty(0, dtype=kind) for kind in ("i8", "i4", "i1", "i4")))
    return Changes(*(np.concatenate([getattr(part, name) for part in (none, *parts)]) for name in Changes.__slots__))


def _columns(names: Sequence[str]) -> NDArray[np.intp]:
    """The places of some of the catalogue's rollup columns."""
    every = catalogue.rollup_columns()
    return np.array([every.index(name) for name in names], dtype=np.intp)


def _latest(session: Session) -> int:
    """The number of the last change. Numbers are given in the order of the journal, whose lock their writer holds."""
    return session.execute(select(func.max(cell_deltas.c.id))).scalar() or 0


def _open_now(session: Session) -> tuple[Cells, NDArray[np.int32]]:
    """Every cell of resolution 11 where something stands or stood, in index order, and its open needs by slot."""
    query = select(cell_rollups.c.cell, *(cell_rollups.c[name] for name in _OPEN)).where(cell_rollups.c.res == FINEST)
    rows = _rows(session, query.order_by(cell_rollups.c.cell), 1 + SLOTS)
    return rows[:, 0].copy(), rows[:, 1:].astype(np.int32)


def _read(session: Session, wanted: ColumnElement[bool]) -> Changes:
    """The changes of some rows of the record, by moment.

    A need stands for one in the columns of its service, and a change of it adds or takes one away: three bits each, and
    all columns in one number. Taken one by one they cost five times as much.
    """
    plain = [name for name in catalogue.rollup_columns() if name not in (*_OPEN, *_TAKEN)]
    packed = (_packed(_OPEN), _packed(_TAKEN))
    query = select(cell_deltas.c.at, cell_deltas.c.cell, *(cell_deltas.c[name] for name in plain), *packed)
    rows = _rows(session, query.where(wanted), 4 + len(plain))
    at, cell = rows[:, 0], rows[:, 1]
    parts = [_of_column(at, cell, name, rows[:, 2 + k]) for k, name in enumerate(plain)]
    for names, packed_values in ((_OPEN, rows[:, -2]), (_TAKEN, rows[:, -1])):
        some = np.flatnonzero(packed_values)
        digits = packed_values[some] + _BIAS
        parts += [_of_column(at[some], cell[some], name, (digits >> 3 * k & 7) - 4) for k, name in enumerate(names)]
    every = _joined(parts)
    return every.of(np.argsort(every.at, kind="stable"))


def _packed(names: Sequence[str]) -> ColumnElement[int]:
    """Some columns of a row as one number, the first in its lowest three bits."""
    return sum((cast(cell_deltas.c[name], BigInteger) * 8**k for k, name in enumerate(names)), literal(0))


#: Makes digits from -4 to 3 ones from 0 to 7.
_BIAS = sum(4 * 8**k for k in range(SLOTS))


def _of_column(at: Figures, cell: Cells, name: str, amounts: Figures) -> Changes:
    some = np.flatnonzero(amounts)
    column = np.full(len(some), _columns([name])[0], dtype=np.int8)
    return Changes(at[some], cell[some], column, amounts[some].astype(np.int32))


def _rows(session: Session, query: Select[Any], width: int) -> Figures:
    """Rows of whole numbers (n × width), in batches: as objects they take twenty times the room."""
    found = session.execute(query.execution_options(yield_per=_BATCH))
    parts = [
        np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * width).reshape(-1, width)
        for rows in found.partitions()
    ]
    return np.concatenate(parts) if parts else np.empty((0, width), dtype=np.int64)


def _summed(
    cells: Cells, cell: NDArray[np.integer], column: NDArray[np.integer], amount: NDArray[np.integer], width: int
) -> tuple[Cells, Figures]:
    """The cells that are named and what they add up to (cells × width). column: -1 for what is left out."""
    own = column >= 0
    cell, column, amount = cell[own], column[own], amount[own]
    named = np.flatnonzero(np.bincount(cell, minlength=len(cells)))
    place = np.zeros(len(cells), dtype=np.intp)
    place[named] = np.arange(len(named))
    sums = np.bincount(place[cell] * width + column, weights=amount, minlength=len(named) * width)
    return cells[named], sums.astype(np.int64).reshape(-1, width)
