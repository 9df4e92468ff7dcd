"""One load of a file into a layer: batch by batch, each whole or not at all, every row accounted for."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import shapely

import layers.cell_state.record  # noqa: F401 - features writes to its tables, found by their names
from data.availability import StoreTrouble, is_disk_full
from data.database import Database
from data.exchange.reasons import Reason, Reject, SourceFailed
from data.exchange.refusals import disk_full, source_failed, stopped_by_hand, store_failed
from data.exchange.rejected import RejectedFile
from data.exchange.rows import GEOMETRY_COLUMN, Chunk, Source
from data.exchange.sources import open_source
from data.exchange.suspicions import Known, Places, Suspicion, named_datum
from layers import features
from layers.actor import Actor
from layers.compounds import LAYER as COMPOUNDS
from layers.description import Layer
from layers.features import Incoming
from layers.intake_plan import Options, Plan, make_plan
from layers.intake_rows import Taken, shapes_of
from layers.intake_snapshots import dated
from layers.named_places import known_places

#: Rejects kept for telling them one by one, and how many of them for the same reason; all of them are in the file
#: beside the input. A thousand lines that say the same hide the one that says something else.
REJECTS_TOLD, SAME_REASON_TOLD = 200, 20

#: Outlines written together span this much at most, some 1,000 km² in boxes and a million cells in memory. A city's
#: compounds stay below it, districts go one by one.
MOST_SQUARE_DEGREES = 0.1

#: So often the whole memory is searched for circles after all: every 100,000 rows, a third of a second.
CHUNKS_BETWEEN_COLLECTIONS = 20

#: A load that has waited this long for another one says so.
SILENT_WAIT_SECONDS = 1.0


@dataclass(slots=True)
class Report:
    """What became of a load, in rows of the file; read = loaded + rejected unless it was stopped.

    created, updated: features, of which a dated list makes fewer than it has rows. last_line: the last line of the last
    batch kept. stopped: why it ended early. not_found: names that led to no place, with how many rows asked for them.
    unknown_words: by field, words of the file that mean nothing here. rejects: the first of them, few of each reason;
    alike: lines of the others that were rejected for a reason that was told.
    """

    read: int = 0
    loaded: int = 0
    created: int = 0
    updated: int = 0
    repaired: int = 0
    rejected: int = 0
    last_line: int = 0
    unknown_words: dict[str, Counter[str]] = field(default_factory=dict)
    stopped: Reason | None = None
    suspicions: list[Suspicion] = field(default_factory=list)
    not_found: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    alike: dict[Reason, list[int]] = field(default_factory=dict)
    rejected_path: Path | None = None
    _told: Counter[Reason] = field(default_factory=Counter)

    @property
    def suspicious(self) -> int:
        """Rows that something is suspicious about."""
        return len({line for one in self.suspicions for line in one.lines})

    def refuse(self, reject: Reject) -> None:
        """Keeps a reject to be told, or its line with those told for the same reason."""
        told = self._told[reject.reason]
        if told < SAME_REASON_TOLD and len(self.rejects) < REJECTS_TOLD:
            self.rejects.append(reject)
            self._told[reject.reason] += 1
        elif told:
            self.alike.setdefault(reject.reason, []).append(reject.line)


class Listener(Protocol):
    """Whoever is told how a load goes on."""

    def begins(self, source: Source, plan: Plan) -> None:
        """Before anything is changed: which column became which field."""

    def waits(self) -> None:
        """Another load is running, and this one waits for it."""

    def goes_on(self, report: Report, done: int, total: int) -> None:
        """After each batch; `done` of `total` bytes or features are read, total 0 where nobody can say."""


def load(
    database: Database,
    layer: Layer,
    path: Path,
    options: Options,
    listener: Listener,
    actor: Actor,
    clock: Callable[[], datetime],
) -> Report:
    """Loads the file. Raises Unreadable where nothing of it can be taken; then nothing has been changed.

    Interrupted (Ctrl-C) or let down by the store it ends early, keeps the complete batches and says so in the report.
    """
    with closing(open_source(path, options.layer_in_file, options.encoding)) as source:
        with database.read() as session:
            plan = make_plan(session, layer, source, path, options)
            known = known_places(session)
        listener.begins(source, plan)
        return _Load(database, layer, path, options, listener, actor, clock, source, plan).run(known)


class _DryRun(Exception):
    pass


@dataclass(slots=True)
class _Load:
    database: Database
    layer: Layer
    path: Path
    options: Options
    listener: Listener
    actor: Actor
    clock: Callable[[], datetime]
    source: Source
    plan: Plan
    report: Report = field(default_factory=Report)
    places: Places = field(default_factory=Places)

    def run(self, known: Known) -> Report:
        columns = self.source.columns + ((GEOMETRY_COLUMN,) if self.source.has_geometry else ())
        keep = None if self.options.dry_run else RejectedFile(self.path, columns, self.options.layer_in_file)
        with keep or nullcontext(), _seldom_collected():
            try:
                self._batches(keep)
            except KeyboardInterrupt:
                self.report.stopped = stopped_by_hand()
            except StoreTrouble as error:
                self.report.stopped = disk_full() if is_disk_full(error) else store_failed(_first_line(error))
            except (OSError, SourceFailed) as error:
                self.report.stopped = source_failed(_first_line(error))
        self.report.rejected_path = keep.path if keep else None
        self.report.suspicions = self._suspicions(known)
        readers = self.plan.maker.readers.items()
        self.report.unknown_words = {name: reader.unknown for name, reader in readers if reader.unknown}
        return self.report

    def _batches(self, keep: RejectedFile | None) -> None:
        done = 0
        with self._turn():
            for turn, (taken, chunk) in enumerate(self._taken(), start=1):
                refused = [*taken.rejects]
                for part in _parts(taken.incoming):
                    refused += self._write(part, taken)
                self._refuse(refused, taken, keep)
                if chunk is not None:
                    done = chunk.done
                    self.report.read += len(chunk.lines) + len(chunk.rejects)
                self.listener.goes_on(self.report, done, self.source.total)
                if turn % CHUNKS_BETWEEN_COLLECTIONS == 0:
                    gc.collect()

    def _taken(self) -> Iterator[tuple[Taken, Chunk | None]]:
        plan = self.plan
        if plan.dates is not None:
            return dated(plan.maker, plan.dates, plan.chunks)
        return ((plan.maker.take(chunk), chunk) for chunk in plan.chunks)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The database's lock of loads; a dry run changes nothing and waits for nobody."""
        if self.options.dry_run:
            yield
            return
        patience = threading.Timer(SILENT_WAIT_SECONDS, self.listener.waits)
        patience.daemon = True
        patience.start()
        try:
            with self.database.load_lock():
                patience.cancel()
                yield
        finally:
            patience.cancel()

    def _write(self, part: list[Incoming], taken: Taken) -> list[Reject]:
        """Writes one batch in one transaction, and counts it; gives the rows that the layer refused after all."""
        result = features.PutResult()
        try:
            with self.database.write() as session:
                result = features.put(session, self.layer, part, self.actor, self.clock())
                if self.options.dry_run:
                    raise _DryRun
        except _DryRun:
            pass
        refused = {line for line, _ in result.rejected}
        kept = [one for one in part if one.line not in refused]
        self.report.created += result.created
        self.report.updated += result.updated
        self.report.loaded += sum(taken.rows_of.get(one.line, 1) for one in kept)
        if kept:
            self.report.last_line = max(self.report.last_line, kept[-1].line)
            named = "name" in self.layer.feature.model_fields
            names = [one.values.name for one in kept] if named else []  # type: ignore[attr-defined]
            ids = [one.values.source_id for one in kept] if self.layer is COMPOUNDS else []  # type: ignore[attr-defined]
            self.places.add([one.line for one in kept], shapes_of(kept), names, ids)
        return [Reject(line, Reason(why, why), taken.cells_of(line)) for line, why in result.rejected]

    def _refuse(self, rejects: list[Reject], taken: Taken, keep: RejectedFile | None) -> None:
        report = self.report
        report.rejected += sum(taken.rows_of.get(reject.line, 1) for reject in rejects)
        report.repaired += taken.repaired
        report.not_found.update(taken.not_found)
        for reject in rejects:
            report.refuse(reject)
            if keep is not None:
                keep.add(reject)

    def _suspicions(self, known: Known) -> list[Suspicion]:
        columns, datum = self.plan.columns, self.options.datum
        found = self.places.judge(datum or "wgs84", known)
        if datum is None and columns.datum not in (None, "wgs84"):
            found.append(named_datum(columns.of["lng"], columns.datum))
        return found


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Rows make many objects and no circles, and looking for circles after every few hundred takes half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _parts(incoming: list[Incoming]) -> Iterator[list[Incoming]]:
    """The features of a chunk in batches: nearly always one; large outlines, whose cells are many, in several."""
    if not incoming:
        return
    west, south, east, north = shapely.bounds(shapes_of(incoming)).T
    turns = np.cumsum(np.nan_to_num((east - west) * (north - south))) // MOST_SQUARE_DEGREES
    for turn in np.unique(turns):
        yield [incoming[index] for index in np.flatnonzero(turns == turn).tolist()]


def _first_line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).split("\n")[0]
