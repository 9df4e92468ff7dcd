"""The situation as one file to keep, forward and print: for staff with what the public may see, or with all of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from layers.errors import BadInput
from layers.situation.queries import Unreported
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
        raise BadInput(_("A report is public or internal: press one of the two buttons."))
    if audience == "internal" and not may(current_actor(), "sitrep.internal"):
        raise NoAccess
    held, now = service(), datetime.now(UTC)
    try:
        at = moment_of(request.args.get("at")) or now
    except BadInput as refused:
        raise BadInput(_("The moment could not be read. It is written such as 2026-02-03T09:00:00Z.")) from refused
    try:
        with _one_at_a_time:
            text = make(held.database, held.settings, at, now, audience == "internal", language())
    except Unreported as refused:
        raise BadInput(refused.words.in_language(language())) from refused
    name = f"situation-{at.astimezone(held.zone):%Y-%m-%d-%H%M}-{audience}.html"
    response = Response(text, mimetype="text/html")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
