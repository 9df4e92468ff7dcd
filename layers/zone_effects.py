"""What a quarantine zone would do if it held: asked before it is proposed, decided by geometry.

Homes, gates and drops are compared with the outline itself. Of a need only the leaf cell is used (some 5 m), as
everywhere outside of its private part: moving an outline about must not find out whose door it was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data import boxes
from geo.coordinates import Box
from geo.distances import EARTH_RADIUS_M
from geo.walls import EDGE_M
from layers import catalogue
from layers.compounds.rules import LEAST_SHARE
from layers.description import Layer
from layers.zone_needs import needs_inside

#: Fields of a feature that are told of it, beside its id.
TOLD = {
    "checkpoints": ("name", "kind", "state"),
    "volunteer_shifts": ("organization", "role", "starts_at", "ends_at", "places_filled"),
    "supply_drops": ("name", "organization", "state", "window_from", "window_to"),
    "quarantine_zones": ("name", "level", "state", "valid_from", "valid_to"),
}


@dataclass(frozen=True)
class Effects:
    """What lies in a zone, or is touched by it, while it would hold.

    compounds: rows with `share`, the part of their area inside, of those inside and those cut through; the households
    of the latter cannot be told apart, so they are counted whole. taken: needs that an organization is on its way to,
    and `people` affected by them. gates: checkpoints on the border, with their distance from it in metres.
    """

    inside: list[dict[str, Any]] = field(default_factory=list)
    cut: list[dict[str, Any]] = field(default_factory=list)
    needs: dict[str, Any] = field(default_factory=dict)
    gates: list[dict[str, Any]] = field(default_factory=list)
    shifts: list[dict[str, Any]] = field(default_factory=list)
    drops: list[dict[str, Any]] = field(default_factory=list)
    zones: list[dict[str, Any]] = field(default_factory=list)


def effects_of(session: Session, outline: BaseGeometry, starts: datetime, ends: datetime | None) -> Effects:
    """What a zone over polygons in WGS 84 degrees would do from `starts` to `ends`, None for without end."""
    west, south, east, north = outline.bounds
    margin = EDGE_M / 50_000.0  # degrees; more than EDGE_M up to 60 degrees of latitude
    near = Box(west - margin, south - margin, east + margin, north + margin)

    def rows_of(name: str, *over: str) -> list[dict[str, Any]]:
        layer = catalogue.layer(name)
        return [row for row in _during(session, layer, near, starts, ends) if row.get(layer.state_field) not in over]

    shapely.prepare(outline)
    inside, cut = _compounds(outline, rows_of("compounds"))
    return Effects(
        inside,
        cut,
        needs_inside(session, outline),
        _gates(outline, rows_of("checkpoints", "closed")),
        _told("volunteer_shifts", _touched(outline, rows_of("volunteer_shifts", "cancelled"))),
        _told("supply_drops", _touched(outline, rows_of("supply_drops", "cancelled", "distributed"))),
        _told("quarantine_zones", _touched(outline, rows_of("quarantine_zones", "lifted"))),
    )


def _during(session: Session, layer: Layer, box: Box, starts: datetime, ends: datetime | None) -> list[dict[str, Any]]:
    """Features whose bounds touch the box and whose interval meets [starts, ends)."""
    began, ended = (layer.table.c[name] for name in layer.interval)
    query = select(layer.table).where(boxes.touching(session, layer.table, box), or_(ended.is_(None), ended > starts))
    if ends is not None:
        query = query.where(or_(began.is_(None), began < ends))
    return [dict(row) for row in session.execute(query.order_by(layer.table.c.id)).mappings()]


def _compounds(
    outline: BaseGeometry, rows: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Those inside and those cut through, each with the share of its area that is inside.

    Less than LEAST_SHARE on either side of the line is taken for a drawing error along a wall, as for the status.
    """
    if not rows:
        return [], []
    shapes = np.array([row["geometry"] for row in rows], dtype=object)
    share = shapely.contains_properly(outline, shapes).astype(float)
    crossing = share == 0
    share[crossing] = shapely.area(shapely.intersection(shapes[crossing], outline)) / shapely.area(shapes[crossing])
    told = [
        {name: row[name] for name in ("id", "name", "community", "households", "population")}
        | {"share": round(float(part), 3)}
        for row, part in zip(rows, share.tolist(), strict=True)
    ]
    inside = [one for one, part in zip(told, share.tolist(), strict=True) if part > 1 - LEAST_SHARE]
    cut = [one for one, part in zip(told, share.tolist(), strict=True) if LEAST_SHARE <= part <= 1 - LEAST_SHARE]
    return inside, cut


def _gates(outline: BaseGeometry, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    if not rows:
        return []
    _, south, _, north = outline.bounds
    flat = np.array([math.cos(math.radians((south + north) / 2)), 1.0])  # degrees of one length in both directions
    border = shapely.transform(outline.boundary, lambda places: places * flat)
    points = shapely.transform(np.array([row["geometry"] for row in rows], dtype=object), lambda places: places * flat)
    metres = np.radians(shapely.distance(points, border)) * EARTH_RADIUS_M
    return [
        one | {"metres": round(distance)}
        for one, distance in zip(_told("checkpoints", rows), metres.tolist(), strict=True)
        if distance <= EDGE_M
    ]


def _touched(outline: BaseGeometry, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    hit = shapely.intersects(outline, np.array([row["geometry"] for row in rows], dtype=object))
    return [row for row, is_hit in zip(rows, hit.tolist(), strict=True) if is_hit]


def _told(layer: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in ("id", *TOLD[layer])} for row in rows]
