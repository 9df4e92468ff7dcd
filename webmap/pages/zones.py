"""Quarantine zones for officials: what one would do, proposing it, and the second official who puts it into force.

A page of forms: it works without scripts. What is proposed is what was shown: whoever changes the form is shown anew
what it does, and whoever puts a zone into force decides on the words they read.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers import features
from layers.compounds.queries import named
from layers.errors import BadInput, MoveNotAllowed, NotAllowed
from layers.named_places import outline_of_compounds
from layers.quarantine_zones import LAYER, actions
from layers.quarantine_zones.queries import current, is_known
from layers.quarantine_zones.rules import RANK, may_put_in_force
from layers.text import Text
from layers.zone_effects import Effects, effects_of
from webmap.access import allowed, current_actor
from webmap.pages.form_moments import moment_of_form
from webmap.pages.posters import by_community
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("zones", __name__, url_prefix="/zones")

#: Fields of the form that are one line or a few; the compounds are ticked.
FIELDS = {"name": 200, "level": 20, "order_reference": 200, "reason": 1000, "valid_from": 16, "valid_to": 16}

#: What can be decided about a zone from each state, and what the button says.
DECISIONS: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "drafted": (("proposed", Text("Propose", "提出")),),
    "proposed": (("in_force", Text("Put into force", "批准生效")), ("drafted", Text("Send back", "退回"))),
    "in_force": (("lifted", Text("Lift", "解除")),),
}
STATES = {
    "drafted": Text("Drafts", "草稿"),
    "proposed": Text("Waiting for a second official", "等待第二位工作人员批准"),
    "in_force": Text("In force", "生效中"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A zone on the list: its row, what it does, and whether the reader may put it into force."""

    row: Mapping[str, Any]
    effects: Effects
    is_own: bool


@blueprint.get("")
@allowed("zones.manage")
def find() -> Response:
    """What waits for a second official, what is in force, what is drafted."""
    return _list()


@blueprint.route("/new", methods=["GET", "POST"])
@allowed("zones.manage")
def new() -> Response:
    """The form; what the zone would do; and, once that was shown, the proposal."""
    given = {name: request.form.get(name, "").strip()[:longest] for name, longest in FIELDS.items()}
    compounds = request.form.getlist("compound")
    if request.method == "GET":
        return _form(given, compounds, {})
    problems, values = _checked(given, compounds)
    if values is None:
        return _form(given, compounds, problems, status=400)
    now = datetime.now(UTC)
    try:
        with service().database.snapshot() as session:
            outline = outline_of_compounds(session, compounds)
            effects = effects_of(session, outline, values.valid_from or now, values.valid_to)
    except BadInput as error:
        return _form(given, compounds, {"compound": str(error)}, status=400)
    if request.form.get("step") != "propose" or request.form.get("seen") != _mark(given, compounds):
        return _form(given, compounds, {}, effects)
    values.source_id = f"zone-{_draft()}"
    incoming = features.Incoming(values, outline)

    def propose(session: Session) -> list[tuple[int, str]]:
        if is_known(session, values.source_id):
            return []  # an impatient second press, or the page sent again: it is proposed already
        return actions.put(session, [incoming], current_actor(), now).rejected

    rejected = service().database.written(propose)
    if rejected:
        return _form(given, compounds, {"compound": rejected[0][1]}, status=400)
    return make_response(redirect(url_for("zones.find", done="proposed"), 303))


@blueprint.post("/<int(max=9223372036854775807):zone_id>")
@allowed("zones.manage")
def decide(zone_id: int) -> Response:
    """One decision about a zone, if it still is as it was read."""
    to_state, reason = request.form.get("to", ""), request.form.get("reason", "").strip()[:1000]
    if to_state == "lifted" and not reason:
        return _list(_("Say why it is lifted: everybody who lived behind it will read it."), 400)
    try:
        with service().database.write() as session:
            row = features.locked(session, LAYER, [zone_id])[zone_id]
            is_as_read = row["changed_at"].isoformat() == request.form.get("seen")
            if is_as_read:
                actions.move(session, [zone_id], to_state, current_actor(), datetime.now(UTC), reason=reason or None)
    except NotAllowed:
        return _list(_("You proposed this zone. A second official puts it into force."), 403)
    except MoveNotAllowed:
        return _list(_("That step is not possible from where this zone stands."), 409)
    if not is_as_read:
        return _list(_("This zone was changed since you read it. Read it again; nothing was done."), 409)
    return make_response(redirect(url_for("zones.find", done=to_state), 303))


def _list(problem: str = "", status: int = 200) -> Response:
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.snapshot() as session:
        shown = [
            Shown(
                row,
                effects_of(session, row["geometry"], max(now, row["valid_from"] or now), row["valid_to"]),
                not may_put_in_force(row["proposed_by"], actor.name),
            )
            for row in current(session, now)
        ]
    page = render_template(
        "zones.html",
        groups=[(state, title, [one for one in shown if one.row["state"] == state]) for state, title in ORDER],
        levels=_levels(),
        decisions=DECISIONS,
        problem=problem,
        done=request.args.get("done", ""),
    )
    return make_response(page, status)


ORDER = tuple((state, STATES[state]) for state in ("proposed", "in_force", "drafted"))


def _form(
    given: Mapping[str, str], chosen: list[str], problems: Mapping[str, str], effects: Effects | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    with service().database.read() as session:
        compounds = named(session, datetime.now(UTC))
    page = render_template(
        "zone_new.html",
        given=given,
        chosen=set(chosen),
        communities=by_community(compounds),
        levels=_levels(),
        problems=problems,
        effects=effects,
        seen=_mark(given, chosen),
        draft=_draft(),
    )
    return make_response(page, status)


def _draft() -> str:
    """Stands for one filling of the form, however often it is sent."""
    given = request.form.get("draft", "")
    return given if re.fullmatch("[0-9a-f]{16}", given) else secrets.token_hex(8)


def _levels() -> dict[str, Text]:
    """The levels by their titles, strictest first."""
    titles = {entry.value: entry.title for entry in LAYER.legend}
    return {level: titles[level] for level in sorted(RANK, key=lambda one: -RANK[one])}


def _checked(given: Mapping[str, str], compounds: list[str]) -> tuple[dict[str, str], Any]:
    """What is wrong, by field; the zone, None where something is."""
    problems = {}
    if not given["name"]:
        problems["name"] = _("Give the zone a name that people there know.")
    if given["level"] not in RANK:
        problems["level"] = _("Choose a level.")
    if not compounds:
        problems["compound"] = _("Tick at least one compound.")
    moments = {name: moment_of_form(given[name]) for name in ("valid_from", "valid_to") if given[name]}
    for name, moment in moments.items():
        if moment is None:
            problems[name] = _("Write the day and the time, such as 2026-03-01T08:00.")
    if problems:
        return problems, None
    text = {name: given[name] for name in ("name", "level", "order_reference", "reason")}
    try:
        return {}, features.check(LAYER, {**text, **moments, "state": "proposed"})
    except BadInput:
        return {"valid_to": _("The zone ends before it starts.")}, None


def _mark(given: Mapping[str, str], compounds: list[str]) -> str:
    """Stands for what the form says: a proposal is taken only with the mark of what was shown."""
    said = "\x1f".join([*(given[name] for name in FIELDS), *sorted(compounds)])
    return hashlib.sha256(said.encode()).hexdigest()[:32]
