"""Whether anything was committed to the store since one last looked, for a fraction of the price of a query."""

from __future__ import annotations

from typing import Any

from data.database import Database


class Watch:
    """Looks at one store through a connection of its own. Not for several threads at once.

    SQLite counts the commits of other connections (PRAGMA data_version); on PostgreSQL one prepared statement reads
    the numbers that every change moves. Two equal looks mean that nothing was committed in between.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Any = None
        self._seen: object = None
        database.on_close(self.close)

    def anything_new(self) -> bool:
        """Whether something was committed since the last call; True for the first one."""
        try:
            now = self._look()
        except self._database.engine.dialect.loaded_dbapi.Error:
            self.close()  # the store was away or restarted: the next look opens a new connection
            self._seen = None
            return True
        same = now == self._seen
        self._seen = now
        return not same

    def _look(self) -> object:
        if self._connection is None:
            pooled = self._database.engine.raw_connection()
            self._connection = pooled.dbapi_connection
            pooled.detach()
            if not self._database.is_sqlite:
                self._connection.autocommit = True
        if self._database.is_sqlite:
            return self._connection.execute("PRAGMA data_version").fetchone()
        return self._connection.execute(_NUMBERS, prepare=True).fetchone()

    def close(self) -> None:
        """Lets go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


#: Every change moves one of these: features the first, publications the second, accounts the third.
_NUMBERS = (
    "SELECT (SELECT max(seq) FROM journal), (SELECT max(number) FROM publications), "
    "(SELECT value FROM kept WHERE key = 'accounts_version')"
)
