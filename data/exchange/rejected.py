"""The rows that were not taken, in a CSV beside the input: line, reason and their cells, to be mended and loaded."""

from __future__ import annotations

import csv
import json
import re
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from data.exchange.reasons import Reject
from data.exchange.spreadsheets import guarded

#: Names of the columns put in front; no layer has fields of these names, so a mended file loads as it is.
COLUMNS = ("rejected_line", "rejected_reason", "退回原因")


#: Letters of a layer's name that a file's name had better not have.
_UNFIT = re.compile(r"[^\w.-]+")


class RejectedFile:
    """`<input>.rejected.csv`, made at the first reject; in the current folder where the input's cannot be written.

    Of an input with several layers the name says which one was loaded: each layer keeps its rejects.
    `path` says where it lies, None while there is no reject or no place that takes it.
    """

    def __init__(self, source: Path, columns: tuple[str, ...], layer: str | None = None) -> None:
        self._folders = (source.absolute().parent, Path.cwd())
        part = f".{_UNFIT.sub('_', layer)}" if layer else ""
        self._name = f"{source.name}{part}.rejected.csv"
        self._columns = columns
        self._file: TextIO | None = None
        self._writer: Any = None
        self._failed = False
        self.path: Path | None = None

    def __enter__(self) -> Self:
        with suppress(OSError):  # one left by an earlier load would speak of rows long since mended
            (self._folders[0] / self._name).unlink(missing_ok=True)
        return self

    def add(self, reject: Reject) -> None:
        """One more row; a full disk loses this file, never the load."""
        if self._file is None and not self._failed:
            self._start()
        if self._writer is None:
            return
        more = [cell for column, cell in reject.cells.items() if column not in self._columns]
        cells = [reject.cells.get(column, "") for column in self._columns]
        try:
            self._writer.writerow([reject.line, reject.reason.en, reject.reason.zh, *map(_shown, cells), *more])
        except OSError:
            self._give_up()

    def _start(self) -> None:
        for folder in self._folders:
            path = folder / self._name
            try:
                self._file = path.open("w", encoding="utf-8-sig", newline="")
            except OSError:
                continue
            self.path, self._writer = path, csv.writer(self._file)
            self._writer.writerow([*COLUMNS, *self._columns])
            return
        self._failed = True

    def _give_up(self) -> None:
        self._failed, self._writer, self.path = True, None, None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                self._give_up()


def _shown(cell: Any) -> Any:
    if isinstance(cell, (list, dict)):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return guarded(cell) if isinstance(cell, str) else "" if cell is None else cell
