"""Loads a file of areas of one level: batch by batch, each whole or not at all, every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from data.area_columns import code_of, columns_of, made_code, parent_of, specs_of
from data.areas.intake import AreaRow, put_areas, with_known_codes
from data.availability import StoreTrouble, is_disk_full
from data.database import Database
from data.exchange import reasons
from data.exchange.fields import Columns
from data.exchange.places import Shapes, looks_like_degrees, settle, shapes_from
from data.exchange.reasons import Reason, Reject, Unreadable
from data.exchange.refusals import disk_full, not_degrees, stopped_by_hand, store_failed
from data.exchange.rejected import RejectedFile
from data.exchange.rows import GEOMETRY_COLUMN, Chunk, Source
from data.exchange.sources import open_source
from data.exchange.values import ColumnReader
from geo.datums import Datum

#: Rejects kept for telling them one by one; all of them are in the file beside the input.
REJECTS_TOLD = 200


@dataclass(frozen=True, slots=True)
class AreaFile:
    """What is asked for: a file, the level of its areas, and how to read it.

    parent: code of the area that all of them lie in, where the file does not say it.
    """

    path: Path
    level: str
    parent: str = ""
    layer: str | None = None
    datum: Datum = "wgs84"
    fields: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    dry_run: bool = False


@dataclass(slots=True)
class AreaReport:
    """What became of the rows. without_outline: loaded by name and code only. last_line: of the last batch kept."""

    read: int = 0
    loaded: int = 0
    created: int = 0
    updated: int = 0
    repaired: int = 0
    rejected: int = 0
    without_outline: int = 0
    last_line: int = 0
    stopped: Reason | None = None
    rejects: list[Reject] = field(default_factory=list)
    rejected_path: Path | None = None


class _DryRun(Exception):
    pass


def load_areas(
    database: Database,
    asked: AreaFile,
    begins: Callable[[Source, Columns], None],
    goes_on: Callable[[AreaReport, int, int], None],
) -> AreaReport:
    """Loads the file; `begins` is told the columns, `goes_on` the report, what is done and the total, by batch.

    Raises Unreadable where nothing of it can be taken; then nothing has been changed. Stopped by hand or let down
    by the store it keeps the complete batches and says so in the report.
    """
    with closing(open_source(asked.path, asked.layer, asked.encoding)) as source:
        columns = columns_of(source.columns, asked.level, asked.fields, source.tags)
        begins(source, columns)
        report = AreaReport()
        shown = source.columns + ((GEOMETRY_COLUMN,) if source.has_geometry else ())
        keep = None if asked.dry_run else RejectedFile(asked.path, shown, asked.layer)
        with keep or nullcontext():
            try:
                _Load(database, asked, source, columns, report).run(keep, goes_on)
            except KeyboardInterrupt:
                report.stopped = stopped_by_hand()
            except StoreTrouble as error:
                why = str(getattr(error, "orig", None) or error).split("\n")[0]
                report.stopped = disk_full() if is_disk_full(error) else store_failed(why)
        report.rejected_path = keep.path if keep else None
    return report


class _Load:
    def __init__(
        self, database: Database, asked: AreaFile, source: Source, columns: Columns, report: AreaReport
    ) -> None:
        self.database, self.asked, self.source, self.report = database, asked, source, report
        self.wkt = columns.of.get("wkt")
        self.readers = {
            spec.name: ColumnReader(spec, columns.of[spec.name], {}, UTC)
            for spec in specs_of(asked.level)
            if spec.name in columns.of
        }
        self.seen: dict[str, int] = {}

    def run(self, keep: RejectedFile | None, goes_on: Callable[[AreaReport, int, int], None]) -> None:
        with nullcontext() if self.asked.dry_run else self.database.load_lock():
            for chunk in self.source.chunks():
                rows, rejects = self._rows(chunk)
                rejects += self._write(rows, chunk)
                self._count(chunk, rejects)
                for reject in rejects if keep else ():
                    keep.add(reject)  # type: ignore[union-attr]
                goes_on(self.report, chunk.done, self.source.total)

    def _rows(self, chunk: Chunk) -> tuple[dict[int, AreaRow], list[Reject]]:
        """The chunk's areas by line, and its rejects."""
        values: dict[str, list[Any]] = {}
        bad: dict[int, Reason] = {}
        for name, reader in self.readers.items():
            values[name], wrong = reader.read(chunk.columns[reader.column])
            bad |= wrong
        shapes = self._shapes(chunk, bad)
        rows: dict[int, AreaRow] = {}
        for index, line in enumerate(chunk.lines):
            if index in bad:
                continue
            row = self._row({name: cells[index] for name, cells in values.items()}, shapes[index])
            why = self._why_not(row, line)
            if why is None:
                rows[line] = row
            else:
                bad[index] = why
        rejects = [Reject(chunk.lines[index], why, chunk.cells_of(index)) for index, why in sorted(bad.items())]
        return rows, [*chunk.rejects, *rejects]

    def _shapes(self, chunk: Chunk, bad: dict[int, Reason]) -> Shapes:
        """WGS 84 outlines, None where a row has none; what is wrong with one is added to `bad`."""
        crs = None
        if self.wkt is not None:
            shapes, wrong = shapes_from(chunk.columns[self.wkt])
            bad |= wrong
        elif chunk.geometry is not None:
            shapes, crs = chunk.geometry, self.source.crs
            if crs is None and not self.report.read and not looks_like_degrees(shapes):
                raise Unreadable(not_degrees(self.source.name))
        else:
            return np.full(len(chunk.lines), None, dtype=object)
        placed = settle(shapes, "polygon", crs=crs, datum=self.asked.datum, bad=bad)
        bad |= placed.bad
        self.report.repaired += sum(index not in bad for index in placed.repaired)
        return placed.shapes

    def _row(self, cells: dict[str, Any], shape: Any) -> AreaRow:
        level, name = self.asked.level, cells["name"] or ""
        code = code_of(cells.get("code") or "", level)
        parent = cells.get("parent") or self.asked.parent
        above = parent_of(code, level) or parent
        return AreaRow(
            level=level,
            code=code or (made_code(level, name, parent) if name else ""),
            name=name,
            name_en=cells.get("name_en") or "",
            aliases=tuple(cells.get("aliases") or ()),
            parent=above,
            geometry=shape,
            source=self.asked.path.name,
        )

    def _why_not(self, row: AreaRow, line: int) -> Reason | None:
        if not row.name:
            column = self.readers["name"].column
            return reasons.about(self.readers["name"].spec.titles, column, reasons.required_missing())
        first = self.seen.setdefault(row.code, line)
        return None if first == line else reasons.repeated_source_id(row.code, first)

    def _write(self, rows: dict[int, AreaRow], chunk: Chunk) -> list[Reject]:
        """Writes a batch in one transaction; gives the rows whose code another level has."""
        if not rows:
            return []
        try:
            with self.database.write() as session:
                coded = with_known_codes(session, list(rows.values()))
                rows = dict(zip(rows, coded, strict=True))
                result = put_areas(session, coded, datetime.now(UTC))
                if self.asked.dry_run:
                    raise _DryRun
        except _DryRun:
            pass
        self.report.created += result.created
        self.report.updated += result.updated
        kept = [line for line, row in rows.items() if row.code not in result.refused]
        self.report.last_line = max([self.report.last_line, *kept])
        self.report.without_outline += sum(rows[line].geometry is None for line in kept)
        at = {line: index for index, line in enumerate(chunk.lines)}
        return [
            Reject(line, _taken(row.code, result.refused[row.code]), chunk.cells_of(at[line]))
            for line, row in rows.items()
            if row.code in result.refused
        ]

    def _count(self, chunk: Chunk, rejects: list[Reject]) -> None:
        report = self.report
        count = len(chunk.lines) + len(chunk.rejects)
        report.read += count
        report.rejected += len(rejects)
        report.loaded += count - len(rejects)
        report.rejects.extend(rejects[: REJECTS_TOLD - len(report.rejects)])


def _taken(code: str, level: str) -> Reason:
    return Reason(f"the code {code} is that of a {level}", f"代码 {code} 已属于其他层级（{level}）")
