"""Gates for officials: put one, change what it is or where it stands, open it, close it with a reason.

A page of forms: it works without scripts; the map is comfort. What was changed since it was read is told, and kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import shapely
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.cells import leaf_of
from geo.distances import great_circle_m
from geo.shapes import edge_towards
from layers import features
from layers.checkpoints import LAYER, actions
from layers.checkpoints.queries import is_known
from layers.compounds.queries import named, outline_by_id
from layers.errors import BadInput, MoveNotAllowed
from layers.gate_staffing import Gate, gates_at
from layers.opening import DAYS, SPANS, WEEK, text_of_week, week_of_text
from layers.text import Text
from webmap.access import allowed, current_actor
from webmap.duty import is_in_duty_area
from webmap.maps.page_map import EVERYWHERE
from webmap.pages.duty_words import not_here
from webmap.pages.form_drafts import draft_of_form
from webmap.pages.gates import GATE, kinds
from webmap.pages.map_start import where_people_live
from webmap.pages.report_place import DATUMS, listed_names, position_of, with_name
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("gate_form", __name__, url_prefix="/gates")

#: Fields of the form that are one line, and how long each may be.
FIELDS = {
    "name": 200, "kind": 40, "compound": 200, "side": 10, "lat": 40, "lng": 40, "datum": 10, "staff_wanted": 6,
    "when": 10, "holiday": 10, "state": 10, **{f"hours_{day}": 60 for day in DAYS},
}  # fmt: skip

SIDES: Mapping[str, tuple[Text, tuple[float, float]]] = {
    "north": (Text("North", "北侧"), (0.0, 1.0)),
    "east": (Text("East", "东侧"), (1.0, 0.0)),
    "south": (Text("South", "南侧"), (0.0, -1.0)),
    "west": (Text("West", "西侧"), (-1.0, 0.0)),
}
DAY_TITLES: Mapping[str, Text] = {
    "Mo": Text("Monday", "星期一"),
    "Tu": Text("Tuesday", "星期二"),
    "We": Text("Wednesday", "星期三"),
    "Th": Text("Thursday", "星期四"),
    "Fr": Text("Friday", "星期五"),
    "Sa": Text("Saturday", "星期六"),
    "Su": Text("Sunday", "星期日"),
}

#: A gate that moves further than this, in metres, is asked about once more: a slip of the thumb on a map goes that far.
FAR_M = 100


@blueprint.route("/new", methods=["GET", "POST"])
@allowed("gates.manage")
def new() -> Response:
    """The form of a new gate."""
    if request.method == "GET":
        usual = {"kind": "compound_entrance", "when": "always", "holiday": "same", "state": "open", "staff_wanted": "2"}
        return _form(None, {**dict.fromkeys(FIELDS, ""), "datum": "wgs84", **usual}, {})
    given, now = _given(), datetime.now(UTC)
    with service().database.read() as session:
        values, place, problems = _checked(session, given, None, now)
    if values is not None and place is not None and not _answers_for(place):
        problems = {"lat": not_here()}
    if values is None or place is None or problems:
        return _form(None, given, problems, status=400)
    values.source_id = f"gate-{draft_of_form()}"
    incoming = features.Incoming(values, place)

    def put(session: Session) -> None:
        if not is_known(session, values.source_id):  # an impatient second press, or the page sent again
            actions.put(session, [incoming], current_actor(), now)

    service().database.written(put)
    return make_response(redirect(url_for("gates.find", q=values.name), 303))


@blueprint.route(f"/{GATE}/edit", methods=["GET", "POST"])
@allowed("gates.manage")
def edit(gate_id: int) -> Response:
    """What a gate is and where it stands; opening and closing it."""
    with service().database.read() as session:
        row = features.row_of(session, LAYER, gate_id)
    if request.method == "GET":
        return _form(row, _as_given(row), {})
    given, now = _given(), datetime.now(UTC)
    if not _answers_for(row["geometry"]):
        return _form(row, given, {"": not_here()}, status=403)
    if _seen(row) != request.form.get("seen"):
        return _changed_meanwhile(gate_id)
    with service().database.read() as session:
        values, place, problems = _checked(session, given, row, now)
    if values is not None and place is not None and not _answers_for(place):
        problems = {"lat": not_here()}
    if values is None or place is None or problems:
        return _form(row, given, problems, status=400)
    moved_m = _metres(row["geometry"], place)
    where = f"{place.x:.6f},{place.y:.6f}"
    if moved_m > FAR_M and request.form.get("moved") != where:
        return _form(row, given, {}, moved=(round(moved_m), where))
    wanted = {name: getattr(values, name) for name in ("name", "kind", "hours", "staff_wanted", "compound")}
    changes: dict[str, Any] = {name: value for name, value in wanted.items() if value != row[name]}
    if moved_m > 0:
        changes["geometry"] = place
    with service().database.write() as session:
        is_as_read = _seen(features.locked(session, LAYER, [gate_id])[gate_id]) == request.form.get("seen")
        if is_as_read and changes:
            actions.change(session, gate_id, changes, current_actor(), now)
    if not is_as_read:
        return _changed_meanwhile(gate_id)
    return make_response(redirect(url_for("gate_form.edit", gate_id=gate_id, done="changed"), 303))


@blueprint.post(f"/{GATE}/state")
@allowed("gates.manage")
def set_state(gate_id: int) -> Response:
    """Opens a gate, or closes it with a reason, if it still is as it was read."""
    to_state, reason = request.form.get("to", ""), request.form.get("reason", "").strip()[:1000]
    with service().database.read() as session:
        row = features.row_of(session, LAYER, gate_id)
    if to_state == "closed" and not reason:
        return _form(
            row, _as_given(row), {"reason": _("Say why it is closed: who stands before it asks the staff.")}, 400
        )
    if not _answers_for(row["geometry"]):
        return _form(row, _as_given(row), {"": not_here()}, 403)
    try:
        with service().database.write() as session:
            is_as_read = _seen(features.locked(session, LAYER, [gate_id])[gate_id]) == request.form.get("seen")
            if is_as_read:
                actions.move(session, [gate_id], to_state, current_actor(), datetime.now(UTC), reason=reason or None)
    except MoveNotAllowed:
        return _form(row, _as_given(row), {"": _("That step is not possible from where this gate stands.")}, 409)
    if not is_as_read:
        return _changed_meanwhile(gate_id)
    return make_response(redirect(url_for("gate_form.edit", gate_id=gate_id, done=to_state), 303))


def _changed_meanwhile(gate_id: int) -> Response:
    """The form with the gate as it is by now."""
    with service().database.read() as session:
        row = features.row_of(session, LAYER, gate_id)
    told = _("This gate was changed since you read it. Read it again; nothing was done.")
    return _form(row, _as_given(row), {"": told}, 409)


def _form(
    row: Mapping[str, Any] | None, given: Mapping[str, str], problems: Mapping[str, str], status: int = 200,
    moved: tuple[int, str] | None = None,
) -> Response:  # fmt: skip
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        names = listed_names(named(session, now))
        gates = gates_at(session, now, service().zone) if row is not None else []
    position = position_of(given["lng"], given["lat"], given["datum"]) if given["lat"] else None
    page = render_template(
        "gate_form.html",
        row=row,
        gate=next((gate for gate in gates if row is not None and gate.row["id"] == row["id"]), None),
        others=_others(row, gates),
        given=given,
        problems=problems,
        moved=moved,
        names=names,
        kinds=kinds(),
        sides={name: title for name, (title, _way) in SIDES.items()},
        days=DAY_TITLES,
        datums=DATUMS,
        seen=_seen(row) if row is not None else "",
        draft=draft_of_form(),
        position=position,
        box=where_people_live() or EVERYWHERE,
        done=request.args.get("done", ""),
        script_words={
            "zoomIn": _("Zoom in"),
            "zoomOut": _("Zoom out"),
            "noMap": _("The map did not come. Name a compound and a side, or write coordinates."),
        },
    )
    return make_response(page, status)


def _others(row: Mapping[str, Any] | None, gates: list[Gate]) -> list[Gate] | None:
    """The other gates of the compound that are open now; None for a gate of no compound."""
    if row is None or not row["compound"]:
        return None
    return [
        gate
        for gate in gates
        if gate.is_open and gate.row["compound"] == row["compound"] and gate.row["id"] != row["id"]
    ]


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:longest] for name, longest in FIELDS.items()}


def _as_given(row: Mapping[str, Any]) -> dict[str, str]:
    """A gate as the form would have given it."""
    week = week_of_text(row["hours"]) if row["hours"] else None
    when = "always" if not row["hours"] else "written" if week is None else "week"
    holiday = (week or {}).get("PH")
    return {
        **dict.fromkeys(FIELDS, ""),
        **{name: row[name] or "" for name in ("name", "kind", "compound", "state")},
        "staff_wanted": str(row["staff_wanted"]),
        "lat": f"{row['geometry'].y:.6f}",
        "lng": f"{row['geometry'].x:.6f}",
        "datum": "wgs84",
        "when": when,
        "holiday": "same" if holiday is None else "hours" if holiday else "closed",
        **{f"hours_{day}": spans for day, spans in (week or {}).items()},
    }


def _checked(
    session: Session, given: Mapping[str, str], row: Mapping[str, Any] | None, now: datetime
) -> tuple[Any, shapely.Point | None, dict[str, str]]:
    """The gate and its place, None where something is wrong; and what, by field."""
    problems: dict[str, str] = {}
    if not given["name"]:
        problems["name"] = _("Give the gate a name that people there know.")
    if given["kind"] not in kinds():
        problems["kind"] = _("Choose what stands there.")
    if not re.fullmatch("[0-9]{1,4}", given["staff_wanted"]) or int(given["staff_wanted"]) > 1000:
        problems["staff_wanted"] = _("Write a number from 0 to 1000.")
    compound, place = _place(session, given, now, problems)
    if place is not None and row is not None and _metres(row["geometry"], place) < 1:
        place = row["geometry"]
    hours = _hours(given, row, problems)
    if problems or place is None:
        return None, None, problems
    values = {"name": given["name"], "kind": given["kind"], "staff_wanted": int(given["staff_wanted"])}
    state = row["state"] if row is not None else "planned" if given["state"] == "planned" else "open"
    try:
        return (
            features.check(LAYER, {**values, "hours": hours, "compound": compound or None, "state": state}),
            place,
            {},
        )
    except BadInput as refused:
        return None, None, {one["field"]: one["reason"] for one in refused.errors}


def _place(
    session: Session, given: Mapping[str, str], now: datetime, problems: dict[str, str]
) -> tuple[str, shapely.Point | None]:
    """The compound's name and the place: on a side of the compound, else by coordinates."""
    found = with_name(named(session, now), given["compound"]) if given["compound"] else []
    if given["compound"] and len(found) != 1:
        problems["compound"] = _("Choose one compound from the list, or none.")
        return "", None
    name = found[0].name if found else ""
    if given["side"] in SIDES:
        if not found:
            problems["side"] = _("Name the compound on whose side the gate is.")
            return name, None
        return name, edge_towards(outline_by_id(session, found[0].id), *SIDES[given["side"]][1])
    position = position_of(given["lng"], given["lat"], given["datum"])
    if position is None:
        problems["lat"] = _("Say where the gate is: tap the map, choose a compound and its side, or write coordinates.")
        return name, None
    return name, shapely.Point(*position)


