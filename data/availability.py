"""What a store raises when it does not answer, for those who know no SQL."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

#: The store is away, locked, or every connection to it is taken: worth trying again in a moment.
StoreAway = (OperationalError, NoConnectionFree)

#: Anything a store can raise, for callers that go on without its answer.
StoreTrouble = SQLAlchemyError

#: PostgreSQL's code for "no space left" (class 53, insufficient resources), and what SQLite says of it.
_POSTGRES_FULL, _SQLITE_FULL = "53100", "database or disk is full"


def is_disk_full(error: BaseException) -> bool:
    """Whether a store failed because there is no room left."""
    cause = getattr(error, "orig", None) or error
    return getattr(cause, "sqlstate", None) == _POSTGRES_FULL or _SQLITE_FULL in str(cause)
