"""Writing a notice: the form, how it will read and whom it reaches, and, once that was shown, sending it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.shapes import from_geojson
from layers.compounds.queries import named
from layers.errors import MoveNotAllowed, NotFound
from layers.notices import actions, rules
from layers.notices.queries import by_id
from layers.quarantine_zones.queries import holding
from layers.zone_effects import Effects, effects_of
from webmap.access import allowed, current_actor
from webmap.maps.page_map import EVERYWHERE
from webmap.pages.form_drafts import draft_of_form
from webmap.pages.form_moments import as_form
from webmap.pages.map_start import where_people_live
from webmap.pages.notice_form import CHOICES, FIELDS, Checked, Given, check_reach, checked, given, sending
from webmap.pages.posters import by_community
from webmap.pages.staff_areas import choices
from webmap.service import service

if TYPE_CHECKING:
    from layers.notices.record import Notice

blueprint = Blueprint("notice_new", __name__, url_prefix="/notices")

#: What the form proposes: most notices are of the day.
USUALLY = timedelta(hours=24)


@blueprint.get("/new")
@allowed("notices.write")
def new() -> Response:
    """The empty form; with ?replaces= the form of a notice that is to be changed."""
    now = datetime.now(UTC)
    old = _old(request.args.get("replaces", ""))
    fields = dict.fromkeys(FIELDS, "") | {"severity": "moderate", "certainty": "observed", "urgency": "later"}
    fields["ends_at"] = as_form(now + USUALLY)
    if old is not None:
        kept = (*CHOICES, "title_en", "title_zh", "words_en", "words_zh", "area_name")
        fields |= {name: getattr(old, name) for name in kept}
        fields |= {"starts_at": as_form(max(now, old.starts_at)), "ends_at": as_form(old.ends_at), "same": "1"}
    return _form(Given(fields), {}, old, now)


@blueprint.post("/new")
@allowed("notices.write")
def send() -> Response:
    """How the notice will read and whom it reaches; and, once that was shown, out it goes."""
    form, now = given(), datetime.now(UTC)
    old = _old(request.form.get("replaces", ""))
    if request.form.get("step") == "find":
        return _form(form, {}, old, now)
    with service().database.snapshot() as session:
        found = checked(session, form, now, old)
        if isinstance(found, dict):
            return _form(form, found, old, now, status=400)
        reach = effects_of(session, found.outline, max(now, found.draft.starts_at), found.draft.ends_at)
    if request.form.get("step") != "send" or request.form.get("seen") != _mark(form):
        return _form(form, {}, old, now, (found, reach))
    how = sending(_mark(form))
    try:
        service().database.written(
            lambda session: actions.send(
                session, found.draft, found.outline, how, current_actor(), now, None if old is None else old.id
            )
        )
    except MoveNotAllowed:
        gone = _("Somebody changed this notice or called it off since you read it. Nothing was done.")
        return _form(form, {"form": gone}, old, now, status=409)
    return make_response(redirect(url_for("notices.find", done="sent"), 303))


def _old(number: str) -> Notice | None:
    """The notice that is to be changed, None for a new one. Raises NotFound, NotAllowed: a change ends the old one."""
    if not number:
        return None
    found = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        with service().database.read() as session:
            found = by_id(session, int(number))
    if found is None:
        raise NotFound("There is no such notice.")
    check_reach(from_geojson(found.outline))
    return found


def _form(
    form: Given, problems: Mapping[str, str], old: Notice | None, now: datetime,
    preview: tuple[Checked, Effects] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    with service().database.read() as session:
        compounds = named(session, now)
        zones = list(dict.fromkeys(zone["name"] for zone in holding(session, now)))
        areas = choices(session, form.areas)
    page = render_template(
        "notice_new.html",
        given=replace(form, compounds=list(set(form.compounds))),
        problems=problems,
        old=old,
        terms=CHOICES,
        longest=rules,
        communities=by_community(compounds),
        zones=zones,
        choices=areas,
        box=where_people_live() or EVERYWHERE,
        script_words={"zoomIn": _("Zoom in"), "zoomOut": _("Zoom out"), "corners": _("Corners: {count}")},
        preview=preview,
        seen=_mark(form),
        draft=draft_of_form(),
    )
    return make_response(page, status)


def _mark(form: Given) -> str:
    """Stands for what the form says: a notice goes out only with the mark of what was shown."""
    return hashlib.sha256(form.mark().encode()).hexdigest()[:32]
