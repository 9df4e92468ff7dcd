"""What every reader gives: chunks of raw cells, column by column, each row with its line number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from data.exchange.reasons import Reason, Reject

#: Rows read, mapped and written together; a load's transaction is never larger.
ROWS_A_CHUNK = 5_000

#: The column in which a feature's own geometry is shown as text.
GEOMETRY_COLUMN = "wkt"


@dataclass(slots=True)
class Chunk:
    """Up to ROWS_A_CHUNK rows. `columns` maps a column to its cells, each as long as `lines`.

    geometry: shapely geometries in the source's own coordinate system (None where a row has none), or None when the
    source has no geometry at all. rejects: rows of this stretch of the file that could not be read. done: how much of
    the source's `total` has been read up to here. srid: what EWKT says in front of a shape that is not in degrees
    ("SRID=2263;"), None where that has no number and shapes cannot be shown.
    """

    lines: list[int]
    columns: dict[str, list[Any]]
    geometry: NDArray[np.object_] | None = None
    rejects: list[Reject] = field(default_factory=list)
    done: int = 0
    srid: str | None = ""

    def cells_of(self, index: int) -> dict[str, Any]:
        """One row as it stood in the file, its geometry as WKT."""
        cells = {name: column[index] for name, column in self.columns.items()}
        if self.srid is not None and self.geometry is not None and self.geometry[index] is not None:
            cells[GEOMETRY_COLUMN] = self.srid + shapely.to_wkt(self.geometry[index], rounding_precision=-1)
        return cells


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
