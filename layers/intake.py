"""One load of a file into a layer: batch by batch, each whole or not at all, every row accounted for."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from data.availability import StoreTrouble
from data.database import Database
from data.exchange.fields import Columns
from data.exchange.reasons import Reason, Reject
from data.exchange.refusals import disk_full, stopped_by_hand, store_failed
from data.exchange.rejected import RejectedFile
from data.exchange.rows import GEOMETRY_COLUMN, Source
from data.exchange.sources import open_source
from data.exchange.suspicions import Known, Places, Suspicion, named_datum
from geo.datums import Datum
from layers import features
from layers.actor import Actor
from layers.description import Layer
from layers.intake_plan import Plan, make_plan
from layers.intake_rows import Taken, shapes_of
from layers.intake_snapshots import dated
from layers.named_places import known_places

#: Rejects kept for telling them one by one; all of them are in the file beside the input.
REJECTS_TOLD = 200

#: A load that has waited this long for another one says so.
SILENT_WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """What a load was asked for, as on the command line.

    fields: our field to the file's column, "" for none. values: by field, their word to ours. zone: of times that name
    none themselves. datum: None where nobody named one.
    """

    zone: tzinfo
    layer_in_file: str | None = None
    datum: Datum | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    geometry_from: str | None = None
    snapshots: str | None = None
    encoding: str | None = None
    dry_run: bool = False


@dataclass(slots=True)
class Report:
    """What became of a load. read = loaded + rejected, in rows of the file, unless it was stopped.

    last_line: the last line of the last batch kept. stopped: why it ended early. not_found: names that led to no place,
    with how many rows asked for them. rejects: the first of them.
    """

    read: int = 0
    loaded: int = 0
    created: int = 0
    updated: int = 0
    repaired: int = 0
    rejected: int = 0
    last_line: int = 0
    stopped: Reason | None = None
    suspicions: list[Suspicion] = field(default_factory=list)
    not_found: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    rejected_path: Path | None = None

    @property
    def suspicious(self) -> int:
        """Rows that something is suspicious about."""
        return len({line for one in self.suspicions for line in one.lines})


class Listener(Protocol):
    """Whoever is told how a load goes on."""

    def begins(self, source: Source, columns: Columns, plan: Plan) -> None:
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
    source = open_source(path, options.layer_in_file, options.encoding)
    with closing(source):
        with database.read() as session:
            known = known_places(session)
            plan = make_plan(session, layer, source, options, _file_mark(path, options))
        listener.begins(source, plan.columns, plan)
        return _Load(database, layer, path, options, listener, actor, clock, source, plan).run(known)


class _DryRun(Exception):
    """Leaves a transaction so that nothing of it stays."""


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
        keep = None if self.options.dry_run else RejectedFile(self.path, columns)
        with keep or nullcontext():
            try:
                self._batches(keep)
            except KeyboardInterrupt:
                self.report.stopped = stopped_by_hand()
            except StoreTrouble as error:
                self.report.stopped = disk_full() if _is_full(error) else store_failed(_first_line(error))
        self.report.rejected_path = keep.path if keep else None
        self.report.suspicions = self._suspicions(known)
        return self.report

    def _batches(self, keep: RejectedFile | None) -> None:
        with _told_when_waiting(self.listener), nullcontext() if self.options.dry_run else self.database.load_lock():
            for taken, read, done, last_line in self._taken():
                weights = taken.rows_of
                refused = self._write(taken)
                rejects = [*taken.rejects, *refused]
                taken_rows = sum(weights.get(one.line, 1) for one in taken.incoming)
                refused_rows = sum(weights.get(one.line, 1) for one in refused)
                self._count(taken, read, taken_rows - refused_rows, rejects, refused_rows, last_line)
                for reject in rejects if keep else ():
                    keep.add(reject)
                self.listener.goes_on(self.report, done, self.source.total)


""" """
