"""Lets one request at a time work in a process; the others wait outside instead of fighting over the interpreter.

Threads are there for streams, which mostly sleep, and for slow phones, which mostly send. Work itself is bound by the
processor: with eight threads at it, each statement of a write waits for its turn while it holds the store's lock, and
everybody is served several times more slowly (docs/decisions/0019). A body is read before the turn, an answer is
sent after it.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

#: Requests that do not take a turn: they sleep most of the time, or only hand out a file.
PASSING = ("/api/v1/changes", "/static/", "/basemap.pmtiles")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Turnstile:
    """WSGI middleware. `longest` is the longest body read into memory before the turn; a longer one is the
    application's to refuse.
    """

    def __init__(self, application: Application, longest: int) -> None:
        self._application, self._longest = application, longest
        self._turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(PASSING):
            return self._application(environ, start_response)
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and 0 < int(length) <= self._longest:
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
        with self._turn:
            return self._application(environ, start_response)
