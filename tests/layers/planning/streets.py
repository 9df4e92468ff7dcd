"""A street and a walled compound for plans, in metres east and north of one place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely

from tests.layers.town import LAT, LNG, NOON, Thing

METRE = 1 / 111_195
NARROW = float(np.cos(np.radians(LAT)))


def at(east_m: float, north_m: float = 0) -> shapely.Point:
    return shapely.Point(LNG + east_m * METRE / NARROW, LAT + north_m * METRE)


def square(east_m: float, north_m: float, half_m: float) -> shapely.Geometry:
    west_south, east_north = at(east_m - half_m, north_m - half_m), at(east_m + half_m, north_m + half_m)
    return shapely.box(west_south.x, west_south.y, east_north.x, east_north.y)


def need(where: shapely.Point, service: str = "food", **values: Any) -> Thing:
    given = {"service": service, "urgency": "ordinary", "reported_at": NOON - timedelta(minutes=30), **values}
    return Thing("needs", given, where)


def locked_compound(hours: str | None) -> list[Thing]:
    """A compound of 400 homes in lockdown, 200 m wide, 1 km north, with a gate in its southern wall or with none."""
    outline = square(0, 1000, 100)
    found = [
        Thing("compounds", {"name": "莲塘新村", "households": 400, "population": 1000}, outline),
        Thing("quarantine_zones", {"name": "莲塘封控区", "level": "lockdown"}, outline),
    ]
    if hours is not None:
        found.append(Thing("checkpoints", {"name": "南门", "hours": hours, "compound": "莲塘新村"}, at(0, 900)))
    return found


def shift(filled: int, area: shapely.Geometry, starts: datetime, hours: float, **values: Any) -> Thing:
    given = {
        "organization": "志愿队", "role": "delivery", "starts_at": starts, "ends_at": starts + timedelta(hours=hours),
        "places_wanted": max(filled, 1), "places_filled": filled, **values,
    }  # fmt: skip
    return Thing("volunteer_shifts", given, area)
