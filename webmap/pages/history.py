"""The story of a feature in plain words, and its last step taken back by another step. Works without scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers import catalogue, features
from layers.actor import Actor
from layers.description import Layer
from layers.errors import BadInput, MoveNotAllowed, NotAllowed
from layers.event import Event
from layers.history import queries
from layers.history.rules import WhyNot
from layers.needs.rules import MISTAKES
from layers.quarantine_zones.actions import SECOND
from layers.text import Text
from layers.triage.actions import decide
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed, current_actor, may, may_write
from webmap.duty import check_feature, check_move, may_move
from webmap.pages.drop_words import goods
from webmap.pages.duty_words import not_here
from webmap.pages.map_files import language
from webmap.pages.report_form import cleaned
from webmap.roles import TITLES
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("history", __name__, url_prefix="/history")

FEATURE = "/<layer_name>/<int(max=9223372036854775807):feature_id>"

#: Why a step was taken back, in one's own words, at most.
LONGEST = 200

#: Where a feature is shown beside its story. Zones are in one list; shifts of other organizations stand in plans.
PAGES: Mapping[str, Callable[[int], str]] = {
    "quarantine_zones": lambda _id: url_for("zones.find"),
    "checkpoints": lambda gate_id: url_for("gates.one", gate_id=gate_id),
    "supply_drops": lambda drop_id: url_for("drops.one", drop_id=drop_id),
    "volunteer_shifts": lambda _id: url_for("planning.find"),
    "compounds": lambda compound_id: url_for("posters.one", compound_id=compound_id),
    "needs": lambda need_id: url_for("dashboard.dashboard", need=need_id),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the story in the reader's language: when, what, who, and why where that was said."""

    at: datetime
    words: str
    who: str
    reason: str


@blueprint.get(FEATURE)
@allowed("history.read")
def story(layer_name: str, feature_id: int) -> Response:
    """What happened, the latest first. With ?back=1 it asks whether the last step is to be taken back."""
    return _page(catalogue.layer(layer_name), feature_id)


@blueprint.post(FEATURE)
@allowed("history.take_back")
def take_back(layer_name: str, feature_id: int) -> Response:
    """Takes the last step back by another one, if the feature still stands as it was read."""
    layer, actor, now = catalogue.layer(layer_name), current_actor(), datetime.now(UTC)
    reason = cleaned(request.form.get("reason", "")).strip()[:LONGEST]
    if not reason or (layer.name == "needs" and reason not in MISTAKES):
        return _page(layer, feature_id, _("Say why it is taken back. Nothing was changed."), 400)
    try:
        with service().database.write() as session:
            row = queries.standing(layer, features.locked(session, layer, [feature_id])[feature_id], now)
            events = queries.events(session, layer, feature_id)
            to_state, _why = queries.way_back(session, layer, row, events)
            is_as_read = (request.form.get("seen"), request.form.get("to")) == (_seen(events), to_state)
            if to_state is not None and is_as_read:
                _check_reach(actor, layer, row, to_state)
                _move(session, layer, row, to_state, actor, now, reason)
    except NotAllowed as refused:
        is_second = str(refused) == SECOND
        return _page(layer, feature_id, _of_a_second_official() if is_second else not_here(), 403)
    except (MoveNotAllowed, BadInput):
        return _page(layer, feature_id, _("That step is not possible from where it stands. Nothing was changed."), 409)
    if not is_as_read or to_state is None:
        return _page(layer, feature_id, _("It was changed since you read it. Read it again; nothing was done."), 409)
    return make_response(redirect(url_for("history.story", layer_name=layer.name, feature_id=feature_id, done=1), 303))


def lines(events: list[Event]) -> list[Line]:
    """A story in the reader's language, in its order."""
    return [Line(one.at, _told(one), _who(one), _said(one.reason) if one.reason else "") for one in events]


def _told(event: Event) -> str:
    words = _said(event.words)
    items = event.details.get("items")
    return f"{words} {goods(items)}" if items else words


def _who(event: Event) -> str:
    role = TITLES.get(event.role)
    title = _said(role) if role else event.role
    return _("%(role)s (%(name)s)", role=title, name=event.by) if event.by else title


def _said(text: Text) -> str:
    return text.in_language(language())


