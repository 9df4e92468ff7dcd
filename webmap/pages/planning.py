"""Planning for organizations and officials: where need is left, where the next volunteers should stand, and why.

A form that works without scripts; with them the same figures lie on a map. A plan is kept with what it was made from,
and published as shifts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from jinja2.utils import htmlsafe_json_dumps

from data import journal
from geo.coordinates import BadCoordinates, Box
from layers import catalogue
from layers.errors import BadInput, NotAllowed, TooMuch
from layers.planning.actions import keep, publish
from layers.planning.making import make_plan
from layers.planning.plan import Plan, content_of
from layers.planning.queries import kept_plan, latest_plans, weights_kept
from layers.planning.rules import (
    KINDS,
    LONGEST_WINDOW,
    MOST_MINUTES,
    MOST_VOLUNTEERS,
    REASONS,
    USUAL_MINUTES,
    USUAL_WINDOW,
    Request,
    names_of_kinds,
)
from layers.triage.queries import organizations
from layers.vocabulary.queries import Vocabulary, vocabulary
from webmap.access import allowed, current_actor, may
from webmap.maps.page_map import MapParts, page_map
from webmap.pages.form_moments import as_form, moment_of_form
from webmap.pages.map_files import drawn, language, map_files, static
from webmap.pages.map_start import where_people_live
from webmap.pages.plan_words import classes_of, left_in_words, quality_in_words, shaded, shortfall_by_place
from webmap.planning import left_by_place
from webmap.service import service
from webmap.viewport import box_of

blueprint = Blueprint("planning", __name__, url_prefix="/plan")

#: The scripts of the page, fetched early and together.
MODULES = ("map/basemap", "map/features", "map/layers", "map/room", "map/shapes", "map/shown", "map/tiles", "map/words",
           "plan/main")  # fmt: skip

#: What else is drawn: closed areas, the gates into them, and compounds.
LAYERS = ("compounds", "checkpoints", "quarantine_zones")

#: Fields of the form, and what they are at most long.
FIELDS = {"role": 40, "volunteers": 6, "minutes": 3, "from": 16, "to": 16, "area": 10, "bbox": 100}

USUAL_ROLE = "delivery"
MOST_LISTED = 10


@blueprint.get("")
@allowed("plans.make")
def find() -> Response:
    """The form, what nobody takes care of in a role, and, where volunteers are named, the plan for them."""
    now = datetime.now(UTC)
    given = _given(request.args, now)
    asks = "volunteers" in request.args  # the form was sent, be it with an empty field
    asked, problems = _request(given if asks else {**given, "volunteers": "1"}, now)
    if asked is None:
        return _page(given, problems, None, status=400)
    try:
        made, _seq = _made(asked, now)
    except TooMuch:
        return _too_large(given)
    return _page(given, {}, content_of(made), has_plan=asks)


@blueprint.post("")
@allowed("plans.make")
def keep_it() -> Response:
    """Keeps the plan for what the form says, as it is now."""
    now = datetime.now(UTC)
    given = _given(request.form, now)
    asked, problems = _request(given, now)
    if asked is None:
        return _page(given, problems, None, status=400)
    try:
        made, seq = _made(asked, now)
    except TooMuch:
        return _too_large(given)
    with service().database.write() as session:
        number = keep(session, made, seq, current_actor(), now)
    return make_response(redirect(url_for("planning.kept", plan_id=number, done="kept"), 303))


@blueprint.get("/<int(max=9223372036854775807):plan_id>")
@allowed("plans.make")
def kept(plan_id: int) -> Response:
    """A plan as it was kept."""
    return _kept(plan_id)


@blueprint.post("/<int(max=9223372036854775807):plan_id>/publish")
@allowed("plans.publish")
def publish_it(plan_id: int) -> Response:
    """Publishes the posts of a kept plan as shifts."""
    actor = current_actor()
    organization = actor.organization or request.form.get("organization", "").strip()
    try:
        with service().database.write() as session:
            if organization not in {actor.organization, *organizations(session)}:
                raise NotAllowed("no such organization")
            publish(session, plan_id, organization, actor, datetime.now(UTC))
    except NotAllowed:
        return _kept(
            plan_id, _("Choose the organization the shifts are for. A plan made for one is published by it."), 403
        )
    except BadInput:
        return _kept(plan_id, _("The window of this plan is over, or it has no post. Make a new one."), 409)
    return make_response(redirect(url_for("planning.kept", plan_id=plan_id, done="published"), 303))


def _given(source: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What the form says; what it leaves out is the usual."""
    given = {name: source.get(name, "").strip()[:longest] for name, longest in FIELDS.items()}
    given["role"] = given["role"] or USUAL_ROLE
    given["minutes"] = given["minutes"] or str(USUAL_MINUTES)
    given["from"] = given["from"] or as_form(now)
    given["to"] = given["to"] or as_form(now + USUAL_WINDOW)
    return given


