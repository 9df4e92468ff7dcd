"""The dashboard without scripts: the same needs as a plain list, with filters as a form and decisions as buttons."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from layers.errors import BadInput
from layers.needs import LAYER
from layers.text import Text
from layers.triage import actions, queries
from layers.triage.queries import Filter
from layers.vocabulary.queries import decline_reasons, vocabulary
from webmap.access import allowed, current_actor, may
from webmap.api.triage import STATES, TriageQuery, filter_of, place_of, shown, written
from webmap.duty import may_move
from webmap.pages.overview import overview
from webmap.pages.triage_words import AGES
from webmap.service import service

blueprint = Blueprint("dashboard_list", __name__)

#: Needs on one page: each has forms of its own, and a page is to be read on a weak line.
ON_A_PAGE = 40

#: Filters that the address of the list holds, as that of the dashboard does.
FILTERS = ("state", "service", "community", "organization", "age", "overdue", "q")

#: Titles of the filters that stand for several states.
OPEN_TITLE, CLOSED_TITLE = Text("All open", "所有未完成"), Text("Closed", "已结束")

#: What can be decided here. The dashboard does more; these three take a need from its report to somebody's hands.
DECISIONS = ("acknowledged", "declined", "assigned")


@blueprint.get("/dashboard/list")
@allowed("pages.dashboard")
def plain_list() -> Response:
    """The list."""
    return _page({name: request.args.get(name, "")[:200] for name in FILTERS}, request.args.get("after", "")[:80])


@blueprint.post("/dashboard/list")
@allowed("needs.move")
def decide() -> Response:
    """One decision about one need, if it still stands as it was seen; leads back to the list and says what became."""
    form, actor = request.form, current_actor()
    need, to_state = form.get("need", ""), form.get("to", "")
    given = {name: request.args.get(name, "")[:200] for name in FILTERS}
    if not (need.isascii() and need.isdigit() and len(need) < 19) or to_state not in DECISIONS:
        return _page(given, "", 400, _("Choose what you want to do with the buttons below."))
    details = {name: form.get(name, "").strip()[:200] or None for name in ("reason", "organization")}
    try:
        with service().database.write() as session:
            done = actions.decide(
                session, {int(need): form.get("from", "")}, to_state, actor, datetime.now(UTC),
                lambda row: may_move(actor, row, to_state, details["organization"]), **details,
            )  # fmt: skip
    except BadInput:
        asked = {"declined": _("Choose a reason that the resident reads."), "assigned": _("Name the organization.")}
        return _page(given, "", 400, asked.get(to_state, ""))
    if done.left:
        return _page(given, "", 409, _why_left(done.left[int(need)]))
    kept = {name: value for name, value in given.items() if value}
    return make_response(redirect(f"/dashboard/list?{urlencode({**kept, 'done': done.moved[0]['reference']})}", 303))


def _why_left(why: str) -> str:
    return {
        "changed": _("Somebody else was first: this request has moved on. The list shows where it stands now."),
        "outside": _("This request is outside your duty area."),
        "gone": _("This request is not there any more."),
    }.get(why, _("That step is not possible from where this request stands."))


def _filter(given: dict[str, str]) -> Filter:
    """The filter of an address; one that nobody knows (a mistyped state) shows what is open."""
    arguments: dict[str, object] = {name: given[name] for name in ("service", "community", "organization")}
    arguments |= {"q": given["q"][:40], "overdue": bool(given["overdue"])}
    arguments |= {"state": given["state"]} if given["state"] in STATES else {}
    arguments |= AGES[given["age"]][1] if given["age"] in AGES else {}
    return filter_of(TriageQuery.model_validate(arguments))


def _page(given: dict[str, str], after: str, status: int = 200, problem: str = "") -> Response:
    wanted, place = _filter(given), place_of(after)
    at = place.at if place else datetime.now(UTC)
    with service().database.read() as session:
        rows = queries.page(session, wanted, ON_A_PAGE, at, place)
        counts = queries.counts(session, wanted, at)
        services = vocabulary(session).services
        reasons = decline_reasons(session)
        organizations = queries.organizations(session)
        communities = queries.communities(session)
    kept = {name: value for name, value in given.items() if value}
    following = written(rows[-1], at) if len(rows) == ON_A_PAGE else ""
    page = render_template(
        "dashboard_list.html",
        overview=overview(),
        needs=[shown(row) for row in rows],
        given=given,
        here=f"/dashboard/list?{urlencode(kept)}",
        next=f"/dashboard/list?{urlencode({**kept, 'after': following})}" if following else "",
        count=ngettext("%(num)s request", "%(num)s requests", counts["shown"]["all"]),
        counts=counts,
        states=("open", "reported", "acknowledged", "assigned", "closed"),
        titles={"open": OPEN_TITLE, "closed": CLOSED_TITLE, **{entry.value: entry.title for entry in LAYER.legend}},
        services=services,
        reasons=reasons,
        organizations=organizations,
        communities=communities,
        ages={name: title for name, (title, _hours) in AGES.items()},
        decides=may(current_actor(), "needs.correct"),
        problem=problem,
        done=request.args.get("done", "")[:20],
    )
    return make_response(page, status)
