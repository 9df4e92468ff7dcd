"""What a post's sheet on paper says: compounds and what is open there now, and the gate to use. Nothing private."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import boxes
from geo.cells import COVER, centers, from_hex, leaf_ranges, parent
from geo.coordinates import Box
from geo.distances import great_circle_m
from geo.walls import gates_of
from layers.compounds.queries import nearest_names
from layers.compounds.record import Compound
from layers.needs.record import Need
from layers.needs.rules import OPEN
from layers.planning.ground import Gate, Restrictions, restrictions_at
from layers.vocabulary.queries import vocabulary

#: Degrees (some 150 m) that the map of a post shows beyond what it looks after.
MARGIN = 0.0015


@dataclass(slots=True)
class Around:
    """One compound on a post's sheet: open requests by service, how many of them are urgent, and the way in.

    is_closed: it stands under a closed zone. gates: its open gates, its own first, then the nearest to the post.
    """

    name: str
    services: Counter[str] = field(default_factory=Counter)
    urgent: int = 0
    is_closed: bool = False
    gates: list[Gate] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PostSheet:
    """A post (as kept), the compounds it looks after, and the shapes of its map."""

    post: Mapping[str, Any]
    compounds: Sequence[Around]
    box: Box
    outlines: Sequence[tuple[str, BaseGeometry]]
    zones: Sequence[tuple[str, BaseGeometry]]
    gates: Sequence[Gate]


def sheets_of(session: Session, row: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> list[PostSheet]:
    """A sheet for each post of a kept plan, by what is open now and which gates are open when its window begins."""
    at = max(row["starts_at"], now)
    restrictions = restrictions_at(session, at, zone)
    return [_sheet(session, row, post, restrictions, at) for post in row["content"]["posts"]]


def _sheet(
    session: Session, row: Mapping[str, Any], post: Mapping[str, Any], restrictions: Restrictions, at: datetime
) -> PostSheet:  # fmt: skip
    cells = np.array(sorted({from_hex(one) for one in (post["cell"], *post["cells"])}), dtype=np.int64)
    lngs, lats = centers(cells)
    names = dict(zip(cells.tolist(), nearest_names(session, lngs, lats, at), strict=True))
    looked_after = {names[from_hex(one)] for one in post["cells"]}
    around = {name: Around(name) for name in sorted(looked_after)}
    for cell, service, urgency in _open_needs(session, row["role"], cells):
        one = around.setdefault(names[cell], Around(names[cell]))
        one.services[service] += 1
        one.urgent += urgency == "urgent"
    for compound in restrictions.compounds:
        if compound["name"] in around:
            _way_in(around[compound["name"]], compound, restrictions, post)
    box = Box(lngs.min() - MARGIN, lats.min() - MARGIN, lngs.max() + MARGIN, lats.max() + MARGIN)
    shapes = _outlines(session, box)
    zones = [(one["level"], one["geometry"]) for one in restrictions.zones if _is_near(one["geometry"], box)]
    gates = [gate for gate in restrictions.gates if box.contains(gate.lng, gate.lat)]
    return PostSheet(post, list(around.values()), box, shapes, zones, gates)


def _open_needs(session: Session, role: str, cells: Any) -> list[tuple[int, str, str]]:
    """Cell, service and urgency of the open needs of a role in some cells."""
    first, last = leaf_ranges(cells)
    services = vocabulary(session).serves.get(role, frozenset())
    query = select(Need.leaf, Need.service, Need.urgency).where(
        Need.state.in_(OPEN), Need.service.in_(services), Need.leaf.between(int(first.min()), int(last.max()))
    )
    rows = session.execute(query).all()
    found = parent(np.array([row[0] for row in rows], dtype=np.int64), COVER).tolist() if rows else []
    known = set(cells.tolist())
    return [(cell, row[1], row[2]) for cell, row in zip(found, rows, strict=True) if cell in known]


def _way_in(one: Around, compound: Mapping[str, Any], restrictions: Restrictions, post: Mapping[str, Any]) -> None:
    """The open gates into a closed compound: those that name it, and those on a border around it that name none."""
    one.is_closed = True
    edges = [
        compound["geometry"],
        *(z["geometry"] for z in restrictions.zones if z["geometry"].intersects(compound["geometry"])),
    ]
    lngs = np.array([gate.lng for gate in restrictions.gates], dtype=float)
    lats = np.array([gate.lat for gate in restrictions.gates], dtype=float)
    near = {int(at) for edge in edges for at in gates_of(edge, lngs, lats)}
    found = [
        gate
        for at, gate in enumerate(restrictions.gates)
        if gate.compound == one.name or (at in near and not gate.compound)
    ]

    def way(gate: Gate) -> tuple[bool, float]:
        metres = float(great_circle_m(gate.lng, gate.lat, post["lng"], post["lat"]))
        return gate.compound != one.name, metres

    one.gates = sorted(found, key=way)


def _outlines(session: Session, box: Box) -> list[tuple[str, BaseGeometry]]:
    near = boxes.touching(session, Compound.__table__, box)  # type: ignore[arg-type]
    rows = session.execute(select(Compound.name, Compound.geometry).where(near).order_by(Compound.id))
    return [(name, outline) for name, outline in rows]


def _is_near(shape: BaseGeometry, box: Box) -> bool:
    return bool(shape.intersects(shapely.box(box.west, box.south, box.east, box.north)))
