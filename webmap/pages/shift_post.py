"""The post of a shift: the coordinator's phone shows a code that changes each minute; who scans it is checked in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers import features
from layers.actor import RESIDENT
from layers.errors import MoveNotAllowed
from layers.volunteer_shifts import LAYER
from layers.volunteer_shifts.attendance import check
from layers.volunteer_shifts.links import volunteer_of_token
from layers.volunteer_shifts.people import name_of
from layers.volunteer_shifts.queries import held_by, places_of
from layers.volunteer_shifts.rules import EARLIEST_IN, shows_codes
from webmap.access import allowed, current_actor
from webmap.pages.posters import code_of as drawn
from webmap.pages.shift_mine import COOKIE, OldCode, check_code
from webmap.pages.shift_words import hours, old_code, told
from webmap.pages.shifts import LARGEST_ID, own_shift
from webmap.post_codes import code_of, seconds_left
from webmap.private_links import kept_private
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from layers.volunteer_shifts.record import ShiftPlace, ShiftVolunteer

blueprint = Blueprint("shift_post", __name__, url_prefix="/shifts")
blueprint.after_request(kept_private)


@blueprint.get(f"/<int(max={LARGEST_ID}):shift_id>/post")
@allowed("shifts.manage")
def post(shift_id: int) -> Response:
    """The code of this minute, to scan and to type; the page comes again by itself when the next one begins."""
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        row = own_shift(session, shift_id, current_actor())
        shift = told(session, [row], now)[0]
        here = sum(one["in_at"] is not None and one["out_at"] is None for one in places_of(session, shift_id))
    is_on = shows_codes(row, now)
    code = code_of(service().shift_key, shift_id, now)
    address = url_for("shift_post.here", shift_id=shift_id, code=code, _external=True)
    page = render_template(
        "shift_post.html",
        shift=shift,
        row=row,
        is_on=is_on,
        is_early=row["state"] == "open" and now < row["starts_at"] - EARLIEST_IN,
        codes_from=row["starts_at"] - EARLIEST_IN,
        code=code,
        drawing=drawn(address),
        again=seconds_left(now) + 1,
        here=here,
    )
    return make_response(page)


@blueprint.get(f"/here/<int(max={LARGEST_ID}):shift_id>")
@allowed("shifts.take")
def here(shift_id: int) -> Response:
    """What a scan opens: the button to come or to go, for the volunteer whose own page was last open on this phone."""
    code = request.args.get("code", "")
    try:
        check_code(shift_id, code, datetime.now(UTC))
    except OldCode:
        return _here(shift_id, "", old_code(), 409)
    return _here(shift_id, code)


@blueprint.post(f"/here/<int(max={LARGEST_ID}):shift_id>")
@allowed("shifts.take")
def come(shift_id: int) -> Response:
    """Checks in or out, and leads to the volunteer's own page."""
    code, token, now = request.form.get("code", ""), request.cookies.get(COOKIE, ""), datetime.now(UTC)
    try:
        check_code(shift_id, code, now)
        with service().database.write() as session:
            place = _place(session, shift_id, volunteer_of_token(session, token))
            if place is None:
                raise MoveNotAllowed("nobody with a place at this shift is known on this phone")
            check(session, place.id, "out" if request.form.get("step") == "out" else "in", RESIDENT, now)
    except OldCode:
        return _here(shift_id, "", old_code(), 409)
    except MoveNotAllowed:
        return _here(shift_id, code, _("That is not possible now."), 409)
    return make_response(redirect(url_for("shift_mine.mine", token=token, done=request.form.get("step", "")), 303))


def _place(session: Session, shift_id: int, volunteer: ShiftVolunteer | None) -> ShiftPlace | None:
    if volunteer is None:
        return None
    return next((one.place for one in held_by(session, volunteer) if one.place.shift_id == shift_id), None)


def _here(shift_id: int, code: str, problem: str = "", status: int = 200) -> Response:
    """code: the number of the post, "" for a wrong one: then nothing of the shift is told but to who has a place."""
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        volunteer = volunteer_of_token(session, request.cookies.get(COOKIE, ""))
        place = _place(session, shift_id, volunteer)
        name = name_of(session, volunteer) if volunteer is not None else ""
        is_told = code != "" or place is not None
        shift = told(session, [features.row_of(session, LAYER, shift_id)], now)[0] if is_told else None
    page = render_template(
        "shift_here.html", shift=shift, code=code, problem=problem, place=place, name=name, hours=hours
    )
    return make_response(page, status)
