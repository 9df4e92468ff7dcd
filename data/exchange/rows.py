"""What every reader gives: chunks of raw cells, column by column, each row with its line number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from data.exchange.reasons import Reason, Reject

#: Rows read, mapped and written together; a load's transaction is never larger.
ROWS_A_CHUNK = 5_000


@dataclass(slots=True)
class Chunk:
    """Up to ROWS_A_CHUNK rows. `columns` maps a column to its cells, each as long as `lines`.

    geometry: shapely geometries in the source's own coordinate system (None where a row has none), or None when the
    source has no geometry at all. rejects: rows of this stretch of the file that could not be read. done: how much of
    the source's `total` has been read up to here.
    """

    lines: list[int]
    columns: dict[str, list[Any]]
    geometry: NDArray[np.object_] | None = None
    rejects: list[Reject] = field(default_factory=list)
    done: int = 0

    def cells_of(self, index: int) -> dict[str, Any]:
        """One row as it stood in the file."""
        return {name: cells[index] for name, cells in self.columns.items()}


class Source(Protocol):
    """A file opened for reading, once from beginning to end.

    crs: its coordinate system as GDAL names it, None where the file names none. tags: HXL tag by column, from a row of
    tags under the header. notes: what a person should know (the encoding used). total: the size `Chunk.done` runs to
    (bytes or features; 0 where nobody can say). row_word: what `lines` count, a line of the file or a feature.
    """

    name: str
    columns: tuple[str, ...]
    crs: str | None
    has_geometry: bool
    tags: dict[str, str]
    notes: list[Reason]
    total: int

    def chunks(self) -> Iterator[Chunk]:
        """The rows in file order."""
        ...

    def close(self) -> None:
        """Lets go of the file."""
        ...
