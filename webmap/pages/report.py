"""Ask for help: one form that works on any phone, without scripts and without an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from layers.compounds.queries import compound_at, named
from layers.errors import BadInput
from layers.needs import actions
from layers.needs.rules import Feature
from layers.text import Text
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed, current_actor
from webmap.pages.report_form import FIELDS, LONGEST, as_written, checked, new_key
from webmap.pages.report_place import Place, listed_names, position_of
from webmap.service import service

blueprint = Blueprint("report", __name__)


@blueprint.get("/report")
@allowed("needs.report")
def form() -> Response:
    """The form, with the place of the link filled in."""
    given = {**FIELDS, "key": new_key()}
    given["pin_lat"], given["pin_lng"] = (request.args.get(name, "")[:40] for name in ("lat", "lng"))
    problems = {}
    if given["pin_lat"] or given["pin_lng"]:
        pin = position_of(given["pin_lng"], given["pin_lat"])
        if pin is None:
            given["pin_lat"] = given["pin_lng"] = ""
            problems["compound"] = _("The place in the link cannot be read. Please say here where help is needed.")
        else:
            with service().database.read() as session:
                given["compound"] = compound_at(session, *pin, datetime.now(UTC)) or ""
    return _page(given, problems)


@blueprint.post("/report")
@allowed("needs.report")
def send() -> Response:
    """Takes the need in and leads to its page; or shows the form again, with everything that was written."""
    given, now = as_written(request.form), datetime.now(UTC)
    with service().database.read() as session:
        found = checked(session, given, vocabulary(session).services, _language(), now)
    if isinstance(found, dict):
        return _page(given, found, 400)
    try:
        token = _report(*found, given["key"], now)
    except BadInput as refused:
        return _refused(given, refused)
    return _kept_nowhere(make_response(redirect(url_for("follow.need", token=token, new=1), 303)))


def _report(need: Feature, place: Place, key: str, now: datetime) -> str:
    """The token of the need's private link; the same again for the same form sent twice."""
    actor = current_actor()
    found = service().database.written(
        lambda session: actions.report(session, need, place.lng, place.lat, now, key, actor)
    )
    return found.token


def _refused(given: dict[str, str], refused: BadInput) -> Response:
    if any(one["field"] == "Idempotency-Key" for one in refused.errors):
        # Somebody went back, wrote something else and sent that: what was sent first stands.
        given["key"] = new_key()
        reason = _("You sent a request from this form before; it is kept as it was. Is this another one? Then send it.")
    else:
        reason = "; ".join(one["reason"] for one in refused.errors) or str(refused)
    return _page(given, {"key": reason}, 400)


def _page(given: Mapping[str, str], problems: Mapping[str, str], status: int = 200) -> Response:
    now = datetime.now(UTC)
    with service().database.read() as session:
        services = vocabulary(session).services
        names = listed_names(named(session, now))
        pin = position_of(given["pin_lng"], given["pin_lat"])
        pin_compound = compound_at(session, *pin, now) if pin else None
    page = render_template(
        "report.html",
        given=given,
        problems=problems,
        services=services,
        names=names,
        pin=pin,
        pin_compound=pin_compound,
        longest=LONGEST,
        datums=_datums(),
    )
    return _kept_nowhere(make_response(page, status))


def _datums() -> dict[str, Text]:
    """What coordinates may be meant in, in words of the apps that show them."""
    return {
        "wgs84": Text("This map, or a GPS device", "本地图或 GPS 设备"),
        "gcj02": Text("Amap, Tencent or another Chinese map app", "高德、腾讯等国内地图"),
        "bd09": Text("Baidu Maps", "百度地图"),
    }


def _kept_nowhere(answer: Response) -> Response:
    """Each form has a key of its own, and a filled one holds what is private: no copy of either is kept."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _language() -> str:
    """The language the request is written in, as needs keep it: `en` or `zh`."""
    return str(get_locale()).split("_")[0]
