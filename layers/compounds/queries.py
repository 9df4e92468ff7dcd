"""What is asked of compounds."""

from __future__ import annotations

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.compounds.record import Compound


def outlines_by_name(session: Session) -> dict[str, shapely.Geometry]:
    """Outline of every compound under its name, its other names and its source id."""
    query = select(Compound.name, Compound.aliases, Compound.source_id, Compound.geometry)
    outlines: dict[str, shapely.Geometry] = {}
    for name, aliases, source_id, geometry in session.execute(query):
        for word in (name, *(aliases or ()), source_id):
            if word:
                outlines.setdefault(word, geometry)
    return outlines


def outer_bounds(session: Session) -> tuple[float, float, float, float] | None:
    """West, south, east and north of all compounds together, WGS 84 degrees; None where there are none."""
    shapes = list(session.execute(select(Compound.geometry)).scalars())
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north
