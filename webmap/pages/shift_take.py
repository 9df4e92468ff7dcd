"""Taking a place by a link, without an account: the link of a shift, or of a place that somebody hands on.

A name and a way to reach the person are asked for, and nothing else. The address is the key to the page: see
webmap/pages/follow.py, whose rules for private links hold here, too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from layers import features
from layers.errors import BadInput, MoveNotAllowed
from layers.link_tokens import hash_of
from layers.needs.counts import count_device
from layers.volunteer_shifts import LAYER
from layers.volunteer_shifts.links import contact_of, place_of_offer, shift_of_token, token_of
from layers.volunteer_shifts.places import Person, WaitingListFull, person, take, take_over
from layers.volunteer_shifts.queries import waiting_for
from layers.volunteer_shifts.rules import CONTACT_LONGEST, CONTACTS_KEPT, NAME_LONGEST, takes_places
from webmap.access import allowed
from webmap.caller import network
from webmap.pages.shift_words import told
from webmap.private_links import kept_private, opened_by
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from layers.volunteer_shifts.record import ShiftPlace

blueprint = Blueprint("shift_take", __name__, url_prefix="/shifts")
blueprint.after_request(kept_private)

#: What makes an impatient second press the same person, as `_page` makes it.
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@blueprint.get("/link/<token>")
@allowed("shifts.take")
def form(token: str) -> Response:
    """The shift, how many places are free, and the form."""
    return _page(_shift_of(token), is_offer=False)


@blueprint.post("/link/<token>")
@allowed("shifts.take")
def send(token: str) -> Response:
    """Takes a place, or a turn on the waiting list where all are taken, and leads to the person's own page."""
    shift_id = _shift_of(token)
    return _taken(shift_id, False, lambda session, who, now: take(session, shift_id, who, now))


@blueprint.get("/offer/<token>")
@allowed("shifts.take")
def offered(token: str) -> Response:
    """The place somebody hands on, and the form."""
    place = _offer_of(token)
    return _page(place.shift_id, is_offer=True, is_gone=place.state != "taken")


@blueprint.post("/offer/<token>")
@allowed("shifts.take")
def take_offered(token: str) -> Response:
    """Takes over the place, and leads to the new person's own page."""
    place = _offer_of(token)
    return _taken(
        place.shift_id, True, lambda session, who, now: take_over(session, place.id, hash_of(token), who, now)
    )


def _taken(shift_id: int, is_offer: bool, job: Callable[[Session, Person, datetime], ShiftPlace]) -> Response:
    """Does the job for whoever the form names. The same form sent again leads to the same page."""
    key, name, contact = (request.form.get(field, "") for field in ("key", "name", "contact"))
    now = datetime.now(UTC)
    try:
        who = person("", name, contact)
    except BadInput as refused:
        return _page(shift_id, 400, is_offer=is_offer, problems={one["field"] for one in refused.errors})
    words = (key if KEY.fullmatch(key) else secrets.token_urlsafe(16), who.name, who.contact)
    who = Person(token_of(service().shift_key, "volunteer", str(shift_id), *words), who.name, who.contact)

    def take_in(session: Session) -> None:
        count_device(session, network(), now)
        job(session, who, now)

    try:
        service().database.written(take_in)
    except MoveNotAllowed:
        return _page(shift_id, 409, is_offer=is_offer, is_gone=True)
    except WaitingListFull:
        return _page(shift_id, 409, is_offer=is_offer, is_full=True)
    return make_response(redirect(url_for("shift_mine.mine", token=who.token, new=1), 303))


def _shift_of(token: str) -> int:
    with service().database.read() as session:
        return opened_by(session, token, shift_of_token)


def _offer_of(token: str) -> ShiftPlace:
    with service().database.read() as session:
        return opened_by(session, token, place_of_offer)


def _page(shift_id: int, status: int = 200, *, is_offer: bool, **told_wrong: Any) -> Response:
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        row = features.row_of(session, LAYER, shift_id)
        shift = told(session, [row], now)[0]
        waiting = waiting_for(session, shift_id)
        contact = contact_of(session, row["organization"])
    given = request.form.get("key", "")
    page = render_template(
        "shift_take.html",
        shift=shift,
        row=row,
        waiting=waiting,
        organization_contact=contact,
        is_offer=is_offer,
        takes_places=takes_places(row, now),
        name=request.form.get("name", ""),
        contact=request.form.get("contact", ""),
        key=given if KEY.fullmatch(given) else secrets.token_urlsafe(16),
        name_longest=NAME_LONGEST,
        contact_longest=CONTACT_LONGEST,
        days_kept=CONTACTS_KEPT.days,
        **told_wrong,
    )
    return make_response(page, status)
