"""Dated lists as features with intervals. All rows are read first: an interval ends where a later list begins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from data.exchange import reasons
from data.exchange.reasons import Reject
from data.exchange.rows import ROWS_A_CHUNK, Chunk
from data.exchange.snapshots import Interval, intervals
from data.exchange.values import ColumnReader
from layers.features import Incoming
from layers.intake_rows import RowMaker, Taken

_NOT_COMPARED = {"source_id", "valid_from", "valid_to"}


def dated(maker: RowMaker, dates: ColumnReader, chunks: Iterator[Chunk]) -> Iterator[tuple[Taken, Chunk | None]]:
    """First the rejects of each chunk with its chunk, then the intervals in batches, without one.

    What is the same in every value is the same thing. The id of an interval follows from the thing and the beginning,
    so that a longer list loaded later updates the interval that was still open.
    """
    rows: list[tuple[str, datetime]] = []
    named: list[tuple[Incoming, dict[str, Any]]] = []
    for chunk in chunks:
        taken = maker.take(chunk)
        _date(taken, chunk, dates, rows, named)
        yield Taken(rejects=taken.rejects, not_found=taken.not_found, repaired=taken.repaired), chunk
    weights = _weights(rows, found := intervals(rows))
    for start in range(0, len(found), ROWS_A_CHUNK):
        yield _batch(found[start : start + ROWS_A_CHUNK], weights[start : start + ROWS_A_CHUNK], rows, named), None


def _date(
    taken: Taken,
    chunk: Chunk,
    dates: ColumnReader,
    rows: list[tuple[str, datetime]],
    named: list[tuple[Incoming, dict[str, Any]]],
) -> None:
    days, bad = dates.read(chunk.columns.get(dates.column, []))
    at = {line: index for index, line in enumerate(chunk.lines)}
    missing = reasons.about(dates.spec.titles, dates.column, reasons.required_missing())
    for one in taken.incoming:
        index = at[one.line]
        if days[index] is None:
            taken.rejects.append(Reject(one.line, bad.get(index, missing), chunk.cells_of(index)))
            continue
        rows.append((one.values.model_dump_json(exclude=_NOT_COMPARED), days[index]))
        named.append((one, chunk.cells_of(index)))


def _weights(rows: list[tuple[str, datetime]], found: list[Interval]) -> list[int]:
    """How many rows each interval was made of."""
    begins: dict[str, list[tuple[datetime, int]]] = {}
    for position, interval in enumerate(found):
        begins.setdefault(rows[interval.row][0], []).append((interval.starts, position))
    weights = [0] * len(found)
    for what, day in rows:
        weights[max((start, position) for start, position in begins[what] if start <= day)[1]] += 1
    return weights


def _batch(
    found: list[Interval],
    weights: list[int],
    rows: list[tuple[str, datetime]],
    named: list[tuple[Incoming, dict[str, Any]]],
) -> Taken:
    taken = Taken()
    cells: dict[int, dict[str, Any]] = {}
    for interval, weight in zip(found, weights, strict=True):
        first, shown = named[interval.row]
        mark = hashlib.sha256(rows[interval.row][0].encode()).hexdigest()[:16]
        dated_values = {
            "valid_from": interval.starts,
            "valid_to": interval.ends,
            "source_id": f"list-{mark}-{interval.starts:%Y%m%dT%H%M}",
        }
        taken.incoming.append(Incoming(first.values.model_copy(update=dated_values), first.geometry, first.line))
        taken.rows_of[first.line] = weight
        cells[first.line] = shown
    taken.cells_of = lambda line: cells[line]
    return taken
