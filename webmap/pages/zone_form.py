"""The form of a zone: a new one, or a newer version of one in force; shown what it does, then proposed.

A page of forms: it works without scripts, with compounds ticked in a list. With scripts a zone is drawn, or picked from
compounds and hexagons on the map. What is proposed is what was shown: whoever changes the form is shown anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import shapely
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from geo import covers, shapes
from layers import features
from layers.compounds.queries import named
from layers.errors import BadInput, NotAllowed, NotFound
from layers.named_places import outline_of_compounds
from layers.quarantine_zones import LAYER, actions
from layers.quarantine_zones.queries import is_known
from layers.quarantine_zones.rules import RANK
from layers.zone_effects import Effects, effects_of
from webmap.access import allowed, current_actor
from webmap.duty import check_area
from webmap.pages.form_drafts import draft_of_form, sent_once
from webmap.pages.form_moments import as_form, moment_of_form
from webmap.pages.outline_map import LONGEST, drawn, outline_map
from webmap.pages.posters import by_community
from webmap.pages.report_form import cleaned
from webmap.pages.zones import levels
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("zone_form", __name__, url_prefix="/zones")

#: Fields of the form that are one line or a few, and how long; the compounds are ticked.
FIELDS = {
    "name": 200,
    "level": 20,
    "order_reference": 200,
    "reason": 1000,
    "valid_from": 16,
    "valid_to": 16,
    "outline": 20,
    "drawn": LONGEST,
}

#: How the outline of a zone is given: by compounds, drawn, by hexagons, or the one it has.
OUTLINES = ("compounds", "drawn", "cells", "same")


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds: its fields, the names of compounds ticked, and the zone that it changes, if any."""

    fields: Mapping[str, str]
    compounds: list[str]
    changes: Mapping[str, Any] | None = None

    @property
    def mark(self) -> str:
        """Stands for what the form says, and for the version it changes: a proposal is taken only with this mark."""
        version = self.changes["changed_at"].isoformat() if self.changes else ""
        said = "\x1f".join([*(self.fields[name] for name in FIELDS), *sorted(self.compounds), version])
        return hashlib.sha256(said.encode()).hexdigest()[:32]


@blueprint.route("/new", methods=["GET", "POST"])
@allowed("zones.manage")
def new() -> Response:
    """A zone that is not there yet."""
    filled = Filled(_given({"outline": "compounds"}), request.form.getlist("compound"))
    return _form(filled, {}) if request.method == "GET" else _taken(filled)


@blueprint.route("/<int(max=9223372036854775807):zone_id>/change", methods=["GET", "POST"])
@allowed("zones.manage")
def change(zone_id: int) -> Response:
    """A newer version of a zone in force: extended, shrunk, or of another level. Until then the old one holds."""
    with service().database.read() as session:
        row = features.row_of(session, LAYER, zone_id)
    if row["state"] != "in_force":
        raise NotFound(f"zone {zone_id} is not in force")
    as_it_is = {name: row[name] for name in ("name", "level", "order_reference")} | {"outline": "same"}
    if row["valid_to"] is not None:
        as_it_is["valid_to"] = as_form(row["valid_to"])
    filled = Filled(_given(as_it_is), request.form.getlist("compound"), row)
    return _form(filled, {}) if request.method == "GET" else _taken(filled)


def _given(at_first: Mapping[str, str]) -> dict[str, str]:
    """The fields as they were sent; as they are at first where the form is opened."""
    sent = request.form if request.method == "POST" else at_first
    return {name: cleaned(sent.get(name, ""))[:longest] for name, longest in FIELDS.items()}


def _taken(filled: Filled) -> Response:
    """Shows what the zone does, or proposes it, if that was shown."""
    now = datetime.now(UTC)
    problems, values = _checked(filled, now)
    if values is None:
        return _form(filled, problems, status=400)
    try:
        with service().database.snapshot() as session:
            outline = _outline(session, filled)
            effects = effects_of(session, outline, values.valid_from or now, values.valid_to)
    except BadInput as error:
        return _form(filled, {"outline": str(error)}, status=400)
    except NotAllowed:
        return _form(filled, {"outline": _("This area is not inside your duty area.")}, status=400)
    if request.form.get("step") != "propose" or request.form.get("seen") != filled.mark:
        return _form(filled, {}, effects)
    values.source_id = f"zone-{sent_once(filled.mark)}"
    columns = {"changes_id": filled.changes["id"]} if filled.changes else {}
    incoming = features.Incoming(values, outline, columns=columns)

    def propose(session: Session) -> list[tuple[int, str]]:
        if is_known(session, values.source_id):
            return []  # an impatient second press, or the page sent again: it is proposed already
        return actions.put(session, [incoming], current_actor(), now).rejected

    rejected = service().database.written(propose)
    if rejected:
        return _form(filled, {"outline": rejected[0][1]}, status=400)
    return make_response(redirect(url_for("zones.find", done="proposed"), 303))


