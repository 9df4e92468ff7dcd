"""Planning supply drops: for whom, what, by which rule; the plan before it is made; and making it.

A page of forms: it works without scripts, with an area, a zone or compounds chosen from lists. With scripts compounds
are tapped on the map, or the area is drawn there. What is made is what was shown: the plan is worked out again, and
where anything about it has changed it is shown anew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import ValidationError

from data.areas import few_areas
from layers.compounds.queries import named
from layers.drop_plan.actions import publish
from layers.drop_plan.areas import outline_of
from layers.drop_plan.planning import LONGEST_WALK_M, SHORTEST_WALK_M, Asked, Plan, plan
from layers.drop_plan.rules import MOST_ITEMS, RULES, Refused, Wanted
from layers.errors import BadInput, NotAllowed
from layers.quarantine_zones.queries import current
from layers.supply_drops.units import UNITS
from webmap.access import allowed, current_actor
from webmap.duty import BY_ORGANIZATION, check_drops
from webmap.pages.drop_words import amount, money
from webmap.pages.duty_words import not_here
from webmap.pages.form_drafts import draft_of_form
from webmap.pages.form_moments import moment_of_form
from webmap.pages.map_files import language
from webmap.pages.outline_map import LONGEST, drawn, outline_map
from webmap.pages.posters import by_community
from webmap.pages.staff_areas import LEVEL_TITLES
from webmap.service import service

blueprint = Blueprint("drop_new", __name__, url_prefix="/drops")

#: Fields that stand once, and how long each may be.
FIELDS = {
    "area": 100,
    "drawn": LONGEST,
    "rule": 20,
    "walk_m": 5,
    "window_from": 16,
    "window_to": 16,
    "organization": 200,
}

#: What `area` says of one on the map: drawn there, or picked by hexagons. Ticked compounds do not count then.
ON_MAP = ("drawn", "cells")

#: Fields of a line of goods.
OF_A_LINE = {"item": 100, "quantity": 20, "each": 20, "unit": 30, "unit_value": 20, "per_day": 20}

#: Lines of goods on an empty form.
LINES = 3

#: Areas that one list holds; a province's are found by their zones and compounds.
MOST_AREAS = 300

#: The number of a zone.
ZONE = re.compile("[0-9]{1,18}")

Line = Mapping[str, str]


@blueprint.route("/new", methods=["GET", "POST"])
@allowed("drops.manage")
def new() -> Response:
    """The form; the plan; and, once that was shown, its drops."""
    given = {name: request.form.get(name, "").strip()[:longest] for name, longest in FIELDS.items()}
    lines, compounds = _lines(), request.form.getlist("compound")
    if request.method == "GET":
        given |= {"rule": "equal", "walk_m": "500", "organization": current_actor().organization}
        return _form(given, lines, compounds)
    if request.form.get("step") == "line":
        return _form(given, [*lines, {}][:MOST_ITEMS], compounds)
    asked, problems = _checked(given, lines)
    is_on_map = given["area"] in ON_MAP
    on_map = drawn(given["drawn"]) if is_on_map else None
    if is_on_map and on_map is None:
        problems["area"] = _("Draw the area on the map: there is none yet.")
    elif not given["area"] and not compounds:
        problems["area"] = _("Choose one: an area, a zone, or compounds.")
    if asked is None or problems:
        return _form(given, lines, compounds, problems, status=400)
    now = datetime.now(UTC)
    kind, _sep, name = given["area"].partition(":")
    try:
        with service().database.snapshot() as session:
            outline = outline_of(
                session,
                name if kind == "area" else "",
                int(name) if kind == "zone" and ZONE.fullmatch(name) else 0,
                () if is_on_map else compounds,
                on_map,
            )
            made = plan(session, outline, asked, now)
        check_drops(current_actor(), made, given["organization"])
    except BadInput as refused:
        return _form(given, lines, compounds, _told(refused), status=400)
    except NotAllowed:
        field = "organization" if current_actor().role in BY_ORGANIZATION else "area"
        return _form(given, lines, compounds, {field: not_here()}, status=400)
    seen = _mark(made, given)
    if request.form.get("step") != "publish" or request.form.get("seen") != seen:
        return _form(given, lines, compounds, made=made, seen=seen, is_changed=request.form.get("step") == "publish")
    actor, draft = current_actor(), draft_of_form()
    try:
        ids, _is_new = service().database.written(
            lambda session: publish(session, made, draft, given["organization"], actor, now)
        )
    except BadInput as refused:  # a compound whose name is too long for a drop's
        return _form(given, lines, compounds, _told(refused), status=400)
    return make_response(redirect(url_for("drops.find", done=len(ids)), 303))


def _form(
    given: Mapping[str, str], lines: Sequence[Line], chosen: list[str], problems: Mapping[str, str] | None = None,
    made: Plan | None = None, seen: str = "", is_changed: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    now = datetime.now(UTC)
    with service().database.read() as session:
        compounds = named(session, now)
        areas = few_areas(session, MOST_AREAS)
        zones = [row for row in current(session, now) if row["state"] in ("in_force", "proposed")]
    page = render_template(
        "drop_new.html",
        given=given,
        lines=lines,
        most_lines=MOST_ITEMS,
        chosen=set(chosen),
        communities=by_community(compounds),
        areas=areas,
        levels=LEVEL_TITLES,
        zones=zones,
        units=UNITS,
        rules=RULES,
        walk=(SHORTEST_WALK_M, LONGEST_WALK_M),
        problems=problems or {},
        plan=made,
        is_changed=is_changed,
        seen=seen,
        draft=draft_of_form(),
        amount=amount,
        money=money,
        **outline_map(_("Map on which the area is drawn")),
    )
    return make_response(page, status)


def _lines() -> list[dict[str, str]]:
    """The lines of goods as written; a few empty ones on an empty form."""
    columns = {name: request.form.getlist(name) for name in OF_A_LINE}
    count = min(max(map(len, columns.values())), MOST_ITEMS)
    return [
        {name: values[at].strip()[: OF_A_LINE[name]] if at < len(values) else "" for name, values in columns.items()}
        for at in range(count)
    ] or [{} for _number in range(LINES)]


def _checked(given: Mapping[str, str], lines: Sequence[Line]) -> tuple[Asked | None, dict[str, str]]:
    """What is asked for, None where something is wrong; and what that is, by field."""
    problems: dict[str, str] = {}
    wanted = []
    for number, line in enumerate(lines):
        if line.get("item") or line.get("quantity"):
            try:
                wanted.append(Wanted(**{name: value or None for name, value in line.items()}))  # type: ignore[arg-type]
            except ValidationError as error:
                problems |= {f"{one['loc'][0]}-{number}": _wrong(str(one["loc"][0])) for one in error.errors()}
    if not wanted and not problems:
        problems["items"] = _("List at least one item.")
    if given["rule"] not in RULES:
        problems["rule"] = _("Choose how it is shared out.")
    if not re.fullmatch("[0-9]+", given["walk_m"]):
        problems["walk_m"] = _("Write the metres as a number.")
    moments = {name: moment_of_form(given[name]) for name in ("window_from", "window_to")}
    for name, moment in moments.items():
        if moment is None:
            problems[name] = _("Write the day and the time, such as 2026-03-01T08:00.")
    starts, ends = moments["window_from"], moments["window_to"]
    if problems or starts is None or ends is None:
        return None, problems
    return Asked(wanted, given["rule"], int(given["walk_m"]), starts, ends), {}  # type: ignore[arg-type]


def _wrong(field: str) -> str:
    return {
        "item": _("Say what it is."),
        "quantity": _("Write a number above 0, with three decimals at most."),
        "unit": _("Choose a unit."),
        "unit_value": _("Write a price such as 5.20, or nothing."),
        "per_day": _("Write a number above 0, or nothing."),
    }.get(field, _("This cannot be taken."))


def _told(refused: BadInput) -> dict[str, str]:
    """What no plan could be made of, by the field of the form it stands at."""
    field = refused.errors[0]["field"] if refused.errors else ""
    words = refused.words.in_language(language()) if isinstance(refused, Refused) else str(refused)
    words = words[:1].upper() + words[1:] + ("。" if language().startswith("zh") else ".")
    return {"items" if field.startswith("items") else field if field in FIELDS else "area": words}


def _mark(made: Plan, given: Mapping[str, str]) -> str:
    """Stands for the plan as it was shown."""
    return hashlib.sha256(repr((made, given["organization"])).encode()).hexdigest()[:32]
