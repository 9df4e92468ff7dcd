"""Links for helpers at a gate who have no account: made for a shift, shown once, taken back at any time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import segno
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers import features
from layers.checkpoints import LAYER
from layers.checkpoints.links import LONGEST, make_link, standing_links, withdraw_link
from layers.errors import BadInput, NotAllowed
from webmap.access import allowed, current_actor
from webmap.duty import check_feature
from webmap.pages.duty_words import not_here
from webmap.pages.form_moments import as_form, moment_of_form
from webmap.pages.gates import GATE, kept_nowhere
from webmap.service import service

blueprint = Blueprint("gate_links", __name__, url_prefix="/gates")

#: A link made this late in the day is for the shift of the night.
LATE = timedelta(hours=4)


@blueprint.get(f"/{GATE}/links")
@allowed("gates.links")
def find(gate_id: int) -> Response:
    """The links that open this gate now, and the form for another."""
    return _page(gate_id)


@blueprint.post(f"/{GATE}/links")
@allowed("gates.links")
def make(gate_id: int) -> Response:
    """Makes a link and shows it, this once: the store keeps only a hash of it."""
    now, ends_at = datetime.now(UTC), moment_of_form(request.form.get("ends_at", ""))
    if ends_at is None:
        return _page(gate_id, _("Write the day and the time, such as 2026-03-01T08:00."), 400)
    try:
        with service().database.write() as session:
            check_feature(current_actor(), LAYER, features.row_of(session, LAYER, gate_id))
            token = make_link(session, gate_id, ends_at, current_actor(), now)
    except BadInput:
        return _page(gate_id, _("A link is over within 24 hours. Choose a moment before that."), 400)
    except NotAllowed:
        return _page(gate_id, not_here(), 403)
    return _page(gate_id, made=token)


@blueprint.post(f"/{GATE}/links/<int(max=9223372036854775807):link_id>/withdraw")
@allowed("gates.links")
def withdraw(gate_id: int, link_id: int) -> Response:
    """Takes a link back: it opens nothing from now on."""
    try:
        with service().database.write() as session:
            check_feature(current_actor(), LAYER, features.row_of(session, LAYER, gate_id))
            withdraw_link(session, gate_id, link_id, current_actor(), datetime.now(UTC))
    except NotAllowed:
        return _page(gate_id, not_here(), 403)
    return make_response(redirect(url_for("gate_links.find", gate_id=gate_id, done="withdrawn"), 303))


def _page(gate_id: int, problem: str = "", status: int = 200, made: str = "") -> Response:
    now = datetime.now(UTC)
    with service().database.read() as session:
        row = features.row_of(session, LAYER, gate_id)
        links = standing_links(session, gate_id, now)
    link = url_for("gate_helper.one", token=made, _external=True) if made else ""
    page = render_template(
        "gate_links.html",
        row=row,
        links=links,
        made=link,
        qr=segno.make(link).svg_data_uri(border=2) if made else "",
        ends_at=request.form.get("ends_at") or as_form(_end_of_shift(now)),
        problem=problem,
        done=request.args.get("done", ""),
    )
    return kept_nowhere(page, status)


def _end_of_shift(now: datetime) -> datetime:
    """The end of the day at the gate; late in the evening, eight in the morning."""
    here = now.astimezone(service().zone)
    midnight = datetime.combine(here.date() + timedelta(days=1), time(), service().zone)
    return midnight if midnight - here > LATE else min(midnight + timedelta(hours=8), now + LONGEST)
