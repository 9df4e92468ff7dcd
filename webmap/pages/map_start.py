"""Where the map opens when the address does not say: over the places where people are known to live."""

from __future__ import annotations

import time

from flask import current_app

from geo.cells import centers
from geo.coordinates import Box
from layers.cell_state.queries import cells_with_amounts
from webmap.service import service

#: Fine enough (about 350 m) for one neighbourhood to fill the screen, coarse enough for a city to be read at once.
RESOLUTION = 9
MARGIN_DEGREES = 0.0005  # a box needs some size even around one place
BELIEVED_SECONDS = 60.0

_KEY = "linli_map_start"


def where_people_live() -> Box | None:
    """The box around all places with households, None where there are none. Asked of the store once a minute."""
    now = time.monotonic()
    until, box = current_app.extensions.get(_KEY, (0.0, None))
    if until < now:
        box = _look()
        current_app.extensions[_KEY] = (now + BELIEVED_SECONDS, box)
    found: Box | None = box
    return found


def _look() -> Box | None:
    with service().database.read() as session:
        cells = cells_with_amounts(session, RESOLUTION, ("households",))
    if not len(cells):
        return None
    lngs, lats = centers(cells)
    return Box(
        max(float(lngs.min()) - MARGIN_DEGREES, -180.0),
        max(float(lats.min()) - MARGIN_DEGREES, -90.0),
        min(float(lngs.max()) + MARGIN_DEGREES, 180.0),
        min(float(lats.max()) + MARGIN_DEGREES, 90.0),
    )
