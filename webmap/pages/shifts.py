"""Shifts for the coordinator of an organization: which have too few people, the link to send around, how many come.

Names and contacts are on a page of their own (webmap/pages/shift_people.py), because each reading is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers import features
from layers.actor import Actor
from layers.errors import BadInput, MoveNotAllowed, NotFound
from layers.volunteer_shifts import LAYER, actions
from layers.volunteer_shifts.links import (
    calendar_of,
    contact_of,
    make_calendar,
    make_shift_link,
    set_contact,
    shift_token,
)
from layers.volunteer_shifts.places import set_own
from layers.volunteer_shifts.queries import half_hours_of, of_organization, places_of
from layers.volunteer_shifts.rules import CONTACT_LONGEST, EARLIEST_IN, is_over, shows_codes, takes_places
from webmap.access import allowed, current_actor
from webmap.claiming import own_organization
from webmap.pages.map_files import language
from webmap.pages.posters import code_of
from webmap.pages.shift_words import Told, hours, staffing, told
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("shifts", __name__, url_prefix="/shifts")

LARGEST_ID = 2**63 - 1

#: What is listed: shifts of the next week; asked for, those of the last two.
AHEAD, BACK = timedelta(days=7), timedelta(days=14)

#: Hours given are summed over this time, beside all of them.
LATELY = timedelta(days=30)

#: What was done, by the step that did it.
DONE = ("link", "contact", "own", "call_off", "take_back", "calendar")


@blueprint.get("")
@allowed("shifts.manage")
def find() -> Response:
    """The shifts of the caller's organization by day; those with too few people are marked, or alone if asked for."""
    now, organization = datetime.now(UTC), own_organization(current_actor())
    is_past, only_few = "past" in request.args, request.args.get("show") == "few"
    since, until = (now - BACK, now) if is_past else (now, now + AHEAD)
    with service().database.snapshot() as session:
        rows = of_organization(session, organization, since, until)
        shifts = told(session, rows, now)
        calendar = calendar_of(session, service().shift_key, organization)
        given = half_hours_of(session, organization)
        lately = half_hours_of(session, organization, now - LATELY)
    few = [one for one in shifts if one.row["state"] == "open" and one.missing > 0 and not is_over(one.row, now)]
    page = render_template(
        "shifts.html",
        organization=organization,
        days=_by_day(few if only_few else shifts, is_past),
        count=len(shifts),
        few=len(few),
        missing=sum(one.missing for one in few),
        given=hours(given),
        lately=hours(lately),
        is_past=is_past,
        only_few=only_few,
        calendar=_calendar_address(calendar),
        done=request.args.get("done", ""),
        now=now,
        staffing=staffing,
    )
    return _kept_nowhere(page)


@blueprint.post("/calendar")
@allowed("shifts.manage")
def renew_calendar() -> Response:
    """Gives the calendar of the caller's organization an address, or a new one."""
    organization = own_organization(current_actor())
    service().database.written(lambda session: make_calendar(session, service().shift_key, organization))
    return make_response(redirect(url_for("shifts.find", done="calendar") + "#calendar", 303))


@blueprint.get(f"/<int(max={LARGEST_ID}):shift_id>")
@allowed("shifts.manage")
def one(shift_id: int) -> Response:
    """One shift: how many come, the link to send around, the way to the post."""
    return _page(shift_id)


@blueprint.post(f"/<int(max={LARGEST_ID}):shift_id>")
@allowed("shifts.manage")
def act(shift_id: int) -> Response:
    """Makes the link or a new one, says who is reached and how many the organization itself sends, calls it off."""
    step, actor, now = request.form.get("step", ""), current_actor(), datetime.now(UTC)
    if step not in STEPS:
        return _page(shift_id, 400, problem=_("Choose what you want to do with the buttons below."))

    def take_step(session: Session) -> None:
        own_shift(session, shift_id, actor)
        STEPS[step](session, features.locked(session, LAYER, [shift_id])[shift_id], actor, now)

    try:
        service().database.written(take_step)
    except BadInput as refused:
        return _page(shift_id, 400, **_why(refused))
    except MoveNotAllowed:
        return _page(shift_id, 409, problem=_("Somebody was quicker. This is how it stands now."))
    return make_response(redirect(url_for("shifts.one", shift_id=shift_id, done=step), 303))


