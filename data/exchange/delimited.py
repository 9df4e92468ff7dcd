"""CSV in any encoding and with any delimiter, read row by row so that one bad row costs one row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from data.exchange.reasons import Reason, open_quotation
from data.exchange.refusals import unreadable_file
from data.exchange.rows import ROWS_A_CHUNK
from data.exchange.tables import Row, TableSource
from data.exchange.text_lines import LONGEST_ROW, Line, encoding_name, find_encoding, text_lines

#: In the order in which they are preferred where two would do equally well.
DELIMITERS = ",\t;|，；、^~:#"

#: A quoted cell may run over this many lines; more is a quotation mark that was forgotten.
LINES_IN_A_ROW = 500

_SAMPLE_LINES = 30


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    text: str | None
    reason: Reason | None
    shown: str
    done: int


def open_delimited(path: Path, encoding: str | None) -> TableSource:
    """The file as a table. Raises Unreadable for an empty or binary file, or one without column names."""
    csv.field_size_limit(LONGEST_ROW)
    found = find_encoding(path, encoding)
    sample = [line.text for line, _ in islice(text_lines(path, found), _SAMPLE_LINES) if line.text]
    declared = sample[0][4:5] if sample and sample[0].lower().startswith("sep=") else ""
    delimiter = declared or find_delimiter(sample)
    lines = text_lines(path, found)
    if declared:
        next(lines)
    note = Reason(
        f"read as {encoding_name(found)}, cells separated by {_shown(delimiter)}",
        f"按 {encoding_name(found)} 读取，分隔符为 {_shown(delimiter)}",
    )
    rows = _rows(_records(lines, delimiter), delimiter)
    return TableSource(path.name, rows, notes=[note], total=path.stat().st_size, close=lines.close)


def _shown(delimiter: str) -> str:
    return "TAB" if delimiter == "\t" else delimiter


def find_delimiter(lines: list[str]) -> str:
    """The delimiter that cuts most of these lines into as many cells as the widest agreement does; a comma if none."""
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        counts = [_count_outside_quotes(line, delimiter) for line in lines]
        usual = max(set(counts), key=lambda count: (count > 0, counts.count(count), count), default=0)
        if usual and (score := (counts.count(usual), usual)) > best_score:
            best, best_score = delimiter, score
    return best


def _count_outside_quotes(line: str, delimiter: str) -> int:
    return sum(piece.count(delimiter) for piece in line.split('"')[::2])


def _records(lines: Iterator[tuple[Line, int]], delimiter: str) -> Iterator[_Record]:
    """Lines put together where a quoted cell runs on. A quotation mark that never closes costs its own line only."""
    waiting: deque[tuple[Line, int]] = deque()
    while (entry := waiting.popleft() if waiting else next(lines, None)) is not None:
        line, done = entry
        if line.text is None:
            yield _Record(line.number, None, line.reason, line.shown, done)
        elif '"' not in line.text or not _ends_inside_quotes(line.text, delimiter, inside=False):
            if line.text:
                yield _Record(line.number, line.text, None, "", done)
        else:
            following, closed = _until_closed(line.text, waiting, lines, delimiter)
            if closed:
                text = "\n".join([line.text, *(str(more.text) for more, _ in following)])
                yield _Record(line.number, text, None, "", following[-1][1])
            else:
                yield _Record(line.number, None, open_quotation(), line.text[:LONGEST_ROW], done)
                waiting.extendleft(reversed(following))


def _until_closed(
    text: str, waiting: deque[tuple[Line, int]], lines: Iterator[tuple[Line, int]], delimiter: str
) -> tuple[list[tuple[Line, int]], bool]:
    """The lines that follow up to the one that closes the quotation, and whether one did within the limits."""
    following: list[tuple[Line, int]] = []
    size = len(text)
    while len(following) < LINES_IN_A_ROW and size <= LONGEST_ROW:
        entry = waiting.popleft() if waiting else next(lines, None)
        if entry is None:
            break
        following.append(entry)
        if entry[0].text is None or not _closes_well(entry[0].text, delimiter):
            break
        size += len(entry[0].text)
        if not _ends_inside_quotes(entry[0].text, delimiter, inside=True):
            return following, True
    return following, False


def _closes_well(text: str, delimiter: str) -> bool:
    """Whether the first single quotation mark in this line may close a cell that was opened in an earlier one.

    After it the cell must be over. Where a word follows, it opens a cell, and the earlier mark was a slip: taken by the
    letter, all the rows between the two would vanish into one cell.
    """
    mark = text.replace('""', "  ").find('"')
    return mark < 0 or text[mark + 1 : mark + 2] in ("", delimiter)


def _ends_inside_quotes(text: str, delimiter: str, *, inside: bool) -> bool:
    """Whether a quoted cell is still open at the end of this line, by the rules of the csv module.

    A quotation mark opens a cell only as its first character; elsewhere it is a character like any other (5" pipe).
    """
    position = 0
    if not inside and text.startswith('"'):
        inside, position = True, 1
    while True:
        if inside:
            end = text.find('"', position)
            if end < 0:
                return True
            if text.startswith('""', end):
                position = end + 2
                continue
            position = end + 1
        opening = text.find(delimiter + '"', position)
        if opening < 0:
            return False
        inside, position = True, opening + 2


def _rows(records: Iterator[_Record], delimiter: str) -> Iterator[Row]:
    while batch := list(islice(records, ROWS_A_CHUNK)):
        yield from _parsed(batch, delimiter)


def _parsed(batch: list[_Record], delimiter: str) -> Iterator[Row]:
    """The records' cells: all at once where each is one row, one by one where the csv module sees it otherwise."""
    texts = [record.text for record in batch if record.text is not None]
    try:
        parsed = list(csv.reader(texts, delimiter=delimiter))
    except csv.Error:
        parsed = []
    if len(parsed) != len(texts):
        yield from (_parsed_alone(record, delimiter) for record in batch)
        return
    cells = iter(parsed)
    for record in batch:
        if record.text is None:
            yield Row(record.number, None, record.reason, record.shown, record.done)
        elif any(row := next(cells)):
            yield Row(record.number, row, done=record.done)


def _parsed_alone(record: _Record, delimiter: str) -> Row:
    if record.text is None:
        return Row(record.number, None, record.reason, record.shown, record.done)
    try:
        parsed = list(csv.reader([record.text], delimiter=delimiter))
    except csv.Error as error:
        return Row(record.number, None, unreadable_file("the row / 此行", str(error)), record.text, record.done)
    return Row(record.number, parsed[0] if parsed else [], done=record.done)
