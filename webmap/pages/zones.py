"""Quarantine zones for officials: the second official who puts one into force, what lifting waits for, and lifting.

A page of forms: it works without scripts. Whoever puts a zone into force decides on the words they read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.covers import cover
from layers import features
from layers.errors import BadInput, MoveNotAllowed, NotAllowed
from layers.quarantine_zones import LAYER, actions
from layers.quarantine_zones.lifting import FACTS, LevelRules, conditions
from layers.quarantine_zones.queries import current, level_rules, versions_of
from layers.quarantine_zones.rules import RANK, may_put_in_force
from layers.text import Text
from layers.zone_effects import Effects, effects_of
from webmap.access import allowed, current_actor
from webmap.duty import answers_for, check_area
from webmap.pages.report_form import cleaned
from webmap.pages.zone_words import Standing, first_day, standing
from webmap.service import service

blueprint = Blueprint("zones", __name__, url_prefix="/zones")

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
    """A zone on the list: its row and the versions before it, newest first; what it does; how the conditions for
    lifting stand; whether it is the reader's own proposal; and whether the reader answers for its area.
    """

    row: Mapping[str, Any]
    before: list[dict[str, Any]]
    effects: Effects
    lifting: list[Standing]
    is_own: bool
    is_reached: bool


@blueprint.get("")
@allowed("zones.manage")
def find() -> Response:
    """What waits for a second official, what is in force, what is drafted."""
    return _list()


@blueprint.post("/<int(max=9223372036854775807):zone_id>")
@allowed("zones.manage")
def decide(zone_id: int) -> Response:
    """One decision about a zone, if it still is as it was read."""
    to_state, reason = request.form.get("to", ""), cleaned(request.form.get("reason", ""))[:1000]
    if to_state == "lifted" and not reason:
        return _list(_("Say why it is lifted: everybody who lived behind it will read it."), 400)
    try:
        with service().database.write() as session:
            row = features.locked(session, LAYER, [zone_id])[zone_id]
            is_as_read = row["changed_at"].isoformat() == request.form.get("seen")
            is_reached = answers_for(current_actor(), cover(row["geometry"]))
            if is_as_read and is_reached:
                actions.move(session, [zone_id], to_state, current_actor(), datetime.now(UTC), reason=reason or None)
    except NotAllowed:
        return _list(_("You proposed this zone. A second official puts it into force."), 403)
    except MoveNotAllowed:
        return _list(_("That step is not possible from where this zone stands."), 409)
    if not is_reached:
        return _list(_("This area is not inside your duty area."), 403)
    if not is_as_read:
        return _list(_("This zone was changed since you read it. Read it again; nothing was done."), 409)
    return make_response(redirect(url_for("zones.find", done=to_state), 303))


@blueprint.post("/<int(max=9223372036854775807):zone_id>/days")
@allowed("zones.manage")
def record_days(zone_id: int) -> Response:
    """Sets the days that lifting waits for: of the last case, the last contact, and the test of everybody."""
    written = {name: request.form.get(name, "").strip() for name in FACTS.values()}
    try:
        days = {name: _day(text) for name, text in written.items()}
        today = datetime.now(service().zone).date()
        with service().database.write() as session:
            row = features.locked(session, LAYER, [zone_id])[zone_id]
            check_area(current_actor(), cover(row["geometry"]))
            is_as_read = row["changed_at"].isoformat() == request.form.get("seen")
            if is_as_read:
                actions.record_days(session, zone_id, days, today, current_actor(), datetime.now(UTC))
    except (ValueError, BadInput):
        told = _("A day is written such as 2026-03-01, and is past or today. Nothing was changed.")
        return _list(told, 400, (zone_id, written))
    except NotAllowed:
        return _list(_("This area is not inside your duty area."), 403)
    if not is_as_read:
        told = _("Somebody changed this zone since you read it. Your days are not kept yet; they stand in its form.")
        return _list(told, 409, (zone_id, written))
    return make_response(redirect(url_for("zones.find", done="days"), 303))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _list(problem: str = "", status: int = 200, written: tuple[int, Mapping[str, str]] = (0, {})) -> Response:
    """The list; `written`: the number of a zone, and the days somebody wrote for it that are not kept yet."""
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.snapshot() as session:
        rules = level_rules(session)
        shown = [
            Shown(
                row,
                versions_of(session, row)[1:],
                effects_of(session, row["geometry"], max(now, row["valid_from"] or now), row["valid_to"]),
                _lifting(row, rules[row["level"]]) if row["state"] == "in_force" else [],
                not may_put_in_force(row["proposed_by"], actor.name),
                answers_for(actor, cover(row["geometry"])),
            )
            for row in current(session, now)
        ]
    page = render_template(
        "zones.html",
        groups=[(state, title, [one for one in shown if group_of(one.row) == state]) for state, title in ORDER],
        levels=levels(),
        today=datetime.now(service().zone).date(),
        decisions=DECISIONS,
        written=written,
        problem=problem,
        done=request.args.get("done", ""),
    )
    return make_response(page, status)


ORDER = tuple((state, STATES[state]) for state in ("proposed", "in_force", "drafted"))


def group_of(row: Mapping[str, Any]) -> str:
    """Under which heading a zone stands: one that a newer version will end holds until then."""
    return "in_force" if row["state"] == "lifted" else str(row["state"])


def _lifting(row: Mapping[str, Any], rules: LevelRules) -> list[Standing]:
    zone = service().zone
    return standing(conditions(row, first_day(row, zone), rules, datetime.now(zone).date()))


def levels() -> dict[str, Text]:
    """The levels by their titles, strictest first."""
    titles = {entry.value: entry.title for entry in LAYER.legend}
    return {level: titles[level] for level in sorted(RANK, key=lambda one: -RANK[one])}