def _make_link(session: Session, row: dict[str, Any], actor: Actor, at: datetime) -> None:
    set_contact(session, row["organization"], request.form.get("contact", ""))
    if shift_token(session, service().shift_key, row["id"]) is None:  # else it is an impatient second press
        make_shift_link(session, service().shift_key, row, actor, at)


def _renew_link(session: Session, row: dict[str, Any], actor: Actor, at: datetime) -> None:
    make_shift_link(session, service().shift_key, row, actor, at)


def _say_contact(session: Session, row: dict[str, Any], actor: Actor, at: datetime) -> None:
    set_contact(session, row["organization"], request.form.get("contact", ""))


def _say_own(session: Session, row: dict[str, Any], actor: Actor, at: datetime) -> None:
    given = request.form.get("own", "").strip()
    own = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else -1
    set_own(session, row["id"], own, actor, at)


def _call_off(session: Session, row: dict[str, Any], actor: Actor, at: datetime) -> None:
    if is_over(row, at):
        raise MoveNotAllowed("a shift that is over is not called off")
    actions.move(session, [row["id"]], "cancelled", actor, at)


def _take_back(session: Session, row: dict[str, Any], actor: Actor, at: datetime) -> None:
    actions.move(session, [row["id"]], "open", actor, at)


STEPS: Mapping[str, Callable[[Session, dict[str, Any], Actor, datetime], None]] = {
    "link": _make_link,
    "renew_link": _renew_link,
    "contact": _say_contact,
    "own": _say_own,
    "call_off": _call_off,
    "take_back": _take_back,
}


def own_shift(session: Session, shift_id: int, actor: Actor) -> dict[str, Any]:
    """The row of a shift of the actor's organization. Raises NotFound, also for another one's: nobody is told of it."""
    row = features.row_of(session, LAYER, shift_id)
    if row["organization"] != own_organization(actor):
        raise NotFound(f"volunteer_shifts has no feature {shift_id}")
    return row


def _why(refused: BadInput) -> dict[str, str]:
    """What was wrong with a form, in the page's language, by the name the template has for it."""
    if refused.errors[0]["field"] == "own":
        return {"own_problem": _("Write a whole number that fits beside the places taken by the link.")}
    words = _("Write how volunteers reach you: at most %(count)d characters.", count=CONTACT_LONGEST)
    return {"contact_problem": words}


def _page(shift_id: int, status: int = 200, **told_wrong: str) -> Response:
    now, actor = datetime.now(UTC), current_actor()
    with service().database.snapshot() as session:
        row = own_shift(session, shift_id, actor)
        shift = told(session, [row], now)[0]
        token = shift_token(session, service().shift_key, shift_id)
        contact = contact_of(session, row["organization"])
        places = places_of(session, shift_id)
    link = url_for("shift_take.form", token=token, _external=True) if token else ""
    look, words = staffing(shift, now)
    page = render_template(
        "shift.html",
        shift=shift,
        row=row,
        look=look,
        staffing=words,
        link=link,
        code=code_of(link) if link else "",
        contact=request.form.get("contact", contact),
        contact_longest=CONTACT_LONGEST,
        own=request.form.get("own", row["places_own"]),
        most_own=max(row["places_wanted"] - row["places_taken"], 0),
        places=[place for place in places if place["state"] in ("taken", "waiting")],
        left=[place for place in places if place["state"] in ("given_up", "handed_on")],
        hours=hours,
        takes_places=takes_places(row, now),
        shows_codes=shows_codes(row, now),
        codes_from=row["starts_at"] - EARLIEST_IN,
        is_over=is_over(row, now),
        done=request.args.get("done", ""),
        **told_wrong,
    )
    return _kept_nowhere(page, status)


def _by_day(shifts: list[Told], is_past: bool) -> list[tuple[date, list[Told]]]:
    found: dict[date, list[Told]] = {}
    for one in shifts:
        found.setdefault(one.row["starts_at"].astimezone(service().zone).date(), []).append(one)
    return sorted(found.items(), reverse=is_past)


def _calendar_address(token: str | None) -> str:
    if token is None:
        return ""
    return url_for("shift_calendars.feed", token=token, lang=language(), _external=True)


def _kept_nowhere(content: str, status: int = 200) -> Response:
    """The page holds links that open something: no copy of it is kept."""
    response = make_response(content, status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
