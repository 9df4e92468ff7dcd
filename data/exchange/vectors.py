"""Vector files through GDAL (GeoJSON, GeoPackage, Shapefile, KML …), streamed in batches."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from data.exchange.gdal import pyogrio
from data.exchange.places import is_degrees
from data.exchange.reasons import Reason, Reject, SourceFailed, Unreadable, other_encoding
from data.exchange.refusals import no_rows, no_such_layer, several_layers, unreadable_file, wrong_format
from data.exchange.rows import ROWS_A_CHUNK, Chunk
from data.exchange.text_lines import encoding_name, find_encoding, text_lines

#: GDAL refuses a GeoJSON feature beyond this many megabytes instead of building it in memory.
LARGEST_FEATURE_MEGABYTES = "25"

#: GDAL refuses a text in GeoJSON beyond this many megabytes, wherever it stands.
LONGEST_VALUE_MEGABYTES = 10

#: What each extension must hold; any other extension may hold whatever GDAL recognises.
_DRIVERS = {
    ".geojson": {"GeoJSON", "GeoJSONSeq", "TopoJSON", "ESRIJSON"},
    ".json": {"GeoJSON", "GeoJSONSeq", "TopoJSON", "ESRIJSON"},
    ".geojsonl": {"GeoJSONSeq", "GeoJSON"},
    ".gpkg": {"GPKG"},
    ".shp": {"ESRI Shapefile"},
    ".kml": {"KML", "LIBKML"},
    ".kmz": {"LIBKML"},
}


_GDAL_FAILS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pa.ArrowException)


class VectorSource:
    """One layer of a vector file, opened for reading (see data.exchange.rows.Source)."""

    def __init__(self, path: Path, layer: str | None, encoding: str | None) -> None:
        self.name = path.name
        self.notes: list[Reason] = []
        self.tags: dict[str, str] = {}
        self._open = ExitStack()
        pyogrio.set_gdal_config_options({"OGR_GEOJSON_MAX_OBJ_SIZE": LARGEST_FEATURE_MEGABYTES})
        try:
            self._start(path, layer, encoding)
        except (*_GDAL_FAILS, UnicodeDecodeError) as error:
            self.close()
            raise Unreadable(unreadable_file(path.name, _short(error))) from error
        except BaseException:
            self.close()
            raise

    def _start(self, path: Path, layer: str | None, encoding: str | None) -> None:
        path = self._as_utf8(path, encoding)
        chosen = _layer(path, self.name, layer)
        encoding = encoding or _dbf_encoding(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            info = pyogrio.read_info(path, layer=chosen, encoding=encoding)
            allowed = _DRIVERS.get(path.suffix.lower())
            if allowed and info["driver"] not in allowed:
                raise Unreadable(wrong_format(self.name, path.suffix, (info["driver"], info["driver"])))
            meta, self._batches = self._open.enter_context(
                pyogrio.open_arrow(
                    path,
                    layer=chosen,
                    encoding=encoding,
                    batch_size=ROWS_A_CHUNK,
                    datetime_as_string=True,
                    use_pyarrow=True,
                )
            )
        self.total = max(int(info["features"]), 0)
        if info["features"] == 0:
            raise Unreadable(no_rows(self.name))
        self.crs = meta["crs"]
        self._srid = srid_of(self.crs)
        self.has_geometry = meta["geometry_type"] is not None
        self._geometry_column = meta["geometry_name"] or "wkb_geometry"
        self.columns = tuple(str(name) for name in meta["fields"])
        if encoding:
            self.notes.append(
                Reason(f"letters read as {encoding_name(encoding)}", f"文字按 {encoding_name(encoding)} 读取")
            )

    def _as_utf8(self, path: Path, encoding: str | None) -> Path:
        """GeoJSON is UTF-8 by its standard; one written in another encoding is rewritten beside the system's files."""
        if path.suffix.lower() not in (".geojson", ".json", ".geojsonl"):
            return path
        found = find_encoding(path, encoding)
        if found == "utf-8":
            return path
        folder = self._open.enter_context(TemporaryDirectory())
        copy = Path(folder) / path.name
        with copy.open("w", encoding="utf-8") as file:
            for line, _ in text_lines(path, found):
                if line.text is None:
                    raise Unreadable(line.reason or other_encoding(encoding_name(found)))
                file.write(line.text + "\n")
        self.notes.append(Reason(f"read as {encoding_name(found)}", f"按 {encoding_name(found)} 读取"))
        return copy

    def chunks(self) -> Iterator[Chunk]:
        """The features in file order; `lines` counts them from 1."""
        read = 0
        while (batch := self._next_batch()) is not None:
            lines = list(range(read + 1, read + 1 + batch.num_rows))
            read += batch.num_rows
            yield self._chunk(batch, lines, read)

    def _next_batch(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks on single features come again as rejects of their rows
            try:
                return next(self._batches, None)
            except _GDAL_FAILS as error:
                raise SourceFailed(_short(error)) from error

    def _chunk(self, batch: Any, lines: list[int], done: int) -> Chunk:
        broken: set[int] = set()
        columns = {name: _cells(batch.column(name), broken) for name in self.columns}
        geometry = _geometry(batch.column(self._geometry_column)) if self.has_geometry else None
        chunk = Chunk(lines, columns, geometry, done=done, srid=self._srid)
        return _without(chunk, broken) if broken else chunk

    def close(self) -> None:
        """Lets go of the file."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._open.close()


def srid_of(crs: str | None) -> str | None:
    """What EWKT says of a coordinate system in front of a shape: nothing for degrees, None where it has no number."""
    if crs is None or is_degrees(crs):
        return ""
    number = CRS.from_user_input(crs).to_epsg()
    return f"SRID={number};" if number else None


def _layer(path: Path, name: str, asked: str | None) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
    if asked is not None:
        if asked not in layers:
            raise Unreadable(no_such_layer(name, asked, layers))
        return asked
    if len(layers) > 1:
        raise Unreadable(several_layers(name, layers))
    if not layers:
        raise Unreadable(no_rows(name))
    return layers[0]


def _dbf_encoding(path: Path) -> str | None:
    """The encoding of a Shapefile that does not name one (no .cpg, no code page), judged by its letters.

    Byte 29 of the .dbf names a code page; 0 and 0x57 (whatever the writer's system used) say nothing.
    """
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not table.exists():
        return None
    content = table.read_bytes()[: 4 * 1024 * 1024]
    if len(content) < 32 or content[29] not in (0, 0x57) or content[32:].isascii():
        return None
    try:
        content[32:].decode("utf-8")
    except UnicodeDecodeError as error:
        cut_at_the_end = error.start > len(content) - 32 - 4
        return "UTF-8" if cut_at_the_end else "GB18030"
    return "UTF-8"


def _cells(column: Any, broken: set[int]) -> list[Any]:
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        raw = column.cast(pa.binary()).to_pylist()
    cells: list[Any] = []
    for index, value in enumerate(raw):
        try:
            cells.append(None if value is None else value.decode("utf-8"))
        except UnicodeDecodeError:
            broken.add(index)
            cells.append(value.decode("utf-8", "replace"))
    return cells


def _geometry(column: Any) -> NDArray[np.object_]:
    wkb = np.asarray(column.to_pylist(), dtype=object)
    shapes: NDArray[np.object_] = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    return shapes


def _without(chunk: Chunk, broken: set[int]) -> Chunk:
    keep = [index for index in range(len(chunk.lines)) if index not in broken]
    return Chunk(
        lines=[chunk.lines[index] for index in keep],
        columns={name: [cells[index] for index in keep] for name, cells in chunk.columns.items()},
        geometry=chunk.geometry[keep] if chunk.geometry is not None else None,
        rejects=[
            Reject(chunk.lines[index], other_encoding("UTF-8"), chunk.cells_of(index)) for index in sorted(broken)
        ],
        done=chunk.done,
        srid=chunk.srid,
    )


def _short(error: Exception) -> str:
    """What GDAL says, in one line that helps: without the advice it gives to programmers."""
    text = str(error)
    if "OGR_GEOJSON_MAX_OBJ_SIZE" in text:
        return f"one feature is larger than {LARGEST_FEATURE_MEGABYTES} MB"
    if "Too many characters" in text:  # how GDAL's reader of JSON refuses a text that does not end
        return f"one value is longer than {LONGEST_VALUE_MEGABYTES} MB"
    if "not recognized" in text:
        return "it is not a vector file GDAL knows"
    return ": ".join(part.strip() for part in text.split("\n")[0].split(";")[:2])
