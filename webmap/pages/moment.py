"""What held at a moment, past or planned, as a page that needs no scripts; the dashboard's slider shows its parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from layers import catalogue
from layers.situation.overview import AREA, EVERYWHERE
from layers.situation.then import Then, held_at
from layers.situation.timeline import Timeline, timeline
from layers.text import Text
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed
from webmap.pages.form_moments import as_form, moment_of_address
from webmap.pages.overview import Shown, figures_known_now
from webmap.pages.place_names import named
from webmap.remembered import remembered
from webmap.service import service
from webmap.viewport import in_rfc3339

blueprint = Blueprint("moment", __name__)

#: Rows of each kind on the page, and areas where most help is asked for, unless one list is asked for as a whole: more
#: is a list nobody reads beside a map.
MOST_ROWS, MOST_PLACES = 40, 12

#: Seconds the ends of the record serve every reader of this process; an hour more or less is not seen on a slider.
BELIEVED_SECONDS = 300.0

#: How far from the ends of the record a moment may lie: beyond, it is a slip of the pen.
BEYOND = timedelta(days=366)

#: What is within a minute of now is now.
NOW = timedelta(minutes=1)


@blueprint.get("/dashboard/moment")
@allowed("pages.dashboard")
def moment() -> Response:
    """Figures and rows of ?at=; of now, if it is absent. ?all= names a list that is wanted as a whole."""
    now = datetime.now(UTC)
    asked = request.args.get("at", "")[:40]
    at, problem = moment_asked(asked, now)
    whole = request.args.get("all", "")
    states = service().past.state_at(EVERYWHERE, AREA, at, now)
    with service().database.snapshot() as session:
        then = held_at(session, at, service().zone, states)
        roles = vocabulary(session).roles
    page = render_template(
        "moment.html",
        at=at,
        when=when_of(at, now),
        asked=asked if problem else as_form(at),
        address=in_rfc3339(at),
        now=in_rfc3339(now),
        overview=_figures(then),
        then=then,
        places=_places(then, None if whole == "places" else MOST_PLACES),
        asking=sum(bool(state.get("needs")) for state in then.states.values()),
        titles={name: _titles(name) for name in ("quarantine_zones", "supply_drops", "checkpoints")},
        roles=roles,
        most=MOST_ROWS,
        whole=whole,
        problem=problem,
    )
    response = make_response(page, 400 if problem else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def moment_asked(text: str, now: datetime) -> tuple[datetime, str]:
    """The moment an address asks for, now for none; and what is wrong with it in words, where it cannot be taken."""
    if not text:
        return now, ""
    at = moment_of_address(text)
    if at is None:
        return now, _("Write a moment such as 2026-03-01 09:00.")
    ends = timeline_known()
    if not ends.first - BEYOND <= at <= ends.last + BEYOND:
        return now, _("That is too far away: nothing is known or planned then.")
    return at, ""


def when_of(at: datetime, now: datetime) -> str:
    """Whether a moment is "past", "now" or "coming"."""
    if abs(at - now) < NOW:
        return "now"
    return "past" if at < now else "coming"


def timeline_known() -> Timeline:
    """The ends of the record and of what is planned."""
    return remembered("linli_timeline", BELIEVED_SECONDS, _timeline)


def _timeline() -> Timeline:
    with service().database.read() as session:
        return timeline(session, datetime.now(UTC))


def _figures(then: Then) -> list[Shown]:
    """The figures that matter, of that moment, beside those of now; each leads to its rows on this page."""
    at, now = in_rfc3339(then.at), figures_known_now()
    open_, due, gates = then.total("needs"), then.total("drops"), len(then.gates)
    unstaffed = sum(gate.is_gap for gate in then.gates)
    staffing = _("%(filled)s of %(wanted)s", filled=then.total("filled"), wanted=then.total("places"))
    here = url_for("moment.moment", at=at)

    def beside(count: int) -> str:
        return _("%(count)s now", count=format_decimal(count))

    told = (
        (open_, ngettext("open request", "open requests", open_), "places", beside(now.open), False),
        (
            then.uncovered, ngettext("area nobody covers", "areas nobody covers", then.uncovered), "places",
            beside(now.uncovered), True,
        ),
        (
            then.locked, ngettext("household in lockdown", "households in lockdown", then.locked), "zones",
            beside(now.locked), False,
        ),
        (due, ngettext("drop in 24 hours", "drops in 24 hours", due), "drops", beside(now.due), False),
        (gates, ngettext("open gate", "open gates", gates), "gates", "", False),
        (
            unstaffed, ngettext("open gate unstaffed", "open gates unstaffed", unstaffed), "gates",
            beside(now.unstaffed), True,
        ),
        (then.total("filled"), _("volunteers on duty"), "shifts", _("%(part)s places", part=staffing), False),
    )  # fmt: skip
    return [
        Shown(number, title, f"{here}#{part}", small, hurts and number > 0)
        for number, title, part, small, hurts in told
    ]


def _places(then: Then, most: int | None) -> list[tuple[str, dict[str, Any]]]:
    """Where most help is asked for: what each place is called, and its state. None: everywhere."""
    asking = sorted(
        ((cell, state) for cell, state in then.states.items() if state.get("needs")),
        key=lambda one: (-one[1]["needs"], one[0]),
    )[:most]
    names = named([cell for cell, _state in asking])
    return [(name, dict(state)) for name, (_cell, state) in zip(names, asking, strict=True)]


def _titles(layer: str) -> dict[str, Text]:
    return {entry.value: entry.title for entry in catalogue.layer(layer).legend}
