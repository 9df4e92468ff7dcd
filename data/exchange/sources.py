"""Opens a file for reading, by its extension and by what is really in it."""

from __future__ import annotations

from pathlib import Path

from data.exchange.delimited import open_delimited
from data.exchange.reasons import Unreadable
from data.exchange.refusals import empty_file, unreadable_file, wrong_format
from data.exchange.rows import Source

DELIMITED = {".csv", ".tsv", ".txt", ".tab"}
WORKBOOKS = {".xlsx", ".xlsm"}
TEXTS = DELIMITED | {".geojson", ".json", ".geojsonl"}

#: How files begin, and what they are then, in both languages.
_BEGINNINGS: tuple[tuple[bytes, tuple[str, str]], ...] = (
    (b"PK\x03\x04", ("a zip file or an Excel workbook (.xlsx)", "压缩文件或 Excel 工作簿（.xlsx）")),
    (
        b"\xd0\xcf\x11\xe0",
        (
            "an old Excel workbook (.xls); save it as .xlsx or .csv",
            "旧版 Excel 工作簿（.xls），请另存为 .xlsx 或 .csv",
        ),
    ),
    (
        b"SQLite format 3",
        ("a GeoPackage or another SQLite file (.gpkg)", "GeoPackage 等 SQLite 文件（.gpkg）"),
    ),
    (b"%PDF", ("a PDF", "PDF 文件")),
    (b"\x89PNG", ("a picture", "图片")),
    (b"\xff\xd8\xff", ("a picture", "图片")),
    (b"<!DOCTYPE", ("a web page", "网页")),
    (b"<html", ("a web page", "网页")),
    (b"<?xml", ("XML", "XML 文件")),
)

#: How JSON begins where a table should; a column's name may begin with a bracket, hardly with one and a mark.
_JSON = (b'{"', b"{\n", b"{\r", b'[{"', b"[\n{")

_MAY_BEGIN_SO = {
    ".xlsx": b"PK\x03\x04",
    ".xlsm": b"PK\x03\x04",
    ".gpkg": b"SQLite format 3",
    ".kmz": b"PK\x03\x04",
}


def open_source(path: Path, layer: str | None = None, encoding: str | None = None) -> Source:
    """The rows of `path`. `layer`: which layer or sheet; `encoding`: of its text, found out when not given.

    Raises Unreadable, with the reason, for a file that is missing, empty, of another format than its extension says,
    has several layers and none is named, or cannot be read for another cause.
    """
    extension = path.suffix.lower()
    try:
        if path.is_file():
            _check_beginning(path, extension)
        if extension in DELIMITED:
            return open_delimited(path, encoding)
        if extension in WORKBOOKS:
            from data.exchange.workbooks import open_workbook  # loads slowly, like the next, and a CSV needs neither

            return open_workbook(path, layer)
        from data.exchange.parquet import ParquetSource
        from data.exchange.vectors import VectorSource

        if extension == ".parquet":
            return ParquetSource(path, layer, encoding)
        return VectorSource(path, layer, encoding)
    except OSError as error:
        raise Unreadable(unreadable_file(path.name, error.strerror or str(error))) from error


def _check_beginning(path: Path, extension: str) -> None:
    with path.open("rb") as file:
        head = file.read(64)
    if not head.strip():
        raise Unreadable(empty_file(path.name))
    expected = _MAY_BEGIN_SO.get(extension)
    found = next((what for mark, what in _BEGINNINGS if head.startswith(mark)), None)
    if found is None and extension in DELIMITED and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_JSON):
        found = ("JSON; if it is GeoJSON, call it .geojson", "JSON；若是 GeoJSON，请把扩展名改为 .geojson")
    wrong = not head.startswith(expected) if expected else extension in TEXTS and found is not None
    if wrong or (extension == ".xls"):
        raise Unreadable(wrong_format(path.name, extension, found or ("something else", "其他内容")))
