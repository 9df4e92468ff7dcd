"""Runs our own statements on the driver: others wait while a pin is written, and SQLAlchemy's share of a small
statement is several times the store's. What the driver raises is made what every other statement raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

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


#: A statement that reads, and its values.
Question = tuple[str, tuple[Any, ...]]

#: Answers that a session has been given ahead.
_AHEAD = "answers given ahead"


def ask(session: Session, question: Question) -> list[Sequence[Any]]:
    """The rows that answer a question of our own; one that was asked ahead has its answer, once."""
    answers: dict[Question, list[Sequence[Any]]] = session.info.get(_AHEAD, {})
    if question in answers:
        return answers.pop(question)
    rows: list[Sequence[Any]] = run(session.connection(), *question).fetchall()
    return rows


def first_at_or_after(columns: str, table: str, key: str, value: str) -> str:
    """A query for the row whose key, a column with an index, is the first at or after an SQL expression.

    Asked for equal keys, PostgreSQL plans to read the whole table while it is small, and keeps to its plan when it has
    grown; what is first in order only the index tells.
    """
    return f"SELECT {columns} FROM {table} WHERE {key} >= {value} ORDER BY {key} LIMIT 1"  # noqa: S608 - our own names


@contextmanager
def asked_ahead(session: Session, questions: Sequence[Question]) -> Iterator[None]:
    """PostgreSQL is asked at once what `ask` asks in this block: numbers and texts, in one trip there and back. On
    SQLite there is no trip to save.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        yield
        return
    statement = _asked(tuple(statement for statement, _ in questions))
    values = list(chain.from_iterable(values for _, values in questions))
    found = run(connection, statement, values).fetchone()
    session.info[_AHEAD] = {
        question: [tuple(row.values()) for row in rows or ()] for question, rows in zip(questions, found, strict=True)
    }
    try:
        yield
    finally:
        del session.info[_AHEAD]


@lru_cache(maxsize=128)
def _asked(statements: tuple[str, ...]) -> str:
    return f"SELECT {', '.join(f'(SELECT json_agg(answer) FROM ({one}) AS answer)' for one in statements)}"  # noqa: S608


#: What `write` has put off in a session: statements and their values.
_PUT_OFF = "writes put off"


@contextmanager
def together(session: Session) -> Iterator[None]:
    """What `write` is given in this block goes to PostgreSQL as one statement when the block ends; no part of it may
    change a row that another part of it writes.

    There a way to the store and back costs more than the rows of a pin, and others wait meanwhile. What is read in the
    block does not see what was put off. On SQLite everything is written at once: there is no way to save.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        yield
        return
    put_off: list[tuple[str, Sequence[Any]]] = []
    session.info[_PUT_OFF] = put_off
    try:
        yield
    finally:
        del session.info[_PUT_OFF]
    if put_off:
        statements, values = zip(*put_off, strict=True)
        statement, flat = _joined(statements), list(chain.from_iterable(values))
        _run(connection, statement, lambda cursor: cursor.execute(statement, flat))


def write(session: Session, statement: str, values: Sequence[Any]) -> None:
    """Runs a statement that writes, in a block of `together` when the block ends. Texts in it have been checked."""
    put_off = session.info.get(_PUT_OFF)
    if put_off is None:
        _run(session.connection(), statement, lambda cursor: cursor.execute(statement, values))
    else:
        put_off.append((statement, values))


@lru_cache(maxsize=128)
def _joined(statements: tuple[str, ...]) -> str:
    *parts, last = statements
    named = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(parts))
    return f"WITH {named} {last}" if parts else last


def _run(connection: Connection, statement: str, execute: Callable[[Any], object]) -> Any:
    cursor: Any = connection.connection.cursor()
    failed = connection.dialect.loaded_dbapi.Error
    try:
        execute(cursor)
    except failed as error:
        raise DBAPIError.instance(statement, None, error, failed, dialect=connection.dialect) from error
    return cursor