def _request(given: Mapping[str, str], now: datetime) -> tuple[Request | None, dict[str, str]]:
    """The request the form makes, None where something is wrong; and what is wrong, by field."""
    problems = {}
    with service().database.read() as session:
        if given["role"] not in vocabulary(session).roles:
            problems["role"] = _("Choose what they do.")
    volunteers, minutes = _whole(given["volunteers"]), _whole(given["minutes"])
    if not 1 <= volunteers <= MOST_VOLUNTEERS:
        problems["volunteers"] = _("Write how many there are: a whole number from 1 to 10,000.")
    if not 1 <= minutes <= MOST_MINUTES:
        problems["minutes"] = _("Write a whole number from 1 to 60.")
    starts, ends = moment_of_form(given["from"]), moment_of_form(given["to"])
    if starts is None or ends is None:
        problems["to"] = _("Write the day and the time, such as 2026-03-01T08:00.")
    elif not timedelta() < ends - max(starts, now) <= LONGEST_WINDOW:
        problems["to"] = _("The window ends later than it begins, later than now, and within seven days.")
    box = None
    if given["area"] == "shown":
        try:
            box = box_of(given["bbox"])
        except (BadInput, BadCoordinates):
            problems["area"] = _("The part of the map could not be read. Move the map and try again.")
    if problems or starts is None or ends is None:
        return None, problems
    return Request(given["role"], volunteers, minutes, starts, ends, box, current_actor().organization), {}


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _made(asked: Request, now: datetime) -> tuple[Plan, int]:
    """The plan, and the number of the last change it knows of."""
    with service().database.snapshot() as session:
        return make_plan(session, asked, service().zone, now), journal.latest(session)


def _too_large(given: Mapping[str, str]) -> Response:
    problems = {"area": _("That is too large for one plan on foot. Choose a part of it.")}
    return _page(given, problems, None, status=400)


def _page(
    given: Mapping[str, str], problems: Mapping[str, str], content: dict[str, Any] | None, *, has_plan: bool = False,
    status: int = 200,
) -> Response:  # fmt: skip
    with service().database.read() as session:
        words = vocabulary(session)
        plans = latest_plans(session, MOST_LISTED)
        weights = weights_kept(session)
    page = render_template(
        "plan.html",
        given=given,
        problems=problems,
        roles=words.roles,
        plans=plans,
        has_plan=has_plan,
        weights=[
            (KINDS[kind], [(_named(words, name), weights.of(kind, name)) for name in names])
            for kind, names in names_of_kinds(list(words.services), list(words.roles)).items()
        ],
        **_shown(content, has_plan),
    )
    return make_response(page, status)


def _kept(plan_id: int, problem: str = "", status: int = 200) -> Response:
    with service().database.read() as session:
        row = kept_plan(session, plan_id)
        role = vocabulary(session).roles.get(row["role"])
        names = organizations(session)
    actor = current_actor()
    is_over = row["ends_at"] <= datetime.now(UTC)
    may_publish = may(actor, "plans.publish") and row["organization"] in ("", actor.organization)
    page = render_template(
        "plan_kept.html",
        row=row,
        role=role,
        problem=problem,
        done=request.args.get("done", ""),
        is_over=is_over,
        may_publish=may_publish and not is_over and row["published_at"] is None and bool(row["content"]["posts"]),
        organization=actor.organization,
        organizations=names,
        **_shown(row["content"], True),
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


def _shown(content: dict[str, Any] | None, has_plan: bool) -> dict[str, Any]:
    """What the templates need of a plan's content, and the map it lies on."""
    start = where_people_live()
    cells = content["cells"] if content else []
    shades = shaded(cells)
    classes = classes_of(points for _cell, points in shades)
    box = start and [[start.south, start.west], [start.north, start.east]]
    config = {
        "language": language().replace("_", "-"),
        "start": box,
        "cells": [[cell, classes.of(points)] for cell, points in shades],
        "posts": [
            {"lng": one["lng"], "lat": one["lat"], "name": _post_in_words(number, one)}
            for number, one in enumerate(content["posts"] if content and has_plan else [], start=1)
        ],
        "layers": [drawn(catalogue.layer(name), on=True) for name in LAYERS],
        "urls": {
            "api": "/api/v1",
            "basemap": "/basemap.json",
            "icons": static("map/icons.svg"),
            "protomaps": static("vendor/protomaps-leaflet/protomaps-leaflet.js"),
        },
    }
    return {
        "content": content,
        "classes": classes,
        "quality": quality_in_words(content) if content else "",
        "left": left_in_words(left_by_place(content["uncovered"]), REASONS) if content else [],
        "places": shortfall_by_place(cells),
        "map": _map(start),
        "written": htmlsafe_json_dumps(config, json.dumps, ensure_ascii=False, separators=(",", ":")),
    }


def _post_in_words(number: int, post: Mapping[str, Any]) -> str:
    where = post["near"] or _("away from compounds")
    return _("Post %(number)s, %(where)s: %(people)s", number=number, people=post["volunteers"], where=where)


def _map(start: Box | None) -> MapParts:
    files = map_files("plan/main.js", [f"{name}.js" for name in MODULES], cells=False)
    return page_map(files, start, (_("Map of what is left and of the posts"), _("Zoom in"), _("Zoom out")))
