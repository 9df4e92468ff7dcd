"""Answers that serve many readers of one process for a while: what a page says that changes slowly."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from flask import current_app

Found = TypeVar("Found")


def remembered(key: str, seconds: float, look: Callable[[], Found]) -> Found:
    """What `look` found, asked of the store at most once in so many seconds. key: under which it is kept."""
    now = time.monotonic()
    until, found = current_app.extensions.get(key, (0.0, None))
    if until < now:
        found = look()
        current_app.extensions[key] = (now + seconds, found)
    answer: Found = found
    return answer
