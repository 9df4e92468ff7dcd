"""Whether anything was committed to the store since one last looked."""

from __future__ import annotations

from data.database import Database


class Watch:
    """What one who keeps something ready has seen of the store's commits. Not for several threads at once."""

    def __init__(self, database: Database) -> None:
        self._commits = database.commits
        self._seen: object = None

    def anything_new(self) -> bool:
        """Whether something was committed since the last call; True for the first one, and of a store that is away."""
        counted = self._commits.count()
        same = counted == self._seen
        self._seen = counted
        return not same
