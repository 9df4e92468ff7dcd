"""A compound's status (open, controlled, locked) and its zones: those that hold over it, by geometry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy.orm import Session

from layers.compounds.rules import LEAST_SHARE, status_of
from layers.quarantine_zones.queries import holding


def zones_over(session: Session, outline: shapely.Geometry, at: datetime) -> list[dict[str, Any]]:
    """The zones that hold over a compound's outline at a moment, strictest first, as they decide its status."""
    least = LEAST_SHARE * shapely.area(outline)
    zones = holding(session, at)
    return [one for one in zones if shapely.area(shapely.intersection(outline, one["geometry"])) >= least]


def add_status(session: Session, compounds: Sequence[dict[str, Any]], at: datetime) -> None:
    """Gives each compound row its "status" at a moment. Never decided by cells alone: a zone ends at a wall."""
    zones = holding(session, at)
    shapes = [compound["geometry"] for compound in compounds]
    levels: list[list[str]] = [[] for _ in compounds]
    if zones and shapes:
        which, over = shapely.STRtree([zone["geometry"] for zone in zones]).query(shapes, predicate="intersects")
        for at_compound, at_zone in zip(which.tolist(), over.tolist(), strict=True):
            shape = shapes[at_compound]
            if shape.intersection(zones[at_zone]["geometry"]).area >= LEAST_SHARE * shape.area:
                levels[at_compound].append(zones[at_zone]["level"])
    for compound, found in zip(compounds, levels, strict=True):
        compound["status"] = status_of(found)
