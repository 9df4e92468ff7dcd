"""What a store raises when it does not answer, for those who know no SQL."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

#: The store is away, locked, or every connection to it is taken: worth trying again in a moment.
StoreAway = (OperationalError, NoConnectionFree)

#: Anything a store can raise, for callers that go on without its answer.
StoreTrouble = SQLAlchemyError
