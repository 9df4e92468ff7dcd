"""Accountability: what a closed month says of each community and kind of help, for everybody to read and print."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import format_date
from flask_babel import gettext as _

from layers.accountability.queries import kept_month, kept_months
from layers.accountability.rules import LEAST_CASES, LEAST_FOR_P90, LEAST_HOUSEHOLDS, REST, Share, month_of
from layers.errors import NotFound
from layers.text import Text
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed
from webmap.service import service

blueprint = Blueprint("accountability", __name__)


@blueprint.get("/accountability")
@allowed("accountability.read")
def figures() -> str:
    """The figures of ?month=2026-03, else of the newest closed month; before there is one, when it will be there."""
    now = datetime.now(UTC)
    with service().database.read() as session:
        months = kept_months(session)
        asked = request.args.get("month") or (months[0] if months else "")
        kept = kept_month(session, asked) if asked else None
        services = vocabulary(session).services
    if asked and kept is None:
        raise NotFound(_("There are no figures of this month. A month is told once it is over."))
    groups = kept.figures.groups if kept else []
    return render_template(
        "accountability.html",
        months=months,
        kept=kept,
        communities=[
            (_community(name), [(_kind(one.service, services), one) for one in own])
            for name, own in ((name, list(own)) for name, own in groupby(_in_order(groups), lambda one: one.community))
        ],
        vitality=[(_community(one.community), one) for one in (kept.figures.vitality if kept else [])],
        name_of=name_of_month,
        share=share_words,
        next_month=name_of_month(now.astimezone(service().zone).strftime("%Y-%m")),
        next_at=month_of(now.astimezone(service().zone).strftime("%Y-%m"), service().zone).ends,
        limits={"cases": LEAST_CASES, "p90": LEAST_FOR_P90, "households": LEAST_HOUSEHOLDS},
    )


def name_of_month(name: str) -> str:
    """A month in words of the page's language: "March 2026", "2026年3月"."""
    return str(format_date(date.fromisoformat(f"{name}-01"), _("MMMM y")))


def share_words(share: Share) -> str:
    """A share as people say it: a percentage, or that it is fewer than five, or all but fewer than five."""
    if share.percent is not None:
        return str(_("%(percent)d%%", percent=share.percent))
    few = LEAST_HOUSEHOLDS
    return str(_("all but fewer than %(few)d", few=few) if share.is_most else _("fewer than %(few)d", few=few))


def _in_order(groups: list[Any]) -> list[Any]:
    """By community, and in each by kind; what stands for all others comes last."""
    return sorted(groups, key=lambda one: (one.community == REST, one.community, one.service == REST, one.service))


def _community(name: str) -> str:
    if name == REST:
        return str(_("All other communities"))
    return str(_("Community not known")) if name == "unknown" else name


def _kind(name: str, services: dict[str, Text]) -> Text:
    rest = Text("All other kinds of help", "其他各类帮助")
    return rest if name == REST else services.get(name, Text(name, name))
