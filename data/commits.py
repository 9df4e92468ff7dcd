"""What has been committed to the store, as a count to compare with an earlier one, for a fraction of a query's price.

A count may be shared: to a request it is as good as one of its own if the look for it began after the request had come
(`since`). Under load many requests wait while one works, and one look does for all of them
(docs/decisions/0057).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from data.database import Database


class _Request(threading.local):
    """When what this thread works on came, by the monotonic clock; None where every look must be its own."""

    came: float | None = None


_request = _Request()


@contextmanager
def since(came: float) -> Iterator[None]:
    """What this thread counts in here has to be as new as `came`, a moment of `time.monotonic`, and may be newer."""
    _request.came = came
    try:
        yield
    finally:
        _request.came = None


class Commits:
    """Counts the commits to one store over a connection of its own. Safe to use from several threads.

    SQLite counts the commits of other connections (PRAGMA data_version); on PostgreSQL one prepared statement reads
    the numbers that every change moves.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._connection: Any = None
        self._opened = 0
        self._began = float("-inf")
        self._counted: object = None

    def count(self) -> object:
        """Two equal counts mean that nothing was committed in between; one of a store that is away equals no other."""
        with self._lock:
            came = _request.came
            if came is None or self._began <= came:
                began = time.monotonic()
                self._counted = self._look()
                self._began = began if self._connection is not None else float("-inf")  # what failed is not shared
            return self._counted

    def add(self) -> None:
        """Something was committed through this process: earlier looks will do for nobody any more."""
        with self._lock:
            self._began = float("-inf")

    def close(self) -> None:
        """Lets go of the connection; the next count opens another."""
        with self._lock:
            self._close()

    def _look(self) -> object:
        try:
            if self._connection is None:
                self._open()
            if self._database.is_sqlite:  # the number means something to this connection only
                return self._opened, self._connection.execute("PRAGMA data_version").fetchone()
            return self._connection.execute(_NUMBERS, prepare=True).fetchone()
        except self._database.engine.dialect.loaded_dbapi.Error:
            self._close()  # the store was away or restarted
            return object()

    def _open(self) -> None:
        pooled = self._database.engine.raw_connection()
        self._connection = pooled.dbapi_connection
        pooled.detach()
        self._opened += 1
        if not self._database.is_sqlite:
            self._connection.autocommit = True

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


#: Every change moves one of these: features the first, publications the second, accounts the third.
_NUMBERS = (
    "SELECT (SELECT max(seq) FROM journal), (SELECT max(number) FROM publications), "
    "(SELECT value FROM kept WHERE key = 'accounts_version')"
)
