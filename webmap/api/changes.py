"""The journal for staff: as JSON from a number on, or as server-sent events that resume where they broke off.

A stream holds a thread of its worker and sleeps in it. So that streams can never starve the map, at most half of a
worker's threads may be streams; beyond that the answer is 503 with Retry-After, and the page asks with `?since=`
instead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import orjson
from flask import Response, current_app, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from data import journal
from layers.actor import LeafRanges
from layers.errors import BadInput
from webmap.access import allowed, current_actor
from webmap.duty import area_to_follow
from webmap.feed import MOST, Feed, changes_since, feed_of
from webmap.openapi import Parameters
from webmap.service import service

blueprint = APIBlueprint("changes", __name__, url_prefix="/api/v1/changes", abp_tags=[Tag(name="changes")])

#: How often a stream on which nothing comes says that it is still there; only then is a reader that left noticed.
BEAT_SECONDS = 15.0

#: A stream ends after this long and the page opens a new one, so that a worker can be replaced and a session end.
LONGEST_SECONDS = 300.0


class ChangesQuery(Parameters):
    """From where on."""

    since: int | None = Field(default=None, ge=0, description="give changes after this number, as JSON")
    limit: int = Field(default=MOST, ge=1, le=MOST)


@blueprint.get("")
@allowed("changes.read")
def changes(query: ChangesQuery) -> Response:
    """What changed, in order: number, layer, what happened, and cells no finer than 11. Nothing private.

    An official is told of the cells inside the duty area, and of no change that touches none of them.
    """
    area = area_to_follow(current_actor())
    if query.since is None:
        return _stream(_resumed_from(), area)
    found = changes_since(service().database, query.since, query.limit)
    with service().database.read() as session:
        last = journal.latest(session)
    told = [one for change in found if (one := change.told(area)) is not None]
    content = {"seq": found[-1].seq if found else query.since, "last": last, "changes": told}
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


def _stream(since: int | None, area: LeafRanges | None) -> Response:
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
    if since is None:
        with held.database.read() as session:
            since = journal.latest(session)
    response = Response(_events(feed_of(current_app), since, area), mimetype="text/event-stream")
    response.call_on_close(places.release)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _events(feed: Feed, seq: int, area: LeafRanges | None) -> Iterator[bytes]:
    began = spoke = time.monotonic()
    yield b"retry: 2000\n: connected\n\n"
    with feed.listening():
        while time.monotonic() - began < LONGEST_SECONDS:
            found = feed.after(seq, BEAT_SECONDS)
            seq = found[-1].seq if found else seq
            told = [(change.seq, one) for change in found if (one := change.told_as_json(area)) is not None]
            if told:
                yield b"".join(b"id: %d\nevent: change\ndata: %s\n\n" % one for one in told)
                spoke = time.monotonic()
            elif time.monotonic() - spoke >= BEAT_SECONDS:
                yield b": still here\n\n"
                spoke = time.monotonic()
