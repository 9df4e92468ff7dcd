"""Figures kept per cell: sums that only writes change, the deltas they came from, and spans that time alone changes.

Nothing here knows what a figure means: columns and kinds are named by whoever builds the tables. A delta row says that
from `at` on a cell of resolution 11 holds more or less; the rollup row of a (resolution, cell) is the sum of them all.
A span row says that over one leaf range something holds between two moments (milliseconds since 1970).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.orm import Session

from data.columns import Cell, Key
from data.driver import run_many, write

#: Stand for "without beginning" and "without end"; far outside any moment, well inside 64 bits.
ALWAYS_MS, NEVER_MS = -(2**60), 2**60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 of a moment."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment_of(ms: int) -> datetime:
    """The moment of milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=ms)


def span_class(starts_ms: int, ends_ms: int) -> int:
    """The size class of an interval: every interval of class c is shorter than 4**c ms.

    All intervals of a class that hold at t began within the last 4**c ms, so "what holds at t" is one short
    index range per class, however long the record is.
    """
    return ((ends_ms - starts_ms).bit_length() + 1) // 2


def rollup_table(metadata: MetaData, columns: Sequence[str]) -> Table:
    """One wide row a (resolution, cell), clustered in that order."""
    figures = [Column(name, Integer, nullable=False, server_default="0") for name in columns]
    return Table(
        "cell_rollups",
        metadata,
        Column("res", SmallInteger, primary_key=True, autoincrement=False),
        Column("cell", Cell, primary_key=True, autoincrement=False),
        *figures,
        sqlite_with_rowid=False,
    )


def delta_table(metadata: MetaData, columns: Sequence[str]) -> Table:
    """One row a change of a cell of resolution 11, from a moment on, and the feature by which it changed.

    Nothing is asked by feature but which rows go with it when it is erased as if it had never been: no index.
    """
    figures = [Column(name, Integer, nullable=False, server_default="0") for name in columns]
    return Table(
        "cell_deltas",
        metadata,
        Column("id", Key, primary_key=True),
        Column("cell", Cell, nullable=False),
        Column("at", BigInteger, nullable=False),
        *figures,
        Column("layer", Text),
        Column("feature_id", Key),
        Index("ix_cell_deltas_at", "at"),
    )


def span_table(metadata: MetaData) -> Table:
    """One row a leaf range and interval of a feature; see layers.description.Span for kind, first, second and tag."""
    return Table(
        "cell_spans",
        metadata,
        Column("id", Key, primary_key=True),
        Column("layer", Text, nullable=False),
        Column("feature_id", Key, nullable=False),
        Column("kind", Text, nullable=False),
        Column("tag", Text, nullable=False),
        Column("hours", Text, nullable=False),
        Column("first", Integer, nullable=False),
        Column("second", Integer, nullable=False),
        Column("starts", BigInteger, nullable=False),
        Column("ends", BigInteger, nullable=False),
        Column("size", SmallInteger, nullable=False),
        Column("lo", Cell, nullable=False),
        Column("hi", Cell, nullable=False),
        Column("rank", Integer, nullable=False),
        Column("n", Integer, nullable=False),
        Column("settled", SmallInteger, nullable=False, server_default="0"),
        Index("ix_cell_spans_layer_feature_id", "layer", "feature_id"),
        Index("ix_cell_spans_size_starts", "size", "starts"),
        Index("ix_cell_spans_ends", "ends"),
    )


def apply(session: Session, columns: Sequence[str], keys: np.ndarray, amounts: np.ndarray) -> None:
    """Adds `amounts` (rows × columns) to the rollup rows `keys` (rows × (res, cell)), in key order.

    One order for every writer is what keeps two of them from waiting for each other over a city's coarse cells.
    """
    used = np.flatnonzero(amounts.any(axis=0))
    if not len(used):
        return
    names = tuple(columns[i] for i in used.tolist())
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    order = order[amounts[order].any(axis=1)]
    rows = np.column_stack((keys[order], amounts[np.ix_(order, used)]))
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        write(session, _upsert_arrays(names), [_array(column.tolist()) for column in rows.T])
    else:
        run_many(connection, _upsert(names, 1), list(map(tuple, rows.tolist())))


def apply_few(session: Session, sums: Mapping[tuple[int, int], Mapping[str, int]]) -> None:
    """`apply` for a few rows, given by (res, cell) and column, in one statement."""
    names = tuple(sorted({name for row in sums.values() for name, amount in row.items() if amount}))
    if not names:
        return
    rows = [(*key, *(sums[key].get(name, 0) for name in names)) for key in sorted(sums)]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        write(session, _upsert_arrays(names), [_array(column) for column in zip(*rows, strict=True)])
    else:
        write(session, _upsert(names, len(rows)), [value for row in rows for value in row])


def _adding(columns: tuple[str, ...]) -> str:
    sums = ", ".join(f"{name} = cell_rollups.{name} + excluded.{name}" for name in columns)
    return f"ON CONFLICT (res, cell) DO UPDATE SET {sums}"


@lru_cache(maxsize=512)
def _upsert(columns: tuple[str, ...], rows: int) -> str:
    row = "(" + ", ".join("?" * (len(columns) + 2)) + ")"
    names, values = ", ".join(columns), ", ".join([row] * rows)
    return f"INSERT INTO cell_rollups (res, cell, {names}) VALUES {values} {_adding(columns)}"  # noqa: S608


def _array(numbers: Iterable[int]) -> str:
    """Whole numbers as PostgreSQL writes an array: the driver looks at each of them, for longer than it is written."""
    return "{" + ",".join(map(str, numbers)) + "}"


@lru_cache(maxsize=64)
def _upsert_arrays(columns: tuple[str, ...]) -> str:
    types = ["smallint", "bigint", *(["integer"] * len(columns))]
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    names = ", ".join(columns)
    return f"INSERT INTO cell_rollups (res, cell, {names}) SELECT * FROM unnest({arrays}) {_adding(columns)}"  # noqa: S608
