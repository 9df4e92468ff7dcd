"""One line of a story, as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from layers.text import Text


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the story. `reason` is told where there was one; `by` and `role` say who did it; `details` are what
    the journal holds of it beside that.
    """

    seq: int
    at: datetime
    by: str
    role: str
    verb: str
    from_state: str | None
    to_state: str | None
    words: Text
    reason: Text | None
    details: Mapping[str, Any]
