"""Is the service up, and how is it doing."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from webmap.access import allowed
from webmap.service import service

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@allowed("health")
def healthz() -> Response:
    """200 once the store answers; a store that does not is told as 503 by the error table."""
    with service().database.read() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@blueprint.get("/metrics")
@allowed("metrics")
def metrics() -> Response:
    """Prometheus figures, for the machine itself or a bearer of the token."""
    return Response(current_app.extensions["linli_figures"].text(), content_type=CONTENT_TYPE_LATEST)
