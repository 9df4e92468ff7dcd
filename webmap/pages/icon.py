"""The icon browsers ask for by a fixed name."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from webmap.access import allowed

blueprint = Blueprint("icon", __name__)

#: Seconds a browser keeps the icon.
ICON_SECONDS = 86_400


@blueprint.get("/favicon.ico")
@allowed("pages.static")
def favicon() -> Response:
    """The icon, without a trip through the session."""
    answer = current_app.send_static_file("favicon.ico")
    answer.headers["Cache-Control"] = f"public, max-age={ICON_SECONDS}"
    return answer
