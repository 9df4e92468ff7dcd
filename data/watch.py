"""Whether anything was committed to the store since one last looked."""

from __future__ import annotations

from types import TracebackType

from data.database import Database


class Watch:
    """What one who keeps something ready has seen of the store's commits. Not for several threads at once.

    `with watch as is_new:` says whether something was committed since the last such block that came to its end: True
    for the first one, and of a store that is away. A block that raises has taken nothing in: the next is told again.
    """

    def __init__(self, database: Database) -> None:
        self._commits = database.commits
        self._counted: object = None
        self._seen: object = None

    def __enter__(self) -> bool:
        self._counted = self._commits.count()
        return self._counted != self._seen

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._seen = self._counted
