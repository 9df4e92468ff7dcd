"""The figures at the top of the dashboard: each with its trend, each leading to the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from layers.situation.overview import A_DAY, AREA, EVERYWHERE, Before, Figures, figures_before, figures_now
from webmap.access import allowed
from webmap.remembered import remembered
from webmap.service import service

blueprint = Blueprint("overview", __name__)

#: Seconds the figures serve every reader of this process; what was a day ago changes so slowly that it serves longer.
NOW_SECONDS, BEFORE_SECONDS = 10.0, 600.0

#: Figures of what should not be: any is marked. Where the gates are of which nobody stands at.
HURTS = ("overdue", "uncovered", "late", "unstaffed")
GATES = "/gates?show=unstaffed"


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure: its number, what it counts, where its rows are, how it changed in a day, whether it hurts."""

    number: int
    title: str
    url: str
    trend: str
    hurts: bool


@blueprint.get("/dashboard/figures")
@allowed("pages.dashboard")
def figures() -> str:
    """The figures alone, for the dashboard that shows them anew."""
    return render_template("overview.html", overview=overview())


def overview() -> list[Shown]:
    """The figures in the reader's language."""
    now = figures_known_now()
    before = remembered("linli_figures_a_day_ago", BEFORE_SECONDS, _a_day_ago)
    grown = now.since(before)
    told = (
        ("open", ngettext("open request", "open requests", now.open), "/dashboard"),
        ("overdue", ngettext("overdue request", "overdue requests", now.overdue), "/dashboard?overdue=1"),
        ("uncovered", ngettext("area nobody covers", "areas nobody covers", now.uncovered), "/plan"),
        ("locked", ngettext("household in lockdown", "households in lockdown", now.locked), "/zones"),
        ("due", ngettext("drop in 24 hours", "drops in 24 hours", now.due), "/drops"),
        ("late", ngettext("drop late", "drops late", now.late), "/drops"),
        ("unstaffed", ngettext("open gate unstaffed", "open gates unstaffed", now.unstaffed), GATES),
    )
    return [
        Shown(getattr(now, name), title, url, _trend(grown.get(name)), name in HURTS and getattr(now, name) > 0)
        for name, title, url in told
    ]


def figures_known_now() -> Figures:
    """The figures of now, as far as ten seconds ago."""
    return remembered("linli_figures_now", NOW_SECONDS, _now)


def _trend(grown: int | None) -> str:
    """How a figure changed in a day; empty where the record cannot say."""
    if grown is None:
        return ""
    if not grown:
        return _("as a day ago")
    return _("%(change)s in a day", change=f"{grown:+,d}".replace("-", "\N{MINUS SIGN}"))


def _now() -> Figures:
    place, now = service(), datetime.now(UTC)
    gaps = place.present(internal=True).gaps(AREA, now)
    with place.database.snapshot() as session:
        return figures_now(session, now, place.zone, gaps)


def _a_day_ago() -> Before:
    place, now = service(), datetime.now(UTC)
    states = place.past.state_at(EVERYWHERE, AREA, now - A_DAY, now)
    with place.database.snapshot() as session:
        return figures_before(session, now - A_DAY, states.values())
