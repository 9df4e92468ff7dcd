"""The private page of a volunteer: where and when each shift is, giving a place up or handing it on, coming and going,
hours, a calendar, and what else the organization looks for people for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import segno
from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers.actor import RESIDENT
from layers.errors import MoveNotAllowed, NotFound
from layers.volunteer_shifts.attendance import Step, check
from layers.volunteer_shifts.links import calendar_token, contact_of, offer_token, volunteer_of_token
from layers.volunteer_shifts.people import name_of
from layers.volunteer_shifts.places import WaitingListFull, give_up, keep, offer, take_also
from layers.volunteer_shifts.queries import Held, held_by, open_by_link, place_in_line, place_of
from layers.volunteer_shifts.rules import CONTACTS_KEPT, LATEST_OUT, is_over, shows_codes, takes_places
from webmap.access import allowed
from webmap.limits import wrong_numbers
from webmap.pages.map_files import language
from webmap.pages.shift_words import Told, hours, old_code, told
from webmap.post_codes import is_current
from webmap.private_links import kept_private, opened_by
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from layers.volunteer_shifts.record import ShiftPlace, ShiftVolunteer

blueprint = Blueprint("shift_mine", __name__, url_prefix="/shifts")
blueprint.after_request(kept_private)

#: Remembers on the phone which page is the volunteer's own, so that a scan at the post is enough. Sent there alone.
COOKIE, COOKIE_PATH = "linli_volunteer", "/shifts/here"

#: Other shifts that are offered on the page; more is a list nobody reads.
MOST_OTHERS = 20


class OldCode(MoveNotAllowed):
    """The number is not the one that the post shows now."""


@blueprint.get("/mine/<token>")
@allowed("shifts.take")
def mine(token: str) -> Response:
    """What the volunteer has taken, and what can be done about it."""
    return _page(token)


@blueprint.post("/mine/<token>")
@allowed("shifts.take")
def act(token: str) -> Response:
    """Gives a place up, hands it on or keeps it after all, takes another one, comes or goes."""
    step = request.form.get("step", "")
    if step not in STEPS:
        return _page(token, 400, problem=_("Choose what you want to do with the buttons below."))
    try:
        with service().database.write() as session:
            STEPS[step](session, known_volunteer(session, token), datetime.now(UTC))
    except OldCode:
        return _page(token, 409, problem=old_code())
    except WaitingListFull:
        return _page(token, 409, problem=_("Very many people wait for this shift already. Please choose another one."))
    except (MoveNotAllowed, NotFound):
        return _page(token, 409, problem=_("That is not possible any more. This is how it stands now."))
    return make_response(redirect(url_for("shift_mine.mine", token=token, done=step), 303))


def known_volunteer(session: Session, token: str) -> ShiftVolunteer:
    """The volunteer of a private link."""
    return opened_by(session, token, volunteer_of_token)


def _give_up(session: Session, volunteer: ShiftVolunteer, at: datetime) -> None:
    give_up(session, _place(session, volunteer).id, RESIDENT, at)


def _offer(session: Session, volunteer: ShiftVolunteer, at: datetime) -> None:
    offer(session, _place(session, volunteer).id, service().shift_key, at)


def _keep(session: Session, volunteer: ShiftVolunteer, at: datetime) -> None:
    keep(session, _place(session, volunteer).id)


def _take(session: Session, volunteer: ShiftVolunteer, at: datetime) -> None:
    take_also(session, _number("shift"), volunteer, at)


def _come(session: Session, volunteer: ShiftVolunteer, at: datetime) -> None:
    _at_post(session, _place(session, volunteer), "in", at)


def _go(session: Session, volunteer: ShiftVolunteer, at: datetime) -> None:
    _at_post(session, _place(session, volunteer), "out", at)


def _at_post(session: Session, place: ShiftPlace, step: Step, at: datetime) -> None:
    check_code(place.shift_id, request.form.get("code", ""), at)
    check(session, place.id, step, RESIDENT, at)


STEPS: Mapping[str, Callable[[Session, ShiftVolunteer, datetime], None]] = {
    "give_up": _give_up,
    "offer": _offer,
    "keep": _keep,
    "take": _take,
    "in": _come,
    "out": _go,
}


def check_code(shift_id: int, code: str, at: datetime) -> None:
    """Raises OldCode unless the number is what the post of a shift shows now; TooManyTries after many others."""
    wrong, typed = wrong_numbers(current_app), unicodedata.normalize("NFKC", "".join(code.split()))
    wrong.check(shift_id)
    if not is_current(service().shift_key, shift_id, typed, at):
        wrong.count(shift_id)
        raise OldCode("the post shows another number")


def _place(session: Session, volunteer: ShiftVolunteer) -> ShiftPlace:
    place = place_of(session, _number("place"), volunteer)
    if place is None:
        raise NotFound("this place is somebody else's, or nobody's")
    return place


def _number(field: str) -> int:
    given = request.form.get(field, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


@dataclass(frozen=True, slots=True)
class Mine:
    """One shift of the volunteer as the page shows it: the turn on the waiting list, the link to hand the place on."""

    place: ShiftPlace
    shift: Told
    line: int
    offer_link: str
    has_begun: bool
    may_leave: bool
    is_at_post: bool


def _page(token: str, status: int = 200, problem: str = "") -> Response:
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        volunteer = known_volunteer(session, token)
        held = held_by(session, volunteer)
        named = told(session, [one.shift for one in held], now)
        ahead = [
            _mine(session, one, shift, now)
            for one, shift in zip(held, named, strict=True)
            if shows_codes(one.shift, now) or not is_over(one.shift, now)
        ]
        past = [one for one in zip(held, named, strict=True) if one[0].place not in [mine.place for mine in ahead]]
        busy = {one.place.shift_id for one in held if one.place.state in ("taken", "waiting")}
        others = [
            row for row in open_by_link(session, volunteer.organization, now, MOST_OTHERS) if row["id"] not in busy
        ]
        name, contact = name_of(session, volunteer), contact_of(session, volunteer.organization)
        others_told = told(session, others, now)
    link = url_for("shift_mine.mine", token=token, _external=True)
    page = render_template(
        "shift_mine.html",
        name=name,
        organization=volunteer.organization,
        organization_contact=contact,
        link=link,
        qr=segno.make(link).svg_data_uri(border=2) if "new" in request.args else "",
        new="new" in request.args,
        done=request.args.get("done", ""),
        problem=problem,
        ahead=ahead,
        past=past,
        others=others_told,
        hours=hours,
        half_hours=sum(one.place.half_hours or 0 for one in held),
        calendar=url_for("shift_calendars.feed", token=calendar_token(token), lang=language(), _external=True),
        days_kept=CONTACTS_KEPT.days,
    )
    response = make_response(page, status)
    _remember(response, token, [one.shift["ends_at"] for one in held], now)
    return response


def _mine(session: Session, held: Held, shift: Told, at: datetime) -> Mine:
    place, row = held.place, held.shift
    offered = offer_token(service().shift_key, place)
    free_to_go = place.in_at is None and takes_places(row, at)
    return Mine(
        place=place,
        shift=shift,
        line=place_in_line(session, place) if place.state == "waiting" else 0,
        offer_link=url_for("shift_take.offered", token=offered, _external=True) if offered else "",
        has_begun=row["starts_at"] <= at,
        may_leave=free_to_go and place.state in ("taken", "waiting"),
        is_at_post=place.state == "taken" and shows_codes(row, at),
    )


def _remember(response: Response, token: str, ends: list[datetime], at: datetime) -> None:
    """Lets the phone remember the page until the last shift is over, for the scan at the post and for nothing else."""
    left = max((end + LATEST_OUT - at for end in ends), default=timedelta())
    if left > timedelta():
        response.set_cookie(
            COOKIE, token, max_age=left, path=COOKIE_PATH, httponly=True, samesite="Lax", secure=request.is_secure
        )
