"""Lets one request at a time work in a process; the others wait outside instead of fighting over the interpreter.

Threads are there for streams, which mostly sleep, and for slow phones, which mostly send. Work itself is bound by the
processor: with eight threads at it, each statement of a write waits for its turn while it holds the store's lock, and
everybody is served several times more slowly (docs/decisions/0019). A body is read before the turn, an answer is
sent after it.
"""

from __future__ import annotations

import io
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from data import commits

#: Requests that do not take a turn: they sleep most of the time, or only hand out a file; a situation report works for
#: seconds, and nobody else should stand still for it.
PASSING = ("/api/v1/changes", "/static/", "/basemap.pmtiles", "/sitrep")

#: Bytes of a body kept in memory while it waits; what is longer waits on the disk.
IN_MEMORY = 2 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


class Turnstile:
    """WSGI middleware. `longest_of(path)` is the longest body read before the turn; a longer one is the
    application's to refuse.
    """

    def __init__(self, application: WSGIApplication, longest_of: Callable[[str], int]) -> None:
        self._application, self._longest_of = application, longest_of
        self._turn = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        came, path = time.monotonic(), environ.get("PATH_INFO", "")
        if path.startswith(PASSING):
            return self._application(environ, start_response)
        length = environ.get("CONTENT_LENGTH") or "0"
        if not (length.isdigit() and 0 < int(length) <= self._longest_of(path)):
            with self._taken(came):
                return self._application(environ, start_response)
        with _kept(int(length)) as body:
            environ["wsgi.input"] = _read(environ["wsgi.input"], int(length), body)
            with self._taken(came):
                return self._application(environ, start_response)

    @contextmanager
    def _taken(self, came: float) -> Iterator[None]:
        with self._turn, commits.since(came):
            _mine.turn = self._turn
            try:
                yield
            finally:
                _mine.turn = None


#: The turn in which this thread works.
_mine = threading.local()


@contextmanager
def given_up() -> Iterator[None]:
    """Gives this thread's turn to others while it waits for something else than the processor."""
    turn: threading.Lock | None = getattr(_mine, "turn", None)
    if turn is None:
        yield
        return
    turn.release()
    try:
        yield
    finally:
        turn.acquire()


def _kept(length: int) -> BinaryIO:
    """Where a body of so many bytes waits."""
    return io.BytesIO() if length <= IN_MEMORY else cast(BinaryIO, tempfile.TemporaryFile())


def _read(sent: BinaryIO, length: int, body: BinaryIO) -> BinaryIO:
    """Everything of `sent`, which has `length` bytes or breaks off before, in `body`."""
    while length > 0 and (part := sent.read(min(length, CHUNK_BYTES))):
        body.write(part)
        length -= len(part)
    body.seek(0)
    return body