def _hours(given: Mapping[str, str], row: Mapping[str, Any] | None, problems: dict[str, str]) -> str:
    if given["when"] == "written" and row is not None:
        return str(row["hours"])
    if given["when"] != "week":
        return ""
    week = {day: _spans(given[f"hours_{day}"]) for day in WEEK}
    if given["holiday"] in ("closed", "hours"):
        week["PH"] = _spans(given["hours_PH"]) if given["holiday"] == "hours" else ""
        if given["holiday"] == "hours" and not week["PH"]:
            problems["hours_PH"] = _("Write the hours of holidays, such as 08:00-12:00.")
    for day, spans in week.items():
        if spans and not SPANS.fullmatch(spans):
            problems[f"hours_{day}"] = _("Write hours such as 06:00-22:00, or 06:00-10:00, 16:00-20:00.")
    if not any(week.values()):
        problems.setdefault("hours_Mo", _("A gate that is never open is to be closed instead."))
    return text_of_week(week)


def _spans(text: str) -> str:
    """Hours as somebody wrote them, with the signs OpenStreetMap's text takes."""
    plain = re.sub(r"[–—~～至-]", "-", re.sub(r"[，、;；]", ",", text.replace("：", ":")))
    return re.sub(r"(?<!\d)(\d):", r"0\1:", re.sub(r"\s+", "", plain))


def _answers_for(place: shapely.Point) -> bool:
    return is_in_duty_area(current_actor(), leaf_of(place.x, place.y))


def _seen(row: Mapping[str, Any]) -> str:
    """Stands for the version of a gate that was read."""
    return str(row["changed_at"].isoformat())


def _metres(one: shapely.Point, other: shapely.Point) -> float:
    return float(great_circle_m([one.x], [one.y], [other.x], [other.y])[0])
