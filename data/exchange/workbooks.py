"""Excel workbooks (.xlsx), streamed sheet by sheet."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from data.exchange.reasons import Unreadable
from data.exchange.refusals import no_such_layer, several_layers, unreadable_file
from data.exchange.tables import Row, TableSource

#: A workbook unpacks to this much at most. Real lists of 100,000 rows unpack to some 50 MB; a few kilobytes that
#: unpack to gigabytes are an attack or a broken file.
LARGEST_UNPACKED_BYTES = 2 * 1024**3


def open_workbook(path: Path, sheet: str | None) -> TableSource:
    """One sheet as a table: the one named, else the only one with anything in it. Raises Unreadable otherwise."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED_BYTES:
                raise Unreadable(unreadable_file(path.name, "it unpacks to more than 2 GB / 解压后超过 2 GB"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Unreadable(unreadable_file(path.name, str(error))) from error
    try:
        sizes = {page.title: page.max_row or 0 for page in book.worksheets}
        chosen = _sheet(book, path.name, sheet)
        return TableSource(path.name, _rows(chosen), notes=[], total=sizes[chosen.title], close=book.close)
    except Unreadable:
        book.close()
        raise


def _sheet(book: Any, name: str, asked: str | None) -> Any:
    if asked is not None:
        if asked not in book.sheetnames:
            raise Unreadable(no_such_layer(name, asked, book.sheetnames))
        return book[asked]
    filled = [sheet for sheet in book.worksheets if next(_rows(sheet), None) is not None]
    if len(filled) > 1:
        raise Unreadable(several_layers(name, (sheet.title for sheet in filled)))
    return filled[0] if filled else book.worksheets[0]


def _rows(sheet: Any) -> Iterator[Row]:
    """Rows with something in them; many programs write a wrong size into the sheet, so it is not believed."""
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and cell != "" for cell in cells):
            yield Row(number, cells, done=number)
