"""How the form's sender is answered: a person by a page, the outbox of a phone by JSON in the words of that page."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, jsonify, make_response, redirect, request, url_for

from layers.needs.actions import Reported
from webmap.errors import BAD_INPUT, problem


def is_outbox() -> bool:
    """Whether a script sends the form, later than it was written: `static/offline/outbox.js` asks for JSON."""
    return request.accept_mimetypes.best == "application/json"


def taken(reported: Reported) -> Response:
    """Leads to the private link, or tells it with the reference."""
    if not is_outbox():
        return make_response(redirect(url_for("follow.need", token=reported.token, new=1), 303))
    link = url_for("follow.need", token=reported.token)
    answer = jsonify(reference=reported.reference, link=link)
    answer.status_code = 200 if reported.repeated else 201
    return answer


def not_taken(problems: Mapping[str, str], status: int) -> Response:
    """What has to be mended, by field, for the outbox to show."""
    answer = problem(BAD_INPUT, errors=[{"field": name, "reason": reason} for name, reason in problems.items()])
    answer.status_code = status
    return answer
