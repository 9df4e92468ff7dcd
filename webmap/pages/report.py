"""Ask for help: one form that works on any phone, without scripts and without an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _
from shapely import Point

from layers.compounds.queries import compound_at, named
from layers.errors import BadInput
from layers.needs.additions import MOST_PHOTOS, Photo
from layers.needs.counts import TooManyReports
from layers.needs.rules import PRIVATE_KEPT, Feature
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed
from webmap.errors import PHOTOS_TOO_LARGE, page_of
from webmap.maps.page_map import EVERYWHERE
from webmap.pages.map_start import where_people_live
from webmap.pages.notices import notices_over
from webmap.pages.report_form import FIELDS, LONGEST, as_written, checked, new_key
from webmap.pages.report_nearby import add_voice, asked_near
from webmap.pages.report_photos import ACCEPTED, BadPhotos, photos_of
from webmap.pages.report_place import (
    DATUMS,
    MOST_NAMES_IN_PAGE,
    Place,
    listed_name,
    listed_names,
    place_if_told,
    position_of,
)
from webmap.pages.report_told import is_outbox, not_taken, taken
from webmap.pages.report_words import script_words
from webmap.reporting import take_in
from webmap.service import service

blueprint = Blueprint("report", __name__)


@blueprint.get("/report")
@allowed("needs.report")
def form() -> Response:
    """The form, with the place of the link filled in: ?compound= and ?building=, or ?lat= and ?lng=."""
    given, problems = {**FIELDS, "key": new_key()}, {}
    given["compound"], given["building"] = (
        request.args.get(name, "")[: LONGEST[name]].strip() for name in ("compound", "building")
    )
    given["pin_lat"], given["pin_lng"] = (request.args.get(name, "")[:40] for name in ("lat", "lng"))
    pin = position_of(given["pin_lng"], given["pin_lat"])
    if pin is None and (given["pin_lat"] or given["pin_lng"]):
        given["pin_lat"] = given["pin_lng"] = ""
        problems["compound"] = _("The place in the link cannot be read. Please say here where help is needed.")
    now = datetime.now(UTC)
    with service().database.read() as session:
        if pin is not None and not given["compound"]:
            given["compound"] = compound_at(session, *pin, now) or ""
        elif given["compound"]:
            given["compound"] = listed_name(named(session, now), given["compound"])
            if place_if_told(session, given, now) is None:
                problems["compound"] = _(
                    "The compound in the link is not on our list. Please say where help is needed."
                )
    return _page(given, problems)


@blueprint.post("/report")
@allowed("needs.report")
def send() -> Response:
    """Takes the need in and leads to its page; or shows the form again, with everything that was written."""
    given, now = as_written(request.form), datetime.now(UTC)
    if request.form.get("step") == "look":
        return _page(given, {}, looked=True)
    photos: list[Photo] = []
    with service().database.read() as session:
        found = checked(session, given, vocabulary(session).services, _language(), now)
    problems = found if isinstance(found, dict) else {}
    try:
        photos = photos_of(request.files.getlist("photos"))
    except BadPhotos as refused:
        problems = {**problems, "photos": str(refused)}
    if problems or isinstance(found, dict):
        return _page(given, problems, 400)
    try:
        return _sent(*found, given["key"], photos, now)
    except BadInput as refused:
        return _refused(given, refused)
    except TooManyReports as refused:
        return _too_many(given, refused, now)


@blueprint.post("/report/nearby")
@allowed("needs.report")
def nearby() -> Response:
    """For the form's script: the compound at a place, and what neighbours asked for near it, as the page shows it.

    Sent as a form is, because an address would hold somebody's place and stay in histories and logs.
    """
    given, now = as_written(request.form), datetime.now(UTC)
    with service().database.read() as session:
        place = place_if_told(session, given, now)
        found = asked_near(session, place)
    shown = render_template("report_nearby.html", nearby=found, now=now)
    return _kept_nowhere(jsonify(place=asdict(place) if place else None, nearby=shown))


@blueprint.post("/report/voices")
@allowed("needs.report")
def voice() -> Response:
    """Adds a neighbour's "me too" and says so; nothing else of the form is kept."""
    given, now = as_written(request.form), datetime.now(UTC)
    with service().database.read() as session:
        place = place_if_told(session, given, now)
    try:
        if place is not None and add_voice(place, request.form.get("voice", ""), now):
            return _kept_nowhere(make_response(redirect(url_for("report.thanks"), 303)))
    except TooManyReports as refused:
        return _too_many(given, refused, now)
    gone = _("That request is closed by now, or it was too far away. If you need help, send your own below.")
    return _page(given, {"key": gone}, 409)


