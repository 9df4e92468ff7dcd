"""Lists as tables: rows of cells under a header, with the line each row begins in. Used by CSV and XLSX alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from data.exchange.reasons import Reason, Reject, Unreadable, too_many_cells
from data.exchange.refusals import header_is_data, no_rows
from data.exchange.rows import ROWS_A_CHUNK, Chunk

#: The header is looked for in this many first rows: lists of offices begin with a title and a date above it.
ROWS_ABOVE_HEADER = 10

_HXL_TAG = re.compile(r"\s*#[a-zA-Z][a-zA-Z0-9_]*(\s*\+[a-zA-Z0-9_]+)*\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins in, its cells (None where it could not be read, then `reason`), and progress."""

    line: int
    cells: Sequence[Any] | None
    reason: Reason | None = None
    shown: str = ""
    done: int = 0


class TableSource:
    """A table opened for reading (see data.exchange.rows.Source). Raises Unreadable when it has no header or rows."""

    crs: str | None = None
    has_geometry = False

    def __init__(
        self, name: str, rows: Iterable[Row], *, notes: list[Reason], total: int, close: Callable[[], None]
    ) -> None:
        self.name, self.notes, self.total, self.close = name, notes, total, close
        stream = iter(rows)
        first = list(islice(stream, ROWS_ABOVE_HEADER))
        at = _header_index(first)
        if at is None:
            raise Unreadable(no_rows(name))
        header = first[at].cells or ()
        if _is_data(header):
            raise Unreadable(header_is_data())
        self.columns = _column_names(header)
        self.tags: dict[str, str] = {}
        rest = first[at + 1 :]
        if rest and _is_tag_row(rest[0].cells):
            self.tags = {
                column: str(tag).strip()
                for column, tag in zip(self.columns, rest.pop(0).cells or (), strict=False)
                if tag
            }
        if at:
            self.notes.append(_passed_over(first[at].line))
        following = next(stream, None) if not rest else rest.pop(0)
        if following is None:
            raise Unreadable(no_rows(name))
        self._rows = chain((row for row in first[:at] if row.reason), [following], rest, stream)

    def chunks(self) -> Iterator[Chunk]:
        """The rows in file order; rows without a single cell are passed over."""
        while batch := list(islice(self._rows, ROWS_A_CHUNK)):
            yield self._chunk(batch)

    def _chunk(self, batch: list[Row]) -> Chunk:
        width = len(self.columns)
        lines: list[int] = []
        kept: list[Sequence[Any]] = []
        rejects: list[Reject] = []
        for row in batch:
            cells = row.cells
            if cells is None:
                shown = {self.columns[0]: row.shown} if row.shown else {}
                rejects.append(Reject(row.line, row.reason or no_rows(self.name), shown))
                continue
            if len(cells) != width:
                if any(not _is_blank(cell) for cell in cells[width:]):
                    rejects.append(Reject(row.line, too_many_cells(len(cells), width), self._named(cells)))
                    continue
                cells = [*cells[:width], *[""] * (width - len(cells))]
            lines.append(row.line)
            kept.append(cells)
        columns = dict(zip(self.columns, map(list, zip(*kept, strict=True)), strict=True)) if kept else {}
        return Chunk(lines, columns, rejects=rejects, done=batch[-1].done)

    def _named(self, cells: Sequence[Any]) -> dict[str, Any]:
        width = len(self.columns)
        named = dict(zip(self.columns, cells, strict=False))
        return named | {f"+{index}": cell for index, cell in enumerate(cells[width:], start=1)}


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _header_index(rows: Sequence[Row]) -> int | None:
    """The first row with two names in it; a list of one column has none such, and its first row is the header."""
    filled = [sum(not _is_blank(cell) for cell in row.cells or ()) for row in rows]
    for least in (2, 1):
        for index, count in enumerate(filled):
            if count >= least:
                return index
    return None


def _is_data(header: Sequence[Any]) -> bool:
    filled = [cell for cell in header if not _is_blank(cell)]
    return sum(_is_numeric(cell) for cell in filled) * 2 >= len(filled)


def _is_numeric(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True


def _is_tag_row(cells: Sequence[Any] | None) -> bool:
    """Whether this is a row of HXL tags: whatever stands in it is one, and one place at least is filled."""
    filled = [str(cell) for cell in cells or () if not _is_blank(cell)]
    return bool(filled) and all(_HXL_TAG.fullmatch(cell) for cell in filled)


def _column_names(header: Sequence[Any]) -> tuple[str, ...]:
    """Names without blanks around them; empty ones are counted, repeated ones numbered, so that each is one column."""
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = " ".join(str(cell).split()) if not _is_blank(cell) else f"column {position}"
        repeated = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({repeated + 1})" if name in names else name)
    while names and names[-1].startswith("column ") and _is_blank(header[len(names) - 1]):
        names.pop()
    return tuple(names)


def _passed_over(header_line: int) -> Reason:
    return Reason(
        f"the column names stand in line {header_line}; what is above them was passed over",
        f"列名在第 {header_line} 行，其上内容未读",
    )
