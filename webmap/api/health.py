"""Is the service up, and how is it doing."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from layers.publication.queries import latest_number
from webmap.access import allowed
from webmap.errors import NotReady
from webmap.service import service

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@allowed("health")
def healthz() -> Response:
    """200 once the store answers and holds a publication; otherwise 503, by way of the table of errors."""
    with service().database.read() as session:
        if latest_number(session) == 0:
            raise NotReady("There is no publication yet.")
    return jsonify(status="ok")


@blueprint.get("/metrics")
@allowed("metrics")
def metrics() -> Response:
    """Prometheus figures, for the machine itself or a bearer of the token."""
    return Response(current_app.extensions["linli_figures"].text(), content_type=CONTENT_TYPE_LATEST)
