"""What can go wrong, in words. webmap maps each to a status once; messages are plain English sentences for a person."""

from __future__ import annotations


class LinliError(Exception):
    """The parent of every situation a person can be told about."""


class NotFound(LinliError):
    """The thing asked for is not there."""


class NotAllowed(LinliError):
    """This actor may not do this."""


class MoveNotAllowed(LinliError):
    """The move is not legal from the state the feature is in."""


class BadInput(LinliError):
    """What was given cannot be taken; `errors` lists field and reason."""

    def __init__(self, message: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.errors = errors or []


class TooMuch(LinliError):
    """More was asked for than is given at once; the message says what would do."""
