"""The private link: where a request stands, in words of the person who asked, and what that person may do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import segno
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from shapely import Point

from geo.cells import center
from layers.actor import RESIDENT
from layers.compounds.queries import compound_at
from layers.errors import MoveNotAllowed
from layers.needs import actions, additions
from layers.needs.queries import by_token, messages, photo_count
from layers.needs.rules import MAY_RATE, OPEN, WORDS_LONGEST
from layers.supply_drops.queries import Near, nearest
from layers.text import Text
from layers.vocabulary.queries import decline_reasons, times, vocabulary
from webmap.access import allowed
from webmap.pages.drop_words import TITLES, amount
from webmap.pages.follow_words import (
    NOT_MET,
    course,
    headline,
    kind_words,
    promises,
    said,
    sender_words,
    what_next,
)
from webmap.pages.notices import notices_over
from webmap.pages.report_form import cleaned
from webmap.private_links import kept_private, opened_by
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("follow", __name__)
blueprint.after_request(kept_private)

#: Words a person may add to one request; then the telephone is quicker for both.
MOST_WORDS = 20

#: States in which more words can still change what is done.
MAY_ADD = (*OPEN, "met")

#: What the person may do: from which states, and to which. Other moves that are legal are for staff.
STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "withdraw": (OPEN, "withdrawn"),
    "confirm": (("met",), "confirmed"),
    "not_met": (("met",), "assigned"),
}


@blueprint.get("/needs/<token>")
@allowed("needs.follow")
def need(token: str) -> Response:
    """Where the request stands."""
    return _page(token, _need_of(token))


@blueprint.post("/needs/<token>")
@allowed("needs.follow")
def answer(token: str) -> Response:
    """Withdraws the request, adds words, says whether it was met and how well; what is not possible is told kindly."""
    row, step = _need_of(token), request.form.get("step", "")
    if step == "say":
        return _add_words(token, row, request.form.get("words", ""))
    if step == "rate":
        return _rate(token, row, request.form.get("rating", ""))
    if step not in STEPS:
        return _page(token, row, 400, problem=_("Choose what you want to do with the buttons below."))
    reason = request.form.get("reason", "")
    if step == "not_met" and reason not in NOT_MET:
        return _page(token, row, 400, reason_problem=_("Choose what went wrong, so that it can be put right."))
    try:
        _take(step, token, reason if step == "not_met" else None)
    except MoveNotAllowed:
        row = _need_of(token)
        if step == "not_met" or row["state"] != STEPS[step][1]:  # else it is an impatient second press
            return _page(token, row, 409, problem=_gone())
    return _done(token)


def _add_words(token: str, row: dict[str, Any], written: str) -> Response:
    words = cleaned(written)
    if not words:
        return _page(token, row, 400, words_problem=_("Write a few words first."))
    over = len(words) - WORDS_LONGEST
    if over > 0:
        too_long = ngettext("This is %(num)s character too long.", "This is %(num)s characters too long.", over)
        return _page(token, row, 400, words_problem=too_long, words_written=words)
    if row["state"] not in MAY_ADD:
        return _page(token, row, 409, problem=_gone())
    now = datetime.now(UTC)
    with service().database.write() as session:
        said_before = [one["text"] for one in messages(session, row["id"]) if one["sender"] == "resident"]
        full = len(said_before) >= MOST_WORDS
        if not full and words not in said_before[-1:]:  # else it is an impatient second press
            additions.say(session, row, "resident", "", "words", words, RESIDENT, now)
    if full:
        return _page(
            token, row, 400, words_problem=_("That is a lot already. Please telephone instead."), words_written=words
        )
    return _done(token)


def _rate(token: str, row: dict[str, Any], stars: str) -> Response:
    if stars not in {"1", "2", "3", "4", "5"}:
        return _page(token, row, 400, rating_problem=_("Choose one of the five."))
    try:
        with service().database.write() as session:
            additions.rate(session, row, int(stars), RESIDENT, datetime.now(UTC))
    except MoveNotAllowed:
        return _page(token, row, 409, problem=_gone())
    return _done(token)


def _gone() -> str:
    return _("That is not possible any more: the request has moved on. This is where it stands now.")


def _done(token: str) -> Response:
    return make_response(redirect(url_for("follow.need", token=token, done=1), 303))


def _need_of(token: str) -> dict[str, Any]:
    """The need's row."""
    with service().database.read() as session:
        return opened_by(session, token, lambda session, token: by_token(session, token, datetime.now(UTC)))


def _take(step: str, token: str, reason: str | None) -> None:
    """Makes the move of a step. The link is what gives the right: staff who hold it act as the resident, too."""
    states, to_state = STEPS[step]
    now = datetime.now(UTC)
    with service().database.write() as session:
        row = by_token(session, token, now)
        if row is None or row["state"] not in states:
            raise MoveNotAllowed(f"{step} is not possible any more")
        actions.move(session, [row["id"]], to_state, RESIDENT, now, reason=reason)


def _drop_near(session: Session, row: Mapping[str, Any], at: datetime) -> Near | None:
    """The coming drop nearest to the need's place, as far as its leaf tells it."""
    lng, lat = center(row["leaf"])
    return nearest(session, lng, lat, compound_at(session, lng, lat, at) or "", at)


def _page(token: str, row: dict[str, Any], status: int = 200, **told: str) -> Response:
    """The page; `told` are problems by the names the template has for them, and words that were not taken."""
    now = datetime.now(UTC)
    with service().database.read() as session:
        services, times_of = vocabulary(session).services, times(session)
        declined = decline_reasons(session)
        said_so_far = messages(session, row["id"])
        photos = photo_count(session, row["id"])
        near = _drop_near(session, row, now) if row["state"] in OPEN else None
        notices = notices_over(session, Point(*center(row["leaf"])))
    link = url_for("follow.need", token=token, _external=True)
    page = render_template(
        "need.html",
        need=row,
        service=services.get(row["service"], Text(row["service"], row["service"])),
        link=link,
        qr=segno.make(link).svg_data_uri(border=2) if "new" in request.args else "",
        new="new" in request.args,
        done="done" in request.args,
        reasons=NOT_MET,
        declined=declined.get(row["reason"] or ""),
        steps=course(row),
        headline=headline(row),
        said=said(row),
        next=what_next(row),
        promises=promises(row, times_of.get(row["service"]), now),
        messages=[(sender_words(one), kind_words(one), one) for one in said_so_far],
        photos=photos,
        near=near,
        titles=TITLES,
        amount=amount,
        notices=notices,
        may_add=row["state"] in MAY_ADD,
        may_rate=row["state"] in MAY_RATE,
        **told,
    )
    return make_response(page, status)