@blueprint.get("/report/thanks")
@allowed("needs.report")
def thanks() -> Response:
    """After a "me too"."""
    return _kept_nowhere(make_response(render_template("voice.html")))


@blueprint.get("/report/compounds.json")
@allowed("needs.report")
def compounds() -> Response:
    """The names of the list of compounds, for a page of a town that has too many to carry them along."""
    with service().database.read() as session:
        names = listed_names(named(session, datetime.now(UTC)))
    response = jsonify(names)
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.errorhandler(413)
def _too_large(_error: Exception) -> Response:
    return _kept_nowhere(page_of(PHOTOS_TOO_LARGE))


def _sent(need: Feature, place: Place, key: str, photos: list[Photo], now: datetime) -> Response:
    """Leads to the need's private link; to the same again for the same form sent twice."""
    return _kept_nowhere(taken(take_in(need, place.lng, place.lat, key, now, photos)))


def _refused(given: dict[str, str], refused: BadInput) -> Response:
    if any(one["field"] == "Idempotency-Key" for one in refused.errors):
        # Somebody went back, wrote something else and sent that: what was sent first stands.
        given["key"] = new_key()
        reason = _("You sent a request from this form before; it is kept as it was. Is this another one? Then send it.")
    else:
        reason = "; ".join(one["reason"] for one in refused.errors) or str(refused)
    return _page(given, {"key": reason}, 400)


def _too_many(given: dict[str, str], refused: TooManyReports, now: datetime) -> Response:
    again = format_datetime(now + timedelta(seconds=refused.retry_after), "HH:mm")
    reason = _(
        "Very many requests came from around here within the hour, and this one is not sent yet. Please telephone your "
        "community office, or press the button again after %(time)s.",
        time=again,
    )
    answer = _page(given, {"key": reason}, 429)
    answer.headers["Retry-After"] = str(refused.retry_after)
    return answer


def _page(given: Mapping[str, str], problems: Mapping[str, str], status: int = 200, looked: bool = False) -> Response:
    if status >= 400 and is_outbox():
        return _kept_nowhere(not_taken(problems, status))
    now = datetime.now(UTC)
    with service().database.read() as session:
        services = vocabulary(session).services
        names = listed_names(named(session, now))
        pin = position_of(given["pin_lng"], given["pin_lat"])
        place = place_if_told(session, given, now)
        pin_compound = compound_at(session, *pin, now) if pin else None
        found = asked_near(session, place)
        notices = notices_over(session, None if place is None else Point(place.lng, place.lat))
    page = render_template(
        "report.html",
        given=given,
        problems=problems,
        services=services,
        names=names if len(names) <= MOST_NAMES_IN_PAGE else None,
        pin=pin,
        pin_compound=pin_compound,
        place=place,
        nearby=found,
        notices=notices,
        looked=looked,
        now=now,
        longest=LONGEST,
        datums=DATUMS,
        accepted=ACCEPTED,
        most_photos=MOST_PHOTOS,
        days_kept=PRIVATE_KEPT.days,
        box=where_people_live() or EVERYWHERE,
        script_words=script_words(),
        had_photos=any(one.filename for one in request.files.getlist("photos")),
    )
    return _kept_nowhere(make_response(page, status))


def _kept_nowhere(answer: Response) -> Response:
    """Each form has a key of its own, and a filled one holds what is private: no copy of either is kept."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _language() -> str:
    """The language the request is written in, as needs keep it: `en` or `zh`."""
    return str(get_locale()).split("_")[0]
