"""GeoParquet files, through Arrow: the GDAL that comes with pyogrio has no driver for them."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet

from data.exchange.reasons import Unreadable
from data.exchange.refusals import no_rows, unreadable_file
from data.exchange.rows import ROWS_A_CHUNK
from data.exchange.vectors import VectorSource, srid_of


class ParquetSource(VectorSource):
    """A GeoParquet file, or a Parquet table without geometry (see data.exchange.rows.Source)."""

    def _start(self, path: Path, layer: str | None, encoding: str | None) -> None:
        file = self._open.enter_context(pyarrow.parquet.ParquetFile(path))
        about = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        self._geometry_column = about.get("primary_column", "")
        described = about.get("columns", {}).get(self._geometry_column, {})
        if described and described.get("encoding") != "WKB":
            raise Unreadable(unreadable_file(path.name, "its shapes are not WKB / 图形不是 WKB 编码"))
        self.has_geometry = bool(described)
        crs = described.get("crs", "OGC:CRS84")
        self.crs = crs if isinstance(crs, str) or crs is None else json.dumps(crs)
        self._srid = srid_of(self.crs)
        self.columns = tuple(name for name in file.schema_arrow.names if name != self._geometry_column)
        self.total = file.metadata.num_rows
        if not self.total:
            raise Unreadable(no_rows(path.name))
        self._batches = file.iter_batches(ROWS_A_CHUNK)
