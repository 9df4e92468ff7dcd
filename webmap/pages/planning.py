"""Planning for organizations and officials: where need is left, where the next volunteers should stand, and why.

A form that works without scripts; with them the same figures lie on a map. A plan is kept with what it was made from;
what is done with it then is in `plan_kept`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from data import journal
from geo.cells import COVER, BadCell, from_hex, resolution
from layers.compounds.queries import names
from layers.errors import BadInput, TooMuch
from layers.planning.actions import keep
from layers.planning.claims import claim, claims_at, hand_back
from layers.planning.making import make_plan
from layers.planning.plan import Plan, content_of
from layers.planning.queries import latest_plans, weights_kept
from layers.planning.rules import KINDS, USUAL_WINDOW, Request, names_of_kinds
from layers.planning.shortfall import Shortfall
from layers.vocabulary.queries import Vocabulary, vocabulary
from webmap.access import allowed, current_actor, may
from webmap.pages.form_moments import as_form, moment_of_form
from webmap.pages.map_files import language
from webmap.pages.plan_form import FLOORS, given_by, request_of_form
from webmap.pages.plan_view import shown
from webmap.service import service

blueprint = Blueprint("planning", __name__, url_prefix="/plan")

MOST_LISTED = 10

#: Names of compounds that the form offers while one writes; more are a slow page, and are written in full.
MOST_OFFERED = 300


@blueprint.get("")
@allowed("plans.make")
def find() -> Response:
    """The form, what nobody takes care of in a role, and, where volunteers are named, the plan for them."""
    now = datetime.now(UTC)
    given = given_by(request.args, now)
    if "volunteers" in request.args:  # the form was sent, be it with an empty field
        return _with_plan(given, now)
    return _with_shortfall(given, now)


@blueprint.post("")
@allowed("plans.make")
def keep_it() -> Response:
    """Keeps the plan for what the form says, as it is now."""
    now = datetime.now(UTC)
    given = given_by(request.form, now)
    asked, problems = request_of_form(given, now)
    if asked is None:
        return _page(given, problems, None, status=400)
    made, seq, problems = made_of(asked, now)
    if made is None:
        return _page(given, problems, None, status=400)
    with service().database.write() as session:
        number = keep(session, made, seq, current_actor(), now)
    return make_response(redirect(url_for("kept_plans.one", plan_id=number, done="kept"), 303))


@blueprint.post("/claims")
@allowed("plans.claim")
def claim_it() -> Response:
    """Says that one's own organization looks after some cells until a moment; what was asked for stays on the page."""
    now = datetime.now(UTC)
    given = given_by(request.form, now)
    until = moment_of_form(request.form.get("until", ""))
    try:
        cells = [from_hex(one) for one in request.form.get("cells", "").split(",")]
        if until is None or any(resolution(cell) != COVER for cell in cells):
            raise BadInput("no moment, or no place")
        with service().database.write() as session:
            claim(session, cells, until, current_actor(), now)
    except (BadInput, BadCell):
        problem = _("Choose a place of the list, and a time that is later than now and within 24 hours.")
        answer = _with_plan if given["volunteers"] else _with_shortfall
        return answer(given, now, {"until": problem})
    asked_for: dict[str, Any] = {name: value for name, value in given.items() if value}
    return make_response(redirect(url_for("planning.find", **asked_for, done="claimed", _anchor="claims"), 303))


@blueprint.post("/claims/<int(max=9223372036854775807):claim_id>/back")
@allowed("plans.claim")
def hand_it_back(claim_id: int) -> Response:
    """Ends a claim of one's own organization before its time."""
    with service().database.write() as session:
        hand_back(session, claim_id, current_actor(), datetime.now(UTC))
    return make_response(redirect(url_for("planning.find", done="back"), 303))


def made_of(
    asked: Request, now: datetime, compared_with: list[int] | None = None
) -> tuple[Plan | None, int, dict[str, str]]:
    """The plan, the number of the last change it knows of, and what is wrong by field where there is none."""
    try:
        with service().database.snapshot() as session:
            return make_plan(session, asked, service().zone, now, compared_with), journal.latest(session), {}
    except TooMuch:
        return None, 0, {"area": _("That is too large for one plan on foot. Choose a part of it.")}
    except BadInput as error:
        said = {
            "start": _("Nobody gets out of one of the starting places: it is closed, and no gate of it is open then."),
            "locked": _("Nobody can come to a post that is locked, or more are locked than there are people."),
            "excluded": _("Too many places are left out or taken out. Plan for the part of the map you see instead."),
        }
        field = error.errors[0]["field"] if error.errors else ""
        return None, 0, {field: said.get(field, _("The window of this plan is over."))}


def _with_plan(given: Mapping[str, str], now: datetime, also: Mapping[str, str] | None = None) -> Response:
    """The page with the plan for what the form says. also: what else is wrong, by field."""
    asked, problems = request_of_form(given, now)
    made = None
    if asked is not None:
        made, _seq, problems = made_of(asked, now)
    problems = {**problems, **(also or {})}
    return _page(given, problems, content_of(made) if made else None, status=400 if problems else 200)


def _with_shortfall(given: Mapping[str, str], now: datetime, also: Mapping[str, str] | None = None) -> Response:
    """The page with what nobody takes care of. also: what else is wrong, by field."""
    asked, problems = request_of_form({**given, "volunteers": "1"}, now)
    shortfall = None
    if asked is not None:
        try:
            shortfall = service().shortfall.of(asked, now)
        except BadInput:
            problems = {"to": _("The window of this plan is over.")}
    problems = {**problems, **(also or {})}
    return _page(given, problems, None, shortfall, status=400 if problems else 200)


def _page(
    given: Mapping[str, str], problems: Mapping[str, str], content: dict[str, Any] | None,
    shortfall: Shortfall | None = None, *, status: int = 200,
) -> Response:  # fmt: skip
    now, actor = datetime.now(UTC), current_actor()
    with service().database.read() as session:
        words = vocabulary(session)
        plans = latest_plans(session, MOST_LISTED)
        claims = claims_at(session, now)
        compounds = names(session, now, MOST_OFFERED + 1)
        weights = weights_kept(session)
    page = render_template(
        "plan.html",
        given=given,
        problems=problems,
        roles=words.roles,
        plans=plans,
        claims=claims,
        may_claim=may(actor, "plans.claim") and bool(actor.organization),
        organization=actor.organization,
        until=request.form.get("until", "")[:16] or as_form(now + USUAL_WINDOW),
        done=request.args.get("done", ""),
        compounds=compounds if len(compounds) <= MOST_OFFERED else [],
        offered_floors=FLOORS,
        weights=[
            (KINDS[kind], [(_named(words, name), weights.of(kind, name)) for name in some])
            for kind, some in names_of_kinds(list(words.services), list(words.roles)).items()
        ],
        **shown(content, shortfall),
    )
    return make_response(page, status)


def _named(words: Vocabulary, name: str) -> str:
    """How a weight's name is called."""
    title = words.services.get(name) or words.roles.get(name)
    others = {
        "ordinary": _("ordinary"), "urgent": _("urgent"), "day": _("a day"), "days": _("days at most"),
        "share": _("taken"), "person": _("a person"),
    }  # fmt: skip
    return title.in_language(language()) if title else others[name]