def _checked(filled: Filled, now: datetime) -> tuple[dict[str, str], Any]:
    """What is wrong, by field; the zone, None where something is."""
    given, problems = filled.fields, {}
    if not given["name"]:
        problems["name"] = _("Give the zone a name that people there know.")
    if given["level"] not in RANK:
        problems["level"] = _("Choose a level.")
    if filled.changes and not given["reason"]:
        problems["reason"] = _("Say why it is changed: everybody who lives there will read it.")
    if given["outline"] == "compounds" and not filled.compounds:
        problems["outline"] = _("Tick at least one compound.")
    elif given["outline"] in ("drawn", "cells") and not given["drawn"]:
        problems["outline"] = _("Draw the zone on the map first.")
    elif given["outline"] not in OUTLINES or (given["outline"] == "same" and not filled.changes):
        problems["outline"] = _("Say where the zone is.")
    moments = {name: moment_of_form(given[name]) for name in ("valid_from", "valid_to") if given[name]}
    for name, moment in moments.items():
        if moment is None:
            problems[name] = _("Write the day and the time, such as 2026-03-01T08:00.")
    if problems:
        return problems, None
    text = {name: given[name] for name in ("name", "level", "order_reference", "reason")}
    try:
        values: Any = features.check(LAYER, {**text, **moments, "state": "proposed"})
    except BadInput:
        return {"valid_to": _("The zone ends before it starts.")}, None
    if values.valid_to is not None and values.valid_to <= now:
        return {"valid_to": _("This time is over already.")}, None
    return {}, values


def _outline(session: Session, filled: Filled) -> BaseGeometry:
    """Where the zone is. Raises BadInput, in words for the reader, and NotAllowed for where they do not answer."""
    outline = _given_outline(session, filled)
    try:
        area = covers.cover(outline)
    except (covers.TooLarge, shapes.BadShape) as error:
        raise BadInput(_("The drawing is too large for one zone. Draw a smaller one.")) from error
    check_area(current_actor(), area)
    return outline


def _given_outline(session: Session, filled: Filled) -> BaseGeometry:
    how = filled.fields["outline"]
    if how == "compounds":
        try:
            return outline_of_compounds(session, filled.compounds)
        except BadInput as error:
            raise BadInput(_("One of these is not there any more. Choose again.")) from error
    if how == "same" and filled.changes is not None:
        kept: BaseGeometry = filled.changes["geometry"]
        return kept
    outline = drawn(filled.fields["drawn"])
    if outline is None:
        raise BadInput(_("The drawing holds no area. Draw it again."))
    return outline


def _form(filled: Filled, problems: Mapping[str, str], effects: Effects | None = None, status: int = 200) -> Response:
    with service().database.read() as session:
        compounds = named(session, datetime.now(UTC))
        before = None
        if filled.changes is not None and effects is not None:
            row = filled.changes
            before = effects_of(session, row["geometry"], datetime.now(UTC), row["valid_to"])
    zone = filled.changes
    page = render_template(
        "zone_form.html",
        given=filled.fields,
        chosen=set(filled.compounds),
        changes=zone,
        same=shapely.to_geojson(zone["geometry"]) if zone else "",
        gains=before and _names(effects, before),
        loses=before and _names(before, effects),
        communities=by_community(compounds),
        levels=levels(),
        problems=problems,
        effects=effects,
        seen=filled.mark,
        draft=draft_of_form(),
        **outline_map(_("Map on which the zone is drawn")),
    )
    return make_response(page, status)


def _names(of: Effects | None, without: Effects | None) -> list[str]:
    """Names of the compounds inside of one outline and not of the other."""
    others = {one["id"] for one in without.inside} if without else set()
    return [one["name"] for one in (of.inside if of else []) if one["id"] not in others]
