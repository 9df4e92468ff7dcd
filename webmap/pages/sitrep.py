"""The situation as one file to keep, forward and print: for staff with what the public may see, or with all of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from flask import Blueprint, Response, request

from layers.errors import BadInput
from webmap.access import allowed, current_actor, may
from webmap.errors import NoAccess
from webmap.pages.map_files import language
from webmap.service import service
from webmap.sitrep.making import make
from webmap.viewport import moment_of

blueprint = Blueprint("sitrep", __name__)

#: Reports are made one after the other: each takes a process seconds of work and a city's figures of memory.
_one_at_a_time = threading.Lock()


@blueprint.get("/sitrep")
@allowed("sitrep.make")
def download() -> Response:
    """A report of ?at= (now, if absent) as a file, for the ?audience= public (if absent) or internal."""
    audience = request.args.get("audience", "public")
    if audience not in ("public", "internal"):
        reason = f"audience is public or internal, not {audience!r}"
        raise BadInput(reason, [{"field": "audience", "reason": reason}])
    if audience == "internal" and not may(current_actor(), "sitrep.internal"):
        raise NoAccess
    held, now = service(), datetime.now(UTC)
    at = moment_of(request.args.get("at")) or now
    with _one_at_a_time:
        text = make(held.database, held.settings, at, now, audience == "internal", language())
    name = f"situation-{at.astimezone(held.zone):%Y-%m-%d-%H%M}-{audience}.html"
    response = Response(text, mimetype="text/html")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