def _page(layer: Layer, feature_id: int, problem: str = "", status: int = 200) -> Response:
    actor = current_actor()
    with service().database.read() as session:
        row, events = queries.story(session, layer, feature_id, datetime.now(UTC))
        name = _name(session, layer, row, feature_id)
        to_state, why_not = queries.way_back(session, layer, row, events) if row is not None else (None, None)
    is_reached = row is not None and to_state is not None and _reaches(actor, layer, row, to_state)
    page = render_template(
        "history.html",
        layer=layer,
        feature_id=feature_id,
        name=name,
        address=_address(actor, layer, row) if row is not None else "",
        state=_state(layer, row[layer.state_field]) if row is not None and layer.state_field else None,
        lines=lines(events)[::-1],
        back=_state(layer, to_state) if to_state and is_reached else None,
        to_state=to_state,
        seen=_seen(events),
        is_asked="back" in request.args or bool(problem and request.method == "POST" and status == 400),
        why_not="" if to_state and is_reached else _why_not(layer, row, events, why_not),
        mistakes=MISTAKES if layer.name == "needs" else None,
        longest=LONGEST,
        problem=problem,
        done="done" in request.args,
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _address(actor: Actor, layer: Layer, row: Mapping[str, Any]) -> str:
    """Where whoever asks finds the feature itself; "" where it has no page."""
    if layer.name == "volunteer_shifts" and may(actor, "shifts.manage") and row["organization"] == actor.organization:
        return url_for("shifts.one", shift_id=row["id"])
    return PAGES[layer.name](row["id"]) if layer.name in PAGES else ""


def _state(layer: Layer, state: str) -> Text:
    """The title of a state; needs have theirs in the legend."""
    titles = {entry.value: entry.title for entry in layer.legend} if layer.legend_field == layer.state_field else {}
    return layer.story.states.get(state) or titles.get(state) or Text(state, state)


def _name(session: Session, layer: Layer, row: Mapping[str, Any] | None, feature_id: int) -> str:
    """What people call a feature: its name, a need's reference, whose shift it is."""
    if row is None:
        return _("No. %(number)s", number=feature_id)
    if layer.name == "needs":
        title = vocabulary(session).services.get(row["service"])
        return f"{_said(title) if title else row['service']} {row['reference']}"
    return str(row.get("name") or row.get("organization") or feature_id)


def _seen(events: list[Event]) -> str:
    """Stands for the story as it was read."""
    return str(events[-1].seq) if events else ""


def _check_reach(actor: Actor, layer: Layer, row: dict[str, Any], to_state: str) -> None:
    """Raises NotAllowed unless the actor may take the feature in `row` to a state: webmap.duty says who."""
    if layer.name == "needs":
        check_move(actor, row, to_state)
    elif may_write(actor, layer.name):
        check_feature(actor, layer, row)
    else:
        raise NotAllowed(f"your role may not move {layer.name}")


def _reaches(actor: Actor, layer: Layer, row: dict[str, Any], to_state: str) -> bool:
    try:
        _check_reach(actor, layer, row, to_state)
    except NotAllowed:
        return False
    return True


def _move(
    session: Session, layer: Layer, row: Mapping[str, Any], to_state: str, actor: Actor, now: datetime, reason: str
) -> None:
    """The step back. Of a need it is a decision like any other: made only if the need still stands as it was read."""
    if layer.name != "needs":
        catalogue.actions(layer.name).move(session, [row["id"]], to_state, actor, now, reason=reason)
        return
    seen = {row["id"]: row[layer.state_field]}
    made = decide(session, seen, to_state, actor, now, lambda one: may_move(actor, one, to_state, None), reason=reason)
    if made.left:
        raise MoveNotAllowed("it moved on")


def _of_a_second_official() -> str:
    return _("A second official does this, not the one who proposed the zone. Nothing was changed.")


def _why_not(layer: Layer, row: Mapping[str, Any] | None, events: list[Event], why_not: WhyNot | None) -> str:
    """In one sentence, why nothing can be taken back here."""
    if row is None:
        return _("It was taken off the map; its story stays.")
    if why_not == "no_steps":
        return _("Nothing moves here that could be taken back: what holds follows from the zones over it.")
    if why_not == "not_moved":
        return _("No step was taken yet, so there is none to take back.")
    if why_not == "put_right":
        return _("It stands elsewhere than the last step left it, so that step cannot be taken back.")
    if why_not == "replaced":
        return _("A newer version took this zone's place, so it stays as it is; change that one.")
    if why_not == "no_way":
        last = next(one for one in reversed(events) if one.verb == "move")
        now, before = (_said(_state(layer, state or "")) for state in (last.to_state, last.from_state))
        return _(
            "No step leads back from “%(now)s” to “%(before)s”: what was decided stands; a new step puts it right.",
            now=now,
            before=before,
        )
    return _("Taking the last step back is for those who answer for it.")
