"""Two moments compared: what changed, area by area, on a map and as an equal table. Works without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from geo.cells import bounds
from geo.coordinates import Box
from layers import catalogue
from layers.situation.comparing import COMPARED, Changed, compare, largest_first
from layers.situation.overview import AREA, EVERYWHERE
from layers.text import Text
from webmap.access import allowed
from webmap.pages.form_moments import as_form
from webmap.pages.long_lists import first_asked
from webmap.pages.map_files import language
from webmap.pages.map_start import where_people_live
from webmap.pages.moment import moment_asked
from webmap.pages.place_names import compounds_known, named
from webmap.service import service
from webmap.sitrep.drawing import MOST_OUTLINES, NOWHERE
from webmap.sitrep.picture import Sheet
from webmap.viewport import in_rfc3339

blueprint = Blueprint("compare", __name__)

#: Areas in the table at once; the sums above it count all.
MOST_ROWS = 60

#: Areas on the map: beyond, a hexagon is smaller than its number.
MOST_DRAWN = 3000

#: Compared with now where no moments are given.
USUAL = timedelta(days=1)

#: From how much on a change is drawn in the second and the third of its three shades.
SHADES = (3, 10)


@dataclass(frozen=True, slots=True)
class Figure:
    """A compared figure of an area: before, after, and "more", "less" or "" with its sign and amount in words."""

    before: str
    after: str
    way: str
    change: str


@dataclass(frozen=True, slots=True)
class Row:
    """An area in the table, and on the map the path of its outline and the place of its number."""

    name: str
    figures: dict[str, Figure]
    path: str
    at: tuple[int, int]
    shade: str


@blueprint.get("/dashboard/compare")
@allowed("pages.dashboard")
def compare_moments() -> Response:
    """What changed from ?from= to ?to=, largest changes of ?by= first. A day ago and now, where they are absent. The
    table leaves out the first ?start= areas.
    """
    now = datetime.now(UTC)
    asked = {name: request.args.get(name, "")[:40] for name in ("from", "to")}
    (first, wrong_first), (second, wrong_second) = (moment_asked(asked[name], now) for name in ("from", "to"))
    first = first if asked["from"] else (second if not wrong_second else now) - USUAL
    problems = {name: wrong for name, wrong in (("from", wrong_first), ("to", wrong_second)) if wrong}
    if not problems and first >= second:
        problems["to"] = _("The second moment has to be later than the first.")
    by = request.args.get("by", "")
    by = by if by in COMPARED else COMPARED[0]
    changes = [] if problems else _changes(first, second, now, by)
    sheet = _sheet(changes[:MOST_DRAWN])
    drawn, start = _rows(changes[:MOST_DRAWN], by, sheet), first_asked()
    rows = _rows(changes[start : start + MOST_ROWS], by, sheet)
    page = render_template(
        "compare.html",
        given={
            name: asked[name] if name in problems else as_form(moment)
            for name, moment in (("from", first), ("to", second))
        },
        first=first,
        second=second,
        is_planned=second > now,
        addresses=(in_rfc3339(first), in_rfc3339(second)),
        by=by,
        titles=titles(),
        sums=[(name, *_sums(changes, name)) for name in COMPARED],
        rows=rows,
        drawn=drawn,
        start=start,
        more=len(changes) - start - len(rows),
        count=ngettext("%(num)s area changed", "%(num)s areas changed", len(changes)),
        sheet=sheet,
        outlines=_outlines(sheet) if drawn else "",
        problems=problems,
    )
    response = make_response(page, 400 if problems else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def titles() -> dict[str, str]:
    """What each compared figure is called."""
    return {
        "needs": _("Open requests"),
        "gap": _("Requests with nobody on duty"),
        "zone": _("Zone"),
        "filled": _("Volunteers on duty"),
        "drops": _("Drops due in 24 hours"),
        "checkpoints": _("Open gates"),
    }


def _changes(first: datetime, second: datetime, now: datetime, by: str) -> list[Changed]:
    one, other = (service().past.state_at(EVERYWHERE, AREA, at, now) for at in (first, second))
    return largest_first(compare(one, other), by)


def _sums(changes: Sequence[Changed], name: str) -> tuple[int, int, str]:
    """In how many areas a figure grew and shrank, and the net change in words; of zones there is no sum."""
    grown = [one.grown(name) for one in changes]
    net = "" if name == "zone" else f"{sum(grown):+,d}".replace("-", "\N{MINUS SIGN}")
    return sum(one > 0 for one in grown), sum(one < 0 for one in grown), net


def _rows(changes: Sequence[Changed], by: str, sheet: Sheet) -> list[Row]:
    cells = [one.cell for one in changes]
    paths = sheet.paths_of_cells(cells)
    return [
        Row(
            name,
            {figure: _figure(one, figure) for figure in COMPARED},
            path,
            sheet.middle_of_cell(one.cell),
            _shade(one.grown(by)),
        )
        for name, one, path in zip(named(cells), changes, paths, strict=True)
    ]


def _shade(grown: int) -> str:
    if not grown:
        return "same"
    return f"{'more' if grown > 0 else 'less'}-{1 + sum(abs(grown) >= least for least in SHADES)}"


def _figure(one: Changed, name: str) -> Figure:
    grown = one.grown(name)
    way = "more" if grown > 0 else "less" if grown < 0 else ""
    if name == "zone":
        levels = {entry.value: entry.title for entry in catalogue.layer("quarantine_zones").legend}
        none = Text("none", "无")
        before, after = (
            levels.get(state.get("zone", ""), none).in_language(language()) for state in (one.before, one.after)
        )
        return Figure(before, after, way, {"more": _("stricter"), "less": _("looser"), "": ""}[way])
    before, after = (f"{state.get(name, 0):,d}" for state in (one.before, one.after))
    return Figure(before, after, way, f"{grown:+,d}".replace("-", "\N{MINUS SIGN}") if grown else "")


def _sheet(changes: Sequence[Changed]) -> Sheet:
    """The drawing around the areas that changed; where people live, where none did."""
    cells = [one.cell for one in changes]
    if not cells:
        return Sheet.of(where_people_live() or NOWHERE)
    west, south, east, north = bounds(np.array(cells, dtype=np.int64))
    return Sheet.of(Box(float(west.min()), float(south.min()), float(east.max()), float(north.max())))


def _outlines(sheet: Sheet) -> str:
    known = compounds_known()
    return "" if len(known) > MOST_OUTLINES else "".join(sheet.path(row["geometry"]) for row in known)
