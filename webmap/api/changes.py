"""The journal for staff: as JSON from a number on, or as server-sent events that resume where they broke off.

A stream holds a thread of its worker. So that streams can never starve the map, at most half of a worker's threads
may be streams; beyond that the answer is 503 with Retry-After, and the page asks with `?since=` instead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import orjson
from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from data import journal
from data.database import Database
from data.journal import JournalRow
from geo import cells
from layers.errors import BadInput
from webmap.access import allowed
from webmap.openapi import Parameters
from webmap.service import service
from webmap.viewport import in_rfc3339

blueprint = APIBlueprint("changes", __name__, url_prefix="/api/v1/changes", abp_tags=[Tag(name="changes")])

#: Changes in one answer, and read at once for a stream.
MOST = 1000

#: How often a stream looks for news, and how often it says that it is still there. Looking is one indexed query.
LOOK_SECONDS, BEAT_SECONDS = 0.25, 15.0

#: A stream ends after this long and the page opens a new one, so that a worker can be replaced and a session end.
LONGEST_SECONDS = 300.0


class ChangesQuery(Parameters):
    """From where on."""

    since: int | None = Field(default=None, ge=0, description="give changes after this number, as JSON")
    limit: int = Field(default=MOST, ge=1, le=MOST)


@blueprint.get("")
@allowed("changes.read")
def changes(query: ChangesQuery) -> Response:
    """What changed, in order: number, layer, what happened, and cells no finer than 11. Nothing private."""
    if query.since is None:
        return _stream(_resumed_from())
    with service().database.read() as session:
        rows = journal.since(session, query.since, query.limit)
        last = journal.latest(session)
    content = {"seq": rows[-1].seq if rows else query.since, "last": last, "changes": [_told(row) for row in rows]}
    return Response(orjson.dumps(content), mimetype="application/json", headers={"Cache-Control": "private, no-store"})


def _resumed_from() -> int | None:
    header = request.headers.get("Last-Event-ID", "").strip()
    if not header:
        return None
    if not (header.isascii() and header.isdigit() and len(header) < 19):
        raise BadInput(
            "Last-Event-ID is the number of a change", [{"field": "Last-Event-ID", "reason": "not a number"}]
        )
    return int(header)


def _stream(since: int | None) -> Response:
    held = service()
    places: threading.BoundedSemaphore = held.stream_places
    if not places.acquire(blocking=False):
        response = Response(status=503, content_type="application/problem+json")
        response.headers["Retry-After"] = "5"
        response.data = orjson.dumps(
            {
                "type": "/problems/unavailable",
                "title": "All streams are taken",
                "status": 503,
                "detail": "Ask with ?since= every few seconds, or try the stream again later.",
            }
        )
        return response
    response = Response(_events(held.database, since), mimetype="text/event-stream")
    response.call_on_close(places.release)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _events(database: Database, since: int | None) -> Iterator[bytes]:
    with database.read() as session:
        seq = journal.latest(session) if since is None else since
    began = spoke = time.monotonic()
    yield b"retry: 2000\n: connected\n\n"
    while time.monotonic() - began < LONGEST_SECONDS:
        with database.read() as session:
            rows = journal.since(session, seq, MOST) if journal.latest(session) > seq else []
            told = [(row.seq, orjson.dumps(_told(row))) for row in rows]
        if told:
            yield b"".join(b"id: %d\nevent: change\ndata: %s\n\n" % one for one in told)
            seq, spoke = told[-1][0], time.monotonic()
        elif time.monotonic() - spoke > BEAT_SECONDS:
            yield b": still here\n\n"
            spoke = time.monotonic()
        time.sleep(LOOK_SECONDS)


def _told(row: JournalRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": in_rfc3339(row.recorded_at),
        "layer": row.layer,
        "feature": row.feature_id,
        "verb": row.verb,
        "from": row.from_state,
        "to": row.to_state,
        "cells": [cells.to_hex(cell) for cell in row.cells],
    }
