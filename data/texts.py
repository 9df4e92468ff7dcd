"""Which text a store keeps: PostgreSQL keeps none with the character NUL, so no store of Linli does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, event

NUL = "\x00"


class UnkeptText(Exception):
    """A text holds the character NUL, which nobody types and one of the two stores refuses."""

    def __init__(self) -> None:
        super().__init__("a text holds a character that nobody can see (NUL); write it again. Nothing was changed")


def check_texts(values: Iterable[Any]) -> None:
    """Raises UnkeptText where one of the values is a text with NUL."""
    for value in values:
        if isinstance(value, str) and NUL in value:
            raise UnkeptText


def hold_to_texts(engine: Engine) -> None:
    """Looks at the values of every statement that SQLAlchemy sends, before it is sent."""

    @event.listens_for(engine, "before_cursor_execute")
    def check(_connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, is_many: bool) -> None:
        for row in parameters if is_many else (parameters,):
            if row:
                check_texts(row.values() if isinstance(row, dict) else row)
