"""The API's description of itself."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from webmap.access import allowed

blueprint = Blueprint("description", __name__)


@blueprint.get("/openapi.json")
@allowed("openapi")
def openapi() -> Response:
    """OpenAPI 3.1 of every route of the API."""
    answer = jsonify(current_app.api_doc)  # type: ignore[attr-defined]
    answer.headers["Cache-Control"] = "no-cache"
    return answer
