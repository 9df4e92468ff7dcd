"""The journal's news, read once a process for everyone who waits for them.

A hundred dashboards each asking the store several times a second would take the processor from the map. Here one
thread looks, for the price of a look (data.watch), and hands what it read to all streams of its process.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import takewhile
from typing import Any

import numpy as np
import orjson
from flask import Flask

from data import journal
from data.availability import StoreTrouble
from data.database import Database
from data.journal import JournalRow
from data.watch import Watch
from geo import cells
from layers.actor import LeafRanges
from webmap.duty import touches
from webmap.viewport import in_rfc3339

#: How often the store is looked at. News come this late at most; a look costs tens of microseconds.
LOOK_SECONDS = 0.1

#: Changes read at once.
MOST = 1000

#: Changes kept in memory for streams that are a little behind; one further behind reads the store itself.
KEPT = 5000

#: Before the store is tried again after it was away.
AWAY_SECONDS = 1.0


class Change:
    """One row of the journal as staff are told of it. Nothing private."""

    def __init__(self, row: JournalRow) -> None:
        self.seq = row.seq
        self._cells = list(row.cells)
        self._told = {
            "seq": row.seq,
            "at": in_rfc3339(row.recorded_at),
            "layer": row.layer,
            "feature": row.feature_id,
            "verb": row.verb,
            "from": row.from_state,
            "to": row.to_state,
        }

    @cached_property
    def _ranges(self) -> list[tuple[int, int]]:
        first, last = cells.leaf_ranges(np.array(self._cells, dtype=np.int64))
        return list(zip(first.tolist(), last.tolist(), strict=True))

    @cached_property
    def _whole(self) -> dict[str, Any]:
        return {**self._told, "cells": [cells.to_hex(cell) for cell in self._cells]}

    @cached_property
    def _whole_json(self) -> bytes:
        return orjson.dumps(self._whole)

    def told(self, area: LeafRanges | None) -> dict[str, Any] | None:
        """The change with its cells inside a duty area (None: all); None where it touches cells, but none of those."""
        if area is None or not self._cells:
            return self._whole
        pairs = zip(self._cells, self._ranges, strict=True)
        inside = [cells.to_hex(cell) for cell, (first, last) in pairs if touches(area, first, last)]
        return {**self._told, "cells": inside} if inside else None

    def told_as_json(self, area: LeafRanges | None) -> bytes | None:
        """`told` as bytes, made once for all who see the whole."""
        if area is None:
            return self._whole_json
        found = self.told(area)
        return None if found is None else orjson.dumps(found)


class Feed:
    """Kept in `app.extensions["linli_feed"]`. Reads only while somebody listens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.on_close(self._stop)
        self._watch = Watch(database)
        self._news = threading.Condition()
        self._recent: deque[Change] = deque(maxlen=KEPT)
        self._last = 0
        self._listeners = 0
        self._reader: threading.Thread | None = None
        self._stopping = threading.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While this block runs, `after` hears of what is new."""
        with self._news:
            self._listeners += 1
            if self._reader is None:
                self._begin()
        try:
            yield
        finally:
            with self._news:
                self._listeners -= 1

    def after(self, seq: int, seconds: float) -> list[Change]:
        """The changes after number `seq`, as soon as there are any; none where nothing came for so many seconds."""
        with self._news:
            if not self._news.wait_for(lambda: self._last > seq, timeout=seconds):
                return []
            if self._recent and self._recent[0].seq <= seq + 1:
                return list(takewhile(lambda one: one.seq > seq, reversed(self._recent)))[::-1]
        return changes_since(self._database, seq, MOST)

    def _begin(self) -> None:
        with self._database.read() as session:
            self._last = journal.latest(session)
        self._recent.clear()
        self._reader = threading.Thread(target=self._read, name="feed", daemon=True)
        self._reader.start()

    def _stop(self) -> None:
        reader = self._reader
        if reader is not None:
            self._stopping.set()
            reader.join()
            self._stopping.clear()

    def _read(self) -> None:
        while not self._nobody_listens():
            try:
                self._look()
                self._stopping.wait(LOOK_SECONDS)
            except StoreTrouble:  # the store is away: whoever waits goes on waiting
                self._stopping.wait(AWAY_SECONDS)

    def _nobody_listens(self) -> bool:
        with self._news:
            if self._listeners and not self._stopping.is_set():
                return False
            self._reader = None
            return True

    def _look(self) -> None:
        with self._watch as is_new:
            while is_new and (found := changes_since(self._database, self._last, MOST)):
                with self._news:
                    self._recent.extend(found)
                    self._last = found[-1].seq
                    self._news.notify_all()


def changes_since(database: Database, seq: int, limit: int) -> list[Change]:
    """Up to `limit` changes after number `seq`, in order, from the store."""
    with database.read() as session:
        return [Change(row) for row in journal.since(session, seq, limit)]


def init_app(app: Flask) -> None:
    """Makes the feed of this application."""
    app.extensions["linli_feed"] = Feed(app.extensions["linli"].database)


def feed_of(app: Flask) -> Feed:
    """The feed of this application."""
    found: Feed = app.extensions["linli_feed"]
    return found
