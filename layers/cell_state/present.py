"""What is true now, kept ready in the process: answers the map without touching geometry, and mostly without SQL.

One `Present` serves one view. Before each answer it reads the journal's number: what other processes wrote since is
looked up in the journal, and only the cells named there are forgotten. What time alone changes is forgotten when the
next boundary of an interval has passed. `tests/layers` holds it equal to the state computed from the record.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import journal
from data.backup import STORE
from data.database import Database
from data.journal import JournalRow
from data.watch import Watch
from geo import cells as geo_cells
from geo.cells import COARSEST, FINEST, Cells
from geo.coordinates import Box
from layers import catalogue
from layers.cell_state import queries, rules
from layers.cell_state.holding import Figures, Holding, unserved
from layers.cell_state.sheet import SEGMENT, Sheet
from layers.errors import TooMuch
from layers.figures import gathered
from layers.publication import queries as publications
from layers.publication.queries import Figures as Publication
from layers.vocabulary.queries import Vocabulary, vocabulary

#: Found cells in one answer. More is a megabyte and more pixels than a screen has; the message names a resolution.
MOST_CELLS = 20_000

#: Journal rows looked through one by one. After more (a load, a long sleep) everything is read anew instead.
MOST_NEWS = 5_000


@dataclass(frozen=True, slots=True)
class Version:
    """What an answer depends on: sequence, publication (0 for staff), and the interval between two boundaries."""

    seq: int
    publication: int
    until: datetime | None

    @property
    def tag(self) -> str:
        """The version as text for an ETag."""
        return f"{self.seq}.{self.publication}.{'' if self.until is None else int(self.until.timestamp() * 1000)}"

    @property
    def number(self) -> int:
        """The answer's `seq`: the journal's for staff, of public changes and publications in public."""
        return self.seq + self.publication


@dataclass(frozen=True, slots=True)
class Answer:
    """The cells of a box as JSON members.

    In public also coarser published cells from around it, and when the publication used was made (None: never yet).
    """

    version: Version
    members: list[bytes]
    covering: list[bytes]
    published: datetime | None


class Keys:
    """The cells of a publication with their bounds, to find those that lie over a box from outside."""

    def __init__(self, publication: Publication | None) -> None:
        self._known = publication.cells if publication else {}
        self.cells: Cells = np.array(list(self._known), dtype=np.int64)
        self._res = geo_cells.resolution(self.cells)
        self._lngs, self._lats = geo_cells.centers(self.cells)
        self._west, self._south, self._east, self._north = geo_cells.bounds(self.cells)

    def over(self, box: Box, res: int) -> list[bytes]:
        """The cells coarser than `res` that reach into the box while their centre is outside, as JSON members."""
        touches = (self._west < box.east) & (self._east >= box.west)
        touches &= (self._south < box.north) & (self._north >= box.south) & (self._res < res)
        inside = box.contains_each(self._lngs, self._lats)
        return [self._packed(cell) for cell in self.cells[touches & ~inside].tolist()]

    def _packed(self, cell: int) -> bytes:
        needs, services = self._known[cell]
        return b'"%x":%s' % (cell, orjson.dumps(rules.state({}, {}, services, 0, 0, needs)))


class Present:
    """The state of all cells now, for one view; safe to use from several threads.

    What is not known is read through a session begun after the look at what is new: one begun earlier could be blind
    to a change that is then taken for known. What is known needs none.
    """

    def __init__(self, database: Database, zone: ZoneInfo, internal: bool) -> None:
        self._database, self._zone, self._internal = database, zone, internal
        self._lock = threading.Lock()
        self._view = rules.view_of(catalogue.measures(), internal)
        self._span_layers = queries.span_layers(internal)
        self._watch = Watch(database)
        self._version: Version | None = None

    def version(self, now: datetime) -> Version:
        """The present version, after taking in what has changed since the last call."""
        with self._lock:
            return self._refresh(now)

    def in_box(self, box: Box, res: int, now: datetime) -> Answer:
        """The cells of a resolution whose centre is in the box. Raises TooMuch with a resolution that would do."""
        with self._lock:
            version = self._refresh(now)
            sheet = self._sheet(res)
            found = sheet.inside(box)
            members = list(filter(None, self._packed(sheet, found)))
            if len(members) > MOST_CELLS:
                raise TooMuch(too_many(len(members), self._would_do(box, res)))
            published = self._publication.at if self._publication else None
            return Answer(version, members, self._covering(box, res), published)

    def gaps(self, res: int, now: datetime) -> dict[int, int]:
        """By cell of a resolution, the open needs there that no shift on duty serves; empty in public."""
        with self._lock:
            self._refresh(now)
            return dict(self._gaps_at(res))

    def _refresh(self, now: datetime) -> Version:
        before = self._version
        with self._watch as is_new:
            if not is_new and before is not None and (before.until is None or now < before.until):
                return before
            with self._database.read() as session:
                return self._catch_up(session, before, now)

    def _catch_up(self, session: Session, before: Version | None, now: datetime) -> Version:
        seq = journal.latest(session) if self._internal else journal.latest_public(session)
        number = 0 if self._internal else publications.latest_number(session)
        if before is None or seq < before.seq:
            return self._begin(session, seq, number, now)
        if seq != before.seq or (before.until is not None and now >= before.until):
            news = self._news(session, before.seq) if seq != before.seq else []
            if len(news) > MOST_NEWS or any(layer == STORE for layer, _ in news):
                return self._begin(session, seq, number, now)
            self._take_in(session, news)
            spans_changed = any(layer in self._span_layers for layer, _ in news)
            if spans_changed or (before.until is not None and now >= before.until):
                self._hold(session, now)
            self._version = Version(seq, before.publication, self._until)
        if number != before.publication:
            self._publish(session, number)
            self._version = Version(seq, number, self._until)
        return self._version  # type: ignore[return-value]

    def _begin(self, session: Session, seq: int, number: int, now: datetime) -> Version:
        self._words: Vocabulary = vocabulary(session)
        self._columns = queries.Columns.of(self._view, self._words)
        self._sheets: dict[int, Sheet] = {}
        self._spans: dict[int, dict[int, dict[str, int | str]]] = {}
        self._published: dict[int, dict[int, tuple[int, dict[str, int]]]] = {}
        if self._internal:
            self._need_cells, self._opened, self._taken = queries.open_needs(session, self._words)
        self._hold(session, now)
        self._publish(session, number)
        self._version = Version(seq, number, self._until)
        return self._version

    def _hold(self, session: Session, now: datetime) -> None:
        """Reads what holds now; all that was packed is forgotten, because any cell may have changed."""
        self._holding: Holding
        self._holding, self._until = queries.holding_until(session, now, self._zone, self._span_layers)
        self._spans.clear()
        if self._internal:
            self._gap = self._unserved(self._need_cells, self._opened, self._taken)
            self._gaps: dict[int, dict[int, int]] = {}
        for sheet in self._sheets.values():
            sheet.add(np.array(list(self._span_figures(sheet.res)), dtype=np.int64))
            sheet.forget_all()

    def _publish(self, session: Session, number: int) -> None:
        self._publication: Publication | None = publications.publication(session, number) if number else None
        self._keys = Keys(self._publication)
        self._published.clear()
        for sheet in self._sheets.values():
            sheet.add(np.array(list(self._published_at(sheet.res)), dtype=np.int64))
            sheet.forget_all()

    def _news(self, session: Session, since: int) -> list[tuple[str, list[int]]]:
        column = JournalRow.seq if self._internal else JournalRow.public_seq
        query = select(JournalRow.layer, JournalRow.cells).where(column > since).limit(MOST_NEWS + 1)
        return [(layer, cells) for layer, cells in session.execute(query)]

    def _take_in(self, session: Session, news: Sequence[tuple[str, list[int]]]) -> None:
        touched = {cell for _, cells in news for cell in cells}
        for sheet in self._sheets.values():
            ranges = {self._range_at(cell, sheet.res) for cell in touched}
            for first, last in ranges:
                sheet.forget(first, last)
            unknown = [(first, last) for first, last in ranges if first != last or not sheet.has(first)]
            self._add_new(session, sheet, unknown)
        if self._internal and touched:
            self._recount(session, touched)

    def _range_at(self, cell: int, res: int) -> tuple[int, int]:
        """The cells of a resolution that hold a cell, or lie in it, as a range of cell numbers."""
        if geo_cells.resolution(cell) >= res:
            above = geo_cells.parent(cell, res)
            return above, above
        first, last = geo_cells.leaf_range(cell)
        return geo_cells.parent(first, res), geo_cells.parent(last, res)

    def _add_new(self, session: Session, sheet: Sheet, ranges: Sequence[tuple[int, int]]) -> None:
        new: list[int] = []
        for first, last in ranges:
            rows = queries.rollup_rows(session, sheet.res, first, last, self._columns.names)
            new += [row[0] for row in rows if any(row[1:])]
        sheet.add(np.array(new, dtype=np.int64))

    def _recount(self, session: Session, touched: set[int]) -> None:
        """Reads the open needs of touched cells anew and corrects their gap, at every resolution counted so far."""
        fine = {cell for cell in touched if geo_cells.resolution(cell) == FINEST}
        if len(fine) < len(touched) or len(fine) > SEGMENT:
            self._need_cells, self._opened, self._taken = queries.open_needs(session, self._words)
            self._gap = self._unserved(self._need_cells, self._opened, self._taken)
            self._gaps.clear()
            return
        wanted = np.array(sorted(fine), dtype=np.int64)
        cells, opened, taken = queries.open_needs(session, self._words, wanted)
        gap = self._unserved(cells, opened, taken)
        # Looked up in what is in order already: sorting a city's cells after each need would be most of the work.
        before = np.searchsorted(self._need_cells, wanted)
        before = before[self._need_cells.take(before, mode="clip") == wanted] if len(self._need_cells) else before[:0]
        self._change_gaps(self._need_cells[before], -1)
        if np.array_equal(self._need_cells[before], cells):
            self._gap[before], self._opened[before], self._taken[before] = gap, opened, taken
        else:
            rest = np.delete(self._need_cells, before)
            place = np.searchsorted(rest, cells)
            self._need_cells = np.insert(rest, place, cells)
            self._gap, self._opened, self._taken = (
                np.insert(np.delete(kept, before, axis=0), place, new, axis=0)
                for kept, new in ((self._gap, gap), (self._opened, opened), (self._taken, taken))
            )
        self._change_gaps(cells, 1)

    def _change_gaps(self, cells: Cells, sign: int) -> None:
        amounts = self._gap[np.searchsorted(self._need_cells, cells)]
        for res, gaps in self._gaps.items():
            for cell, amount in zip(geo_cells.parent(cells, res).tolist(), amounts.tolist(), strict=True):
                gaps[cell] = gaps.get(cell, 0) + sign * amount

    def _unserved(self, cells: Cells, opened: Figures, taken: Figures) -> Figures:
        return unserved(self._holding, self._words.serves, self._words.slots, cells, opened, taken)

    def _gaps_at(self, res: int) -> dict[int, int]:
        if not self._internal:
            return {}
        if res not in self._gaps:
            above, total = gathered(self._need_cells, self._gap.reshape(-1, 1), res)
            self._gaps[res] = dict(zip(above.tolist(), total[:, 0].tolist(), strict=True))
        return self._gaps[res]

    def _span_figures(self, res: int) -> dict[int, dict[str, int | str]]:
        if res not in self._spans:
            self._spans[res] = queries.span_figures(self._holding, self._view, res)
        return self._spans[res]

    def _published_at(self, res: int) -> dict[int, tuple[int, dict[str, int]]]:
        """Published figures as a resolution sees them: finer keys summed, coarser ones as they are."""
        if res not in self._published:
            self._published[res] = publications.seen_from(self._publication, res)
        return self._published[res]

    def _sheet(self, res: int) -> Sheet:
        if res not in self._sheets:
            with self._database.read() as session:
                known = queries.cells_with_amounts(session, res, self._columns.names)
            others = [*self._span_figures(res), *self._published_at(res)]
            self._sheets[res] = Sheet(res, np.union1d(known, np.array(others, dtype=np.int64)))
        return self._sheets[res]

    def _packed(self, sheet: Sheet, found: NDArray[np.intp]) -> list[bytes]:
        """The cells at the positions found, b"" where nothing holds; what is not known is read in runs of near ones."""
        packed: list[bytes | None] = sheet.packed[found].tolist()
        if None in packed:
            with self._database.read() as session:
                self._pack(session, sheet, [at for at in found.tolist() if sheet.packed[at] is None])
            packed = sheet.packed[found].tolist()
        return cast(list[bytes], packed)

    def _pack(self, session: Session, sheet: Sheet, missing: Sequence[int]) -> None:
        spans, gaps = self._span_figures(sheet.res), self._gaps_at(sheet.res)
        published = self._published_at(sheet.res)
        nothing = (0,) * len(self._columns.names)
        for run in _runs(missing):
            first, last = int(sheet.cells[run[0]]), int(sheet.cells[run[-1]])
            rows = {
                row[0]: row[1:] for row in queries.rollup_rows(session, sheet.res, first, last, self._columns.names)
            }
            for at in run:
                cell = int(sheet.cells[at])
                state = self._columns.state(
                    rows.get(cell, nothing), spans.get(cell, {}), gaps.get(cell, 0), published.get(cell)
                )
                sheet.packed[at] = b'"%x":%s' % (cell, orjson.dumps(state)) if state else b""

    def _covering(self, box: Box, res: int) -> list[bytes]:
        """Coarser published cells that lie over the box with their centre elsewhere."""
        return [] if self._internal else self._keys.over(box, res)

    def _would_do(self, box: Box, res: int) -> int | None:
        """The finest coarser resolution at which the box holds few enough cells for one answer."""
        coarser = range(res - 1, COARSEST - 1, -1)
        return next((one for one in coarser if len(self._sheet(one).inside(box)) <= MOST_CELLS), None)


def too_many(count: int, would_do: int | None) -> str:
    """What is said of an answer with too many cells."""
    advice = "take a smaller box" if would_do is None else f"resolution {would_do} would do"
    return f"{count} cells were found, at most {MOST_CELLS} are given; {advice}"


def _runs(positions: Sequence[int]) -> list[list[int]]:
    """Positions (ascending) in runs of near neighbours: one reading of a range is cheaper than many small ones."""
    runs: list[list[int]] = []
    for at in positions:
        if runs and at - runs[-1][-1] <= SEGMENT // 8 and len(runs[-1]) < SEGMENT:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs
