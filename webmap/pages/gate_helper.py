"""The page at a gate for a helper without an account: who has the link counts at that gate, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers.actor import RESIDENT
from layers.checkpoints.counting import count
from layers.checkpoints.links import link_of
from layers.checkpoints.record import GateLink
from layers.checkpoints.rules import COUNTED, Press
from layers.gate_staffing import gates_at
from layers.link_tokens import TOKEN
from webmap.access import allowed
from webmap.gate_sums import for_helpers, gate_sums
from webmap.limits import unknown_links
from webmap.pages.gates import KEY, at_gate
from webmap.private_links import kept_private
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("gate_helper", __name__)
blueprint.after_request(kept_private)


@blueprint.get("/gate/<token>")
@allowed("gates.help")
def one(token: str) -> Response:
    """Three buttons for a thumb, and what they counted in this quarter of an hour."""
    return _page(token)


@blueprint.post("/gate/<token>")
@allowed("gates.help")
def press(token: str) -> Response:
    """One press, or the taking back of one, of a browser without scripts."""
    key, kind, is_undone = request.form.get("key", ""), request.form.get("kind", ""), "undo" in request.form
    if not KEY.fullmatch(key) or kind not in COUNTED:
        return _page(token, _("That press was not understood. Press the button again."), 400)
    now = datetime.now(UTC)
    with service().database.write() as session:
        link = _standing(session, token, now)
        if link is None:
            return _over()
        made = Press(key, kind, now, undone=is_undone)
        taken = count(session, link.checkpoint_id, [made], now, RESIDENT, now)
    if taken.refused:
        return _page(token, _("This gate is not open: nothing was counted."), 409)
    known = {"undone": kind} if is_undone else {"last": key, "kind": kind}
    return make_response(redirect(url_for("gate_helper.one", token=token, **known), 303))


def _page(token: str, problem: str = "", status: int = 200) -> Response:
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        link = _standing(session, token, now)
        gates = gates_at(session, now, service().zone, link.checkpoint_id) if link is not None else []
        if link is None or not gates:
            return _over()
        sums = for_helpers(gate_sums(session, link.checkpoint_id, now))
    return make_response(at_gate(gates[0], sums, problem, token=token), status)


def _standing(session: Session, token: str, now: datetime) -> GateLink | None:
    """The link, as long as it opens something."""
    link = link_of(session, token) if TOKEN.fullmatch(token) else None
    if link is None:
        unknown_links(current_app).count()
    return link if link is not None and link.ends_at > now else None


def _over() -> Response:
    return make_response(render_template("gate_link_over.html"), 404)
