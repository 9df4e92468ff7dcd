"""The private link: where a request stands, in words of the person who asked, and what that person may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import segno
from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers.actor import RESIDENT
from layers.errors import MoveNotAllowed
from layers.needs import actions
from layers.needs.queries import by_token
from layers.needs.rules import OPEN
from layers.text import Text
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed
from webmap.limits import unknown_links
from webmap.pages.follow_words import NOT_MET, course, headline, said, what_next
from webmap.service import service

blueprint = Blueprint("follow", __name__)

#: A token as `layers.needs.actions` makes them: 16 bytes in URL-safe base 64.
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")

#: What the person may do: from which states, and to which. Other moves that are legal are for staff.
STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "withdraw": (OPEN, "withdrawn"),
    "confirm": (("met",), "confirmed"),
    "not_met": (("met",), "assigned"),
}


@blueprint.get("/needs/<token>")
@allowed("needs.follow")
def need(token: str) -> Response:
    """Where the request stands."""
    return _page(token, _need_of(token))


@blueprint.post("/needs/<token>")
@allowed("needs.follow")
def answer(token: str) -> Response:
    """Withdraws the request, or says whether it was met; a step that is not possible now is told kindly."""
    row, step = _need_of(token), request.form.get("step", "")
    if step not in STEPS:
        return _page(token, row, 400, problem=_("Choose what you want to do with the buttons below."))
    reason = request.form.get("reason", "")
    if step == "not_met" and reason not in NOT_MET:
        return _page(token, row, 400, reason_problem=_("Choose what went wrong, so that it can be put right."))
    try:
        _take(step, token, reason if step == "not_met" else None)
    except MoveNotAllowed:
        row = _need_of(token)
        if step == "not_met" or row["state"] != STEPS[step][1]:  # else it is an impatient second press
            gone = _("That is not possible any more: the request has moved on. This is where it stands now.")
            return _page(token, row, 409, problem=gone)
    return make_response(redirect(url_for("follow.need", token=token, done=1), 303))


@blueprint.after_request
def _kept_private(response: Response) -> Response:
    """The address is the key to the page: it is passed on to nobody, and no copy is kept."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _need_of(token: str) -> dict[str, Any]:
    """The need's row. An unknown token gets the page of any address that leads nowhere."""
    if TOKEN.fullmatch(token):
        with service().database.read() as session:
            row = by_token(session, token, datetime.now(UTC))
        if row is not None:
            return row
    unknown_links(current_app).count()
    return abort(404)


def _take(step: str, token: str, reason: str | None) -> None:
    """Makes the move of a step. The link is what gives the right: staff who hold it act as the resident, too."""
    states, to_state = STEPS[step]
    now = datetime.now(UTC)
    with service().database.write() as session:
        row = by_token(session, token, now)
        if row is None or row["state"] not in states:
            raise MoveNotAllowed(f"{step} is not possible any more")
        actions.move(session, [row["id"]], to_state, RESIDENT, now, reason=reason)


def _page(token: str, row: dict[str, Any], status: int = 200, problem: str = "", reason_problem: str = "") -> Response:
    with service().database.read() as session:
        services = vocabulary(session).services
    link = url_for("follow.need", token=token, _external=True)
    page = render_template(
        "need.html",
        need=row,
        service=services.get(row["service"], Text(row["service"], row["service"])),
        link=link,
        qr=segno.make(link).svg_data_uri(border=2) if "new" in request.args else "",
        new="new" in request.args,
        done="done" in request.args,
        problem=problem,
        reason_problem=reason_problem,
        reasons=NOT_MET,
        steps=course(row),
        headline=headline(row),
        said=said(row),
        next=what_next(row),
    )
    return make_response(page, status)
