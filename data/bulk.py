"""Inserts many rows of one shape at the speed of the driver: COPY on PostgreSQL, prepared executemany on SQLite.

SQLAlchemy's own executemany costs more per row than the database does; it is used for a few rows, where planning the
statement would not pay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import shapely
from sqlalchemy import Column, Table, insert
from sqlalchemy.orm import Session

from data.columns import Geometry

#: From this many rows on the driver is used directly.
MANY = 50


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows of one shape (the first row's keys) in the caller's transaction."""
    if not rows:
        return
    if len(rows) < MANY:
        session.execute(insert(table).inline(), list(rows))
        return
    names = list(rows[0])
    columns = [table.c[name] for name in names]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        values = _as_tuples(rows, names, [_copied(column, connection.dialect) for column in columns])
        listed = ", ".join(f'"{name}"' for name in names)
        cursor = connection.connection.cursor()
        with cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy:
            for row in values:
                copy.write_row(row)
        cursor.close()
        return
    places = ", ".join(
        f"ST_GeomFromWKB(?, {column.type.srid})" if isinstance(column.type, Geometry) else "?" for column in columns
    )
    listed = ", ".join(f'"{name}"' for name in names)
    values = _as_tuples(rows, names, [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
                                      for column in columns])  # fmt: skip
    statement = f'INSERT INTO "{table.name}" ({listed}) VALUES ({places})'  # noqa: S608 - names of our own tables
    connection.exec_driver_sql(statement, values)


Change = Callable[[Any], Any] | None


def _copied(column: Column[Any], dialect: Any) -> Change:
    """How a value is written for COPY: shapes as hexadecimal EWKB, everything else as for a statement."""
    if isinstance(column.type, Geometry):
        srid = column.type.srid
        return lambda value: (
            None if value is None else shapely.to_wkb(shapely.set_srid(value, srid), hex=True, include_srid=True)
        )
    processor: Change = column.type.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _as_tuples(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], changes: Sequence[Change]
) -> list[tuple[Any, ...]]:
    by_column = []
    for name, change in zip(names, changes, strict=True):
        values = [row[name] for row in rows]
        by_column.append(values if change is None else [change(value) for value in values])
    return list(zip(*by_column, strict=True))
