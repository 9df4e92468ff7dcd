"""Runs our own statements on the driver: others wait while a pin is written, and SQLAlchemy's share of a small
statement is several times the store's. What the driver raises is made what every other statement raises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data.texts import check_texts


def mark_of(connection: Connection) -> str:
    """What stands for a value in a statement of this store."""
    return "%s" if connection.dialect.name == "postgresql" else "?"


def run(connection: Connection, statement: str, values: Sequence[Any] = ()) -> Any:
    """Runs a statement in the connection's transaction; gives the driver's cursor."""
    check_texts(values)
    return _run(connection, statement, lambda cursor: cursor.execute(statement, values))


def run_many(connection: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Runs a statement for each row of values, in their order. Their texts have been checked."""
    if len(rows) == 1:
        _run(connection, statement, lambda cursor: cursor.execute(statement, rows[0]))
    else:
        _run(connection, statement, lambda cursor: cursor.executemany(statement, rows))


def _run(connection: Connection, statement: str, execute: Callable[[Any], object]) -> Any:
    cursor: Any = connection.connection.cursor()
    failed = connection.dialect.loaded_dbapi.Error
    try:
        execute(cursor)
    except failed as error:
        raise DBAPIError.instance(statement, None, error, failed, dialect=connection.dialect) from error
    return cursor
