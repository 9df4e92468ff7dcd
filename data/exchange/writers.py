"""Features out: GeoJSON (RFC 7946), GeoPackage, CSV with HXL tags, GeoParquet, by the file's extension.

A file appears whole or not at all: it is written beside its place, synced, and then takes it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from data.exchange.fields import LAT, LNG, WKT
from data.exchange.reasons import Unreadable
from data.exchange.refusals import unknown_extension
from data.exchange.specs import FieldSpec, GeometryKind
from data.exchange.spreadsheets import guarded
from data.exchange.whole_files import whole_file

Row = Mapping[str, Any]

#: Decimals of a degree kept in text: about a centimetre. More is noise, and says more about a place than is known.
DECIMALS = 7

_ROWS_AT_ONCE = 2_000


def write_features(
    path: Path, rows: Iterable[Row], fields: Sequence[FieldSpec], geometry: GeometryKind, *, layer: str
) -> int:
    """Writes rows (values by field name, a WGS 84 shape or None under "geometry") and gives how many there were.

    `layer` names the layer inside a GeoPackage. Raises Unreadable, with the reason and nothing changed, for an
    extension that is none of FORMATS and for a place that cannot be written to.
    """
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise Unreadable(unknown_extension(path.name, FORMATS))
    with whole_file(path) as part:
        return write(part, rows, fields, geometry, layer)


def _geojson(part: Path, rows: Iterable[Row], fields: Sequence[FieldSpec], geometry: GeometryKind, layer: str) -> int:
    names = [spec.name for spec in fields]
    count = 0
    with part.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for batch in _batches(rows):
            shapes = shapely.to_geojson(_right_handed(batch))
            for row, shape in zip(batch, shapes, strict=True):
                properties = {name: row.get(name) for name in names}
                file.write(b",\n" if count else b"\n")
                file.write(b'{"type":"Feature","geometry":' + (shape or "null").encode() + b',"properties":')
                file.write(orjson.dumps(properties, default=_plain, option=orjson.OPT_UTC_Z) + b"}")
                count += 1
        file.write(b"\n]}\n")
    return count


def _csv(part: Path, rows: Iterable[Row], fields: Sequence[FieldSpec], geometry: GeometryKind, layer: str) -> int:
    import hxl  # loads slowly, and only this writer needs it
    from hxl.input import ArrayInput

    places = (LNG, LAT) if geometry == "point" else (WKT,)
    counted = _Counted(rows)
    table = ArrayInput(_table(counted, fields, places))
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        file.writelines(hxl.data(table).gen_csv())
    return counted.count


def _table(rows: Iterable[Row], fields: Sequence[FieldSpec], places: Sequence[FieldSpec]) -> Iterator[list[Any]]:
    every = [*fields, *places]
    yield [spec.name for spec in every]
    yield [spec.hxl for spec in every]
    for batch in _batches(rows):
        for row, shape in zip(batch, _right_handed(batch), strict=True):
            yield [*(_cell(row.get(spec.name)) for spec in fields), *_place_cells(shape, places)]


def _place_cells(shape: Any, places: Sequence[FieldSpec]) -> list[Any]:
    if shape is None:
        return [""] * len(places)
    if places[0] is WKT:
        return [shapely.to_wkt(shape, rounding_precision=DECIMALS)]
    return [shape.x, shape.y]


def _cell(value: Any) -> Any:
    """A value as it stands in a cell: lists as JSON, moments in UTC, text never as something to run."""
    if value is None or isinstance(value, (int, float)):
        return "" if value is None else value
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(value, ensure_ascii=False, default=_plain) if value else ""
    return guarded(_moment(value) if isinstance(value, datetime) else str(value))


def _geopackage(
    part: Path, rows: Iterable[Row], fields: Sequence[FieldSpec], geometry: GeometryKind, layer: str
) -> int:
    frame = _frame(rows, fields, nested_as_text=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind = "Point" if geometry == "point" else "MultiPolygon"
        frame.to_file(part, driver="GPKG", layer=layer, engine="pyogrio", geometry_type=kind, promote_to_multi=True)
    return len(frame)


def _parquet(part: Path, rows: Iterable[Row], fields: Sequence[FieldSpec], geometry: GeometryKind, layer: str) -> int:
    frame = _frame(rows, fields, nested_as_text=False)
    frame.to_parquet(part, index=False, compression="zstd")
    return len(frame)


def _frame(rows: Iterable[Row], fields: Sequence[FieldSpec], *, nested_as_text: bool) -> Any:
    import data.exchange.gdal  # noqa: F401 - before geopandas, which would load GDAL in its own way

    # isort: split
    import geopandas  # loads slowly, and only these writers need it
    import pandas

    shapes: list[Any] = []
    cells: dict[str, list[Any]] = {spec.name: [] for spec in fields}
    for row in rows:
        shapes.append(row.get("geometry"))
        for name, column in cells.items():
            column.append(row.get(name))
    series = {spec.name: _series(pandas, spec, cells.pop(spec.name), nested_as_text) for spec in fields}
    return geopandas.GeoDataFrame(series, geometry=geopandas.GeoSeries(shapes, crs=4326), crs=4326)


def _series(pandas: Any, spec: FieldSpec, values: list[Any], nested_as_text: bool) -> Any:
    if spec.kind == "moment":
        return pandas.Series(pandas.to_datetime(values, utc=True))
    if spec.kind == "whole":
        return pandas.Series(values, dtype="Int64")
    if spec.kind == "number":
        return pandas.Series([None if v is None else float(v) for v in values], dtype="float64")
    if spec.kind == "flag":
        return pandas.Series(values, dtype="boolean")
    if spec.kind == "structure" or (spec.kind == "texts" and nested_as_text):
        values = [json.dumps(v, ensure_ascii=False, default=_plain) if v else None for v in values]
    return pandas.Series(values, dtype="object")


FORMATS: dict[str, Callable[[Path, Iterable[Row], Sequence[FieldSpec], GeometryKind, str], int]] = {
    ".geojson": _geojson,
    ".gpkg": _geopackage,
    ".csv": _csv,
    ".parquet": _parquet,
}


class _Counted:
    """Rows that count themselves as they pass."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    stream = iter(rows)
    while batch := list(islice(stream, _ROWS_AT_ONCE)):
        yield batch


def _right_handed(batch: Sequence[Row]) -> Any:
    """The batch's shapes with outer rings counter-clockwise, as RFC 7946 asks, and coordinates rounded."""
    shapes = np.array([row.get("geometry") for row in batch], dtype=object)
    rounded = shapely.transform(shapes, lambda places: np.round(places, DECIMALS))
    return shapely.orient_polygons(rounded)


def _plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (datetime, date)):
        return _moment(value)
    raise TypeError(f"{type(value).__name__} cannot be written")


def _moment(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
