"""What the map page says before any script runs: where it opens, what is in force, where help is; figures for staff."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _

from geo.cells import centers
from geo.coordinates import Box
from layers import catalogue
from layers.cell_state.queries import cells_with_amounts
from layers.checkpoints.queries import standing
from layers.compounds.queries import bounds_worth_seeing
from layers.needs.queries import open_by_state
from layers.queries import features_in_box
from layers.supply_drops.queries import coming
from layers.text import Text
from layers.vocabulary.queries import vocabulary
from layers.volunteer_shifts.queries import on_duty
from webmap.remembered import remembered
from webmap.service import service

#: Fine enough (about 350 m) for one neighbourhood to fill the screen, coarse enough for a city to be read at once.
RESOLUTION = 9
MARGIN_DEGREES = 0.0005  # a box needs some size even around one place

#: Seconds an answer serves every reader. Longer spares the store, shorter shows a new zone sooner; the map itself
#: does not wait for this.
BELIEVED_SECONDS = 60.0

#: Zones, and checkpoints, named on the page without scripts; more is a list nobody reads.
MOST_NAMED = 50

#: Drops named there: in a town of a hundred compounds, those of the next day.
MOST_DROPS = 25

#: Opening hours as most of them are written.
EVERY_DAY = re.compile(r"(?:Mo-Su )?(\d\d:\d\d)-(\d\d:\d\d)")


def where_people_live() -> Box | None:
    """The box around all places with households, else around compounds; None where there are none."""
    return remembered("linli_map_start", BELIEVED_SECONDS, _box_of_homes)


def zones_in_force() -> list[dict[str, Any]]:
    """The zones that hold now, as the public may know them: `level`, `name`, `valid_to` and their other fields."""
    return remembered("linli_zones_in_force", BELIEVED_SECONDS, _zones)


def drops_to_come() -> list[dict[str, Any]]:
    """Drops not over yet, soonest first: `name`, `window_from`, `window_to`, `title` of the state and for whom."""
    return remembered("linli_drops_to_come", BELIEVED_SECONDS, _drops)


def open_checkpoints() -> list[dict[str, Any]]:
    """Checkpoints that stand, by name: `name`, `hours` and the `title` of their kind."""
    return remembered("linli_open_checkpoints", BELIEVED_SECONDS, _checkpoints)


def figures_for_staff() -> dict[str, Any]:
    """Open needs by state and places by role on duty, `at` a moment: (title, count) and (title, wanted, filled)."""
    return remembered("linli_figures_for_staff", BELIEVED_SECONDS, _figures)


def hours_in_words(hours: str | None) -> str:
    """Opening hours in words where they are the usual ones, as written where not."""
    if not hours or hours == "24/7":
        return _("open at all hours")
    daily = EVERY_DAY.fullmatch(hours)
    return _("every day {from} to {to}").format(**{"from": daily[1], "to": daily[2]}) if daily else hours


def _box_of_homes() -> Box | None:
    with service().database.read() as session:
        cells = cells_with_amounts(session, RESOLUTION, ("households",))
        if not len(cells):
            bounds = bounds_worth_seeing(session)
            return None if bounds is None else _around(*bounds)
    lngs, lats = centers(cells)
    return _around(float(lngs.min()), float(lats.min()), float(lngs.max()), float(lats.max()))


def _around(west: float, south: float, east: float, north: float) -> Box:
    return Box(
        max(west - MARGIN_DEGREES, -180.0),
        max(south - MARGIN_DEGREES, -90.0),
        min(east + MARGIN_DEGREES, 180.0),
        min(north + MARGIN_DEGREES, 90.0),
    )


def _zones() -> list[dict[str, Any]]:
    titles = _titles("quarantine_zones")
    with service().database.read() as session:
        layer = catalogue.layer("quarantine_zones")
        rows = features_in_box(session, layer, None, MOST_NAMED, 0, True, datetime.now(UTC), True)
    strictest = list(titles)  # the legend runs from the strictest level down
    rows.sort(key=lambda row: strictest.index(row["level"]))
    return [{**row, "title": titles[row["level"]]} for row in rows]


def _drops() -> list[dict[str, Any]]:
    titles = _titles("supply_drops")
    with service().database.read() as session:
        rows = coming(session, datetime.now(UTC), MOST_DROPS)
    zone = service().zone
    days = [[row[end].astimezone(zone).date() for end in ("window_from", "window_to")] for row in rows]
    return [
        {**row, "title": titles[row["state"]], "is_one_day": first == last}
        for row, (first, last) in zip(rows, days, strict=True)
    ]


def _checkpoints() -> list[dict[str, Any]]:
    titles = _titles("checkpoints")
    with service().database.read() as session:
        rows = standing(session, datetime.now(UTC), MOST_NAMED)
    return [{**row, "title": titles[row["kind"]]} for row in rows]


def _figures() -> dict[str, Any]:
    titles, now = _titles("needs"), datetime.now(UTC)
    with service().database.read() as session:
        roles = vocabulary(session).roles
        needs = open_by_state(session)
        duty = on_duty(session, now)
    return {
        "at": now,
        "needs": [(titles[state], count) for state, count in needs.items()],
        "duty": [(roles[role], *places) for role, places in duty.items()],
    }


def _titles(layer: str) -> dict[str, Text]:
    return {entry.value: entry.title for entry in catalogue.layer(layer).legend}
