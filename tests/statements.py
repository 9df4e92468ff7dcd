"""Statements as they were put into words for an earlier test: each test opens a store, and so an engine, of its own.

SQLAlchemy keeps the words of a statement with the engine, so every test would pay for all of its own anew: a tenth of
the time of most. They depend on the kind of the store alone, never on which one it is.
"""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

#: So many are kept, more than the code has; one engine keeps 500.
KEPT = LRUCache(4_000)  # type: ignore[var-annotated]


def share_between_stores() -> None:
    """From here on every engine keeps its statements in one place, and dialects of one kind are the same one there."""
    Engine._compiled_cache = property(lambda _: KEPT, lambda _, own: None)  # type: ignore[assignment]
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
        dialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign, assignment]
