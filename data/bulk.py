"""Inserts rows of one shape at the speed of the driver: on PostgreSQL COPY for many and JSON for few, which is one
value however many rows there are; prepared statements on SQLite.

SQLAlchemy's own insert costs more per row than the database does. Values go through the same column types, so what
is stored is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import repeat
from typing import Any

import orjson
import psycopg
import shapely
from sqlalchemy import Column, Connection, LargeBinary, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from data.columns import Geometry
from data.driver import run_many, write
from data.texts import check_texts

#: From this many rows on their values are put together by column, and PostgreSQL takes them by COPY. Below, starting
#: either costs more than it saves.
MANY = 50

Change = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Plan:
    names: tuple[str, ...]
    statement: str
    changes: tuple[Change, ...]
    texts: frozenset[str]

    def row(self, row: dict[str, Any]) -> list[Any]:
        """The values of one row: for a few rows quicker than by column."""
        values = list(map(row.get, self.names))
        check_texts(values)
        for place, change in self.changed:
            values[place] = change(values[place])
        return values

    @cached_property
    def changed(self) -> list[tuple[int, Callable[[Any], Any]]]:
        """Places of the columns whose values are changed on their way, and how."""
        return [(place, change) for place, change in enumerate(self.changes) if change is not None]

    def values(self, rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """The values of rows, by row."""
        by_column = []
        for name, change in zip(self.names, self.changes, strict=True):
            values = list(map(dict.get, rows, repeat(name)))
            if name in self.texts:
                check_texts(["".join(filter(None, values))])  # one look at a long text is cheaper than many
            by_column.append(values if change is None else _changed(change, values))
        return list(zip(*by_column, strict=True))


def _changed(change: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    """Each value as it is kept; one that stands in every row, such as the moment of a load, is changed once."""
    first = values[0]
    if all(value is first for value in values):
        return [change(first)] * len(values)
    return [change(value) for value in values]


def insert_rows(
    session: Session, table: Table, rows: Sequence[dict[str, Any]], names: Sequence[str] | None = None
) -> None:
    """Inserts rows in the caller's transaction: the columns of some names, or those of the first row's keys.

    A row that lacks one of them has nothing there; what else it holds is not kept here.
    """
    if not rows:
        return
    connection = session.connection()
    names = tuple(rows[0] if names is None else names)
    if connection.dialect.name == "sqlite":
        plan = _insert(table, names, connection.dialect)
        run_many(connection, plan.statement, list(map(plan.row, rows)) if len(rows) < MANY else plan.values(rows))
    elif len(rows) < MANY:
        plan = _insert_json(table, names, connection.dialect)
        listed = [dict(zip(names, plan.row(row), strict=True)) for row in rows]
        write(session, plan.statement, (orjson.dumps(listed).decode(),))
    else:
        _copy_in(connection, _copy(table, names, connection.dialect), rows)


def _copy_in(connection: Connection, plan: _Plan, rows: Sequence[dict[str, Any]]) -> None:
    """COPY speaks to the driver itself; what the driver raises is made what every other statement raises."""
    try:
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(plan.statement) as copy:
            for row in plan.values(rows):
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(plan.statement, None, error, psycopg.Error, dialect=connection.dialect) from error


@lru_cache(maxsize=256)
def _insert(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    columns = [table.c[name] for name in names]
    marks = (
        f"ST_GeomFromWKB(?, {column.type.srid})" if isinstance(column.type, Geometry) else "?" for column in columns
    )
    listed = ", ".join(f'"{name}"' for name in names)
    statement = f'INSERT INTO "{table.name}" ({listed}) VALUES ({", ".join(marks)})'  # noqa: S608 - our own names
    return _Plan(names, statement, tuple(_bound(column, dialect) for column in columns), _texts(columns))


@lru_cache(maxsize=256)
def _insert_json(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    listed = ", ".join(f'"{name}"' for name in names)
    rows = f'json_populate_recordset(NULL::"{table.name}", %s)'
    statement = f'INSERT INTO "{table.name}" ({listed}) SELECT {listed} FROM {rows}'  # noqa: S608 - our own names
    return _as_text(table, names, dialect, statement)


@lru_cache(maxsize=256)
def _copy(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    listed = ", ".join(f'"{name}"' for name in names)
    return _as_text(table, names, dialect, f'COPY "{table.name}" ({listed}) FROM STDIN')


def _as_text(table: Table, names: tuple[str, ...], dialect: Dialect, statement: str) -> _Plan:
    columns = [table.c[name] for name in names]
    return _Plan(names, statement, tuple(_written(column, dialect) for column in columns), _texts(columns))


def _texts(columns: Sequence[Column[Any]]) -> frozenset[str]:
    """Names of the columns that hold what somebody wrote."""
    return frozenset(column.name for column in columns if isinstance(column.type, Text))


def _bound(column: Column[Any], dialect: Dialect) -> Change:
    processor: Change = column.type.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _written(column: Column[Any], dialect: Dialect) -> Change:
    """How a value is written as text: shapes as hexadecimal EWKB, bytes as PostgreSQL reads them, everything else as
    for a statement.
    """
    if isinstance(column.type, LargeBinary):
        return lambda value: None if value is None else rf"\x{value.hex()}"
    if not isinstance(column.type, Geometry):
        return _bound(column, dialect)
    srid = column.type.srid
    return lambda value: (
        None if value is None else shapely.to_wkb(shapely.set_srid(value, srid), hex=True, include_srid=True)
    )
