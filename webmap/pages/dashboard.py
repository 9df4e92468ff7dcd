"""Where staff start: the map, which shows them the internal view."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from webmap.access import allowed

blueprint = Blueprint("dashboard", __name__)


@blueprint.get("/dashboard")
@allowed("pages.dashboard")
def dashboard() -> Response:
    """Leads to the map; signed out, the check before it leads to the sign-in page."""
    return redirect("/")
