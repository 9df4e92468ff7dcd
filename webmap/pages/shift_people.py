"""Who comes to a shift, by name: read by the organization's coordinator alone, and each reading is in the journal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from layers.actor import Actor
from layers.errors import MoveNotAllowed
from layers.volunteer_shifts.attendance import Step, check
from layers.volunteer_shifts.people import read_people
from layers.volunteer_shifts.places import give_up
from layers.volunteer_shifts.queries import place_at
from layers.volunteer_shifts.rules import EARLIEST_IN, is_over
from webmap.access import allowed, current_actor
from webmap.pages.shift_words import hours, told
from webmap.pages.shifts import LARGEST_ID, own_shift
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("shift_people", __name__, url_prefix="/shifts")


@blueprint.post(f"/<int(max={LARGEST_ID}):shift_id>/people")
@allowed("shifts.manage")
def people(shift_id: int) -> Response:
    """Names and contacts; before that, who came or went is noted, or a place given up for somebody who telephoned.

    Sent again it does nothing again but read.
    """
    actor, now, problem = current_actor(), datetime.now(UTC), ""
    try:
        with service().database.write() as session:
            own_shift(session, shift_id, actor)
            _act(session, shift_id, actor, now)
    except MoveNotAllowed:
        problem = _("That is not possible now. This is how it stands.")
    with service().database.write() as session:
        row = own_shift(session, shift_id, actor)
        known = read_people(session, row, actor, now)
        shift = told(session, [row], now)[0]
    page = render_template(
        "shift_people.html",
        shift=shift,
        row=row,
        people=[one for one in known if one.place["state"] in ("taken", "waiting")],
        left=[one for one in known if one.place["state"] in ("given_up", "handed_on")],
        hours=hours,
        may_check=row["state"] == "open" and row["starts_at"] - EARLIEST_IN <= now,
        is_over=is_over(row, now),
        problem=problem,
    )
    response = make_response(page, 409 if problem else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _act(session: Session, shift_id: int, actor: Actor, at: datetime) -> None:
    step, given = request.form.get("step", ""), request.form.get("place", "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    place = place_at(session, number, shift_id)
    if place is None:
        return
    if step in get_args(Step):
        check(session, place.id, step, actor, at)  # type: ignore[arg-type]
    elif step == "give_up":
        give_up(session, place.id, actor, at)
