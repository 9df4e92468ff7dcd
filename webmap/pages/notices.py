"""Notices to an area: the list everybody reads, each as CAP 1.2, all as a feed; calling one off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from geo.shapes import from_geojson
from layers.errors import MoveNotAllowed, NotAllowed, NotFound
from layers.notices import actions, rules
from layers.notices.queries import by_id, listed, over, standing
from layers.notices.rules import SEVERITIES, holds
from layers.text import Text
from webmap.access import allowed, current_actor
from webmap.alerts import atom, cap
from webmap.pages.form_drafts import draft_of_form
from webmap.pages.notice_form import check_reach, sending
from webmap.pages.report_form import cleaned
from webmap.service import service

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry
    from sqlalchemy.orm import Session

    from layers.notices.record import Notice

blueprint = Blueprint("notices", __name__, url_prefix="/notices")
feeds = Blueprint("notices_feed", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice in the language of the page, or in the other one where it is not written in this one."""

    id: int
    title: str
    words: str
    language: str
    severity: str
    degree: Text
    kind: Text
    urgency: Text
    area: str
    starts_at: datetime
    ends_at: datetime
    sent_at: datetime
    message: str
    is_alarming: bool


@blueprint.get("")
@allowed("notices.read")
def find() -> Response:
    """What holds, what is to come, what is over."""
    return page()


@blueprint.post("/<int(max=9223372036854775807):notice_id>/cancel")
@allowed("notices.write")
def cancel(notice_id: int) -> Response:
    """Calls a notice off. The reason goes out as every notice does."""
    reason, now = cleaned(request.form.get("reason", "")), datetime.now(UTC)
    if not reason:
        return page(_("Say why it is called off: everybody who read it will read that, too."), 400)
    if len(reason) > rules.WORDS_LONGEST:
        return page(_("That is too long."), 400)
    try:
        with service().database.write() as session:
            old = by_id(session, notice_id)
            if old is None:
                raise NotFound("There is no such notice.")
            check_reach(from_geojson(old.outline))
            how = sending(str(notice_id), reason)
            actions.cancel(session, notice_id, {language(): reason}, how, current_actor(), now)
    except NotAllowed:
        return page(_("This area is not inside your duty area."), 403)
    except MoveNotAllowed:
        return page(_("Somebody changed this notice or called it off since you read it. Nothing was done."), 409)
    return make_response(redirect(url_for("notices.find", done="cancelled"), 303))


@blueprint.get("/<int(max=9223372036854775807):notice_id>.cap.xml")
@allowed("notices.read")
def as_cap(notice_id: int) -> Response:
    """One message as an alert of the Common Alerting Protocol."""
    with service().database.read() as session:
        notice = by_id(session, notice_id)
    if notice is None:
        raise NotFound("There is no such notice.")
    text = cap.alert(notice, service().zone, url_for("notices.find", _external=True, _anchor=f"n{notice_id}"))
    return _sent(text, cap.MEDIA_TYPE)


@feeds.get("/notices.atom")
@allowed("notices.read")
def as_feed() -> Response:
    """All messages that are listed, newest first, each with a link to its CAP message."""
    with service().database.read() as session:
        found = listed(session, datetime.now(UTC))
    messages = [
        atom.Linked(
            one,
            url_for("notices.find", _external=True, _anchor=f"n{one.id}"),
            url_for("notices.as_cap", notice_id=one.id, _external=True),
        )
        for one in found
    ]
    words = atom.Words(language(), _("Linli: notices"), _("Called off: "))
    address, page_address = url_for("notices_feed.as_feed", _external=True), url_for("notices.find", _external=True)
    return _sent(
        atom.feed(messages, words, address, page_address, datetime.now(UTC), service().zone), "application/atom+xml"
    )


def _sent(text: bytes, media_type: str) -> Response:
    response = Response(text, mimetype=media_type)
    response.headers["Cache-Control"] = "no-cache"
    response.headers.add("Vary", "Accept-Language, Cookie")
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def page(problem: str = "", status: int = 200) -> Response:
    """The list, with what went wrong."""
    now = datetime.now(UTC)
    with service().database.read() as session:
        found = listed(session, now)
    groups: Mapping[str, list[Shown]] = {"now": [], "coming": [], "over": []}
    for one in found:
        is_standing = holds(one.message, one.starts_at, one.ends_at, one.replaced_at, now)
        is_coming = one.message != "cancel" and one.replaced_at is None and one.starts_at > now
        groups["now" if is_standing else "coming" if is_coming else "over"].append(shown(one))
    groups["now"].sort(key=lambda one: list(SEVERITIES).index(one.severity))
    text = render_template(
        "notices.html", groups=groups, problem=problem, done=request.args.get("done", ""), draft=draft_of_form()
    )
    return make_response(text, status)


def shown(notice: Notice) -> Shown:
    """A notice as this page shows it."""
    here = language()
    spoken = here if getattr(notice, f"title_{here}") else "zh" if here == "en" else "en"
    title, words = getattr(notice, f"title_{spoken}"), getattr(notice, f"words_{spoken}")
    return Shown(
        notice.id, title, words or notice.words_en or notice.words_zh, {"en": "en", "zh": "zh-Hans"}[spoken],
        notice.severity, SEVERITIES[notice.severity].words, rules.KINDS[notice.kind].words,
        rules.URGENCIES[notice.urgency].words, notice.area_name, notice.starts_at, notice.ends_at, notice.sent_at,
        notice.message, notice.severity in ("extreme", "severe"),
    )  # fmt: skip


def notices_over(session: Session, place: BaseGeometry | None) -> Sequence[Shown]:
    """What a page opened for a place tells of it, the most serious first; nothing where the place is not known."""
    return [] if place is None else [shown(one) for one in over(session, place, datetime.now(UTC))]


def notices_for_map(session: Session) -> list[dict[str, Any]]:
    """Every notice that holds, with its area, for the map: which one is shown is decided where it is read."""
    return [
        {"id": one.id, "title": told.title, "language": told.language, "alarming": told.is_alarming,
         "degree": told.degree.in_language(language()), "outline": one.outline}
        for one, told in ((one, shown(one)) for one in standing(session, datetime.now(UTC)))
    ]  # fmt: skip


def language() -> str:
    """`en` or `zh`."""
    return str(get_locale()).split("_")[0]
