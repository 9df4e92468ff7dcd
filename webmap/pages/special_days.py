"""The days on which hours are not those of their weekday, for the administrator: holidays, workdays, closures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers.errors import BadInput
from layers.text import Text
from layers.vocabulary.actions import MOST_DAYS, are_days_as_read, put_days, remove_day
from layers.vocabulary.queries import mark_of, named_days
from webmap.access import allowed, current_actor
from webmap.service import service

blueprint = Blueprint("special_days", __name__, url_prefix="/gates/days")

KINDS: Mapping[str, Text] = {
    "holiday": Text("Holiday: the hours of holidays", "节假日：按节假日时间开放"),
    "workday": Text("Workday put on a weekend: the hours of a Monday", "调休上班：按星期一时间开放"),
    "closure": Text("Closure: gates with hours stay closed", "停止开放：设有时间的卡点全天关闭"),
}


@blueprint.get("")
@allowed("days.manage")
def find() -> Response:
    """The days from today on, and the form that adds some."""
    return _page({}, {})


@blueprint.post("")
@allowed("days.manage")
def put() -> Response:
    """Says what some days are."""
    given = {name: request.form.get(name, "").strip()[:200] for name in ("first", "last", "kind", "name")}
    problems = {}
    first, last = _day(given["first"]), _day(given["last"] or given["first"])
    if first is None:
        problems["first"] = _("Write the day, such as 2026-10-01.")
    if last is None:
        problems["last"] = _("Write the day, such as 2026-10-01.")
    if given["kind"] not in KINDS:
        problems["kind"] = _("Choose what the days are.")
    if problems or first is None or last is None:
        return _page(given, problems, 400)
    try:
        with service().database.write() as session:
            is_as_read = are_days_as_read(session, _today(), request.form.get("seen", ""))
            if is_as_read:
                put_days(session, first, last, given["kind"], given["name"], current_actor(), datetime.now(UTC))
    except BadInput:
        told = _("The last day is the first or follows it, %(count)d days at most.", count=MOST_DAYS)
        return _page(given, {"last": told}, 400)
    if not is_as_read:
        told = _("Somebody changed the days since you opened this page. Read the list, then add yours again.")
        return _page(given, {"": told}, 409)
    return make_response(redirect(url_for("special_days.find", done="put"), 303))


@blueprint.post("/<day>/remove")
@allowed("days.manage")
def remove(day: str) -> Response:
    """Makes a day one like any other again."""
    known = _day(day)
    if known is None:
        return _page({}, {"first": _("Write the day, such as 2026-10-01.")}, 400)
    with service().database.write() as session:
        is_as_read = are_days_as_read(session, _today(), request.form.get("seen", ""))
        if is_as_read:
            remove_day(session, known, current_actor(), datetime.now(UTC))
    if not is_as_read:
        return _page({}, {"": _("Somebody changed the days since you opened this page. Nothing was removed.")}, 409)
    return make_response(redirect(url_for("special_days.find", done="removed"), 303))


def _page(given: Mapping[str, str], problems: Mapping[str, str], status: int = 200) -> Response:
    with service().database.read() as session:
        days = named_days(session, _today())
    page = render_template(
        "special_days.html",
        days=days,
        seen=mark_of(days),
        kinds=KINDS,
        given=given,
        problems=problems,
        done=request.args.get("done", ""),
    )
    return make_response(page, status)


def _today() -> date:
    return datetime.now(service().zone).date()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
