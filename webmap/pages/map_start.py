"""What the map page says before any script runs: where the map opens, and which zones are in force."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import current_app

from geo.cells import centers
from geo.coordinates import Box
from layers import catalogue
from layers.cell_state.queries import cells_with_amounts
from layers.compounds.queries import outer_bounds
from layers.queries import features_in_box
from webmap.service import service

#: Fine enough (about 350 m) for one neighbourhood to fill the screen, coarse enough for a city to be read at once.
RESOLUTION = 9
MARGIN_DEGREES = 0.0005  # a box needs some size even around one place

#: Seconds an answer serves every reader. Longer spares the store, shorter shows a new zone sooner; the map itself
#: does not wait for this.
BELIEVED_SECONDS = 60.0

#: Zones named on the page without scripts; more is a list nobody reads.
MOST_ZONES = 50

Found = TypeVar("Found")


def where_people_live() -> Box | None:
    """The box around all places with households, else around all compounds; None where there are none."""
    return _remembered("linli_map_start", _box_of_homes)


def zones_in_force() -> list[dict[str, Any]]:
    """The zones that hold now, as the public may know them: `level`, `name`, `valid_to` and their other fields."""
    return _remembered("linli_zones_in_force", _zones)


def _remembered(key: str, look: Callable[[], Found]) -> Found:
    """What `look` found, asked of the store at most once in a while."""
    now = time.monotonic()
    until, found = current_app.extensions.get(key, (0.0, None))
    if until < now:
        found = look()
        current_app.extensions[key] = (now + BELIEVED_SECONDS, found)
    return found


def _box_of_homes() -> Box | None:
    with service().database.read() as session:
        cells = cells_with_amounts(session, RESOLUTION, ("households",))
        if not len(cells):
            bounds = outer_bounds(session)
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
    layer = catalogue.layer("quarantine_zones")
    titles = {entry.value: entry.title for entry in layer.legend}
    with service().database.read() as session:
        rows = features_in_box(session, layer, None, MOST_ZONES, 0, True, datetime.now(UTC), True)
    strictest = list(titles)  # the legend runs from the strictest level down
    rows.sort(key=lambda row: strictest.index(row["level"]))
    return [{**row, "title": titles[row["level"]]} for row in rows]
