"""Who lives in an area, and where drops can stand: compounds by geometry, homes by cell, gates and known places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data import boxes
from geo import cells
from geo.coordinates import Box
from layers.checkpoints.record import Checkpoint
from layers.compound_status import add_status
from layers.compounds.record import Compound
from layers.compounds.rules import LEAST_SHARE
from layers.drop_plan.rules import CARE_SERVICES, Refused
from layers.homes import Homes
from layers.needs.record import Need
from layers.needs.rules import OPEN
from layers.supply_drops.queries import known_places
from layers.text import Text

#: Compounds of one plan: a subdistrict of a large city has some two hundred. More are planned in parts.
MOST_COMPOUNDS = 400

#: A place so near to a compound, in degrees (about 30 m), stands at it: gates stand before or behind the wall.
AT_THE_WALL = 0.0003

#: Homes of a compound too large for one place are gathered by the cells of this resolution, some 130 m across.
GATHERED = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a drop can stand. kind: the lowest is preferred; compounds: positions of those at whose wall it is."""

    name: str
    lng: float
    lat: float
    kind: int
    compounds: frozenset[int]


GATE, KNOWN, MIDDLE, CORNER = range(4)


def compounds_in(session: Session, outline: BaseGeometry, at: datetime) -> list[dict[str, Any]]:
    """Compounds with households of which more than a drawing error lies inside, with `status`, and `is_cut` for those
    that are not wholly inside: their households cannot be told apart and count whole. Raises Refused for too many.
    """
    outline = shapely.make_valid(outline)
    shapely.prepare(outline)
    table = Compound.__table__
    query = select(table).where(
        boxes.touching(session, table, Box(*outline.bounds)),  # type: ignore[arg-type]
        or_(Compound.valid_from.is_(None), Compound.valid_from <= at),
        or_(Compound.valid_to.is_(None), Compound.valid_to > at),
        Compound.households > 0,
    )
    found = []
    for row in session.execute(query.order_by(Compound.id)).mappings():
        share = shapely.area(shapely.intersection(row["geometry"], outline)) / shapely.area(row["geometry"])
        if share > LEAST_SHARE:
            found.append({**row, "is_cut": bool(share <= 1 - LEAST_SHARE)})
    if len(found) > MOST_COMPOUNDS:
        raise Refused(
            "area",
            Text(
                f"{len(found)} compounds lie in this area, and a plan takes {MOST_COMPOUNDS} at most: plan in parts",
                f"该区域内有{len(found)}个小区，一份方案最多{MOST_COMPOUNDS}个：请分片制定",
            ),
        )
    add_status(session, found, at)
    return found


def places_for(session: Session, compounds: Sequence[dict[str, Any]], at: datetime) -> list[Place]:
    """Gates, the middle of each compound, and where drops were lately, as far as they stand at one of the compounds."""
    shapes, box = [row["geometry"] for row in compounds], _around(compounds)
    gates = select(Checkpoint.name, Checkpoint.geometry).where(
        boxes.touching(session, Checkpoint.__table__, box),  # type: ignore[arg-type]
        Checkpoint.kind == "compound_entrance",
        Checkpoint.state == "open",
    )
    named = [(name, point, GATE) for name, point in session.execute(gates.order_by(Checkpoint.id))]
    named += [(name, point, KNOWN) for name, point in known_places(session, box, at)]
    named += [(row["name"], shapely.point_on_surface(row["geometry"]), MIDDLE) for row in compounds]
    points = np.array([point for _, point, _ in named], dtype=object)
    beside: dict[int, set[int]] = {}
    for point, compound in shapely.STRtree(shapes).query(points, predicate="dwithin", distance=AT_THE_WALL).T.tolist():
        beside.setdefault(point, set()).add(compound)
    found: dict[tuple[float, float], Place] = {}
    for position, own in sorted(beside.items()):
        name, point, kind = named[position]
        found.setdefault((point.x, point.y), Place(name, point.x, point.y, kind, frozenset(own)))
    return list(found.values())


def corners(compounds: Sequence[dict[str, Any]], homes: Homes, beyond: NDArray[np.bool_]) -> list[Place]:
    """Further places among the homes of compounds that are `beyond` the walk of all others: one of each larger cell."""
    found = []
    for compound in np.unique(homes.owner[beyond]).tolist():
        own = np.flatnonzero(homes.owner == compound)
        above = cells.cells_of(homes.lngs[own], homes.lats[own], GATHERED)
        for number, cell in enumerate(np.unique(above), 1):
            inside = own[above == cell]
            lng, lat = cells.center(int(cell))
            middle = inside[np.hypot(homes.lngs[inside] - lng, homes.lats[inside] - lat).argmin()]
            name = f"{compounds[compound]['name']} {number}"
            place = Place(name, float(homes.lngs[middle]), float(homes.lats[middle]), CORNER, frozenset((compound,)))
            found.append(place)
    return found


def care_asked(session: Session, compounds: Sequence[dict[str, Any]]) -> dict[int, int]:
    """By compound id, how many households there have an open request for care, as far as they can be told apart."""
    shapes = [row["geometry"] for row in compounds]
    near = boxes.leaves_near(Need.leaf, _around(compounds))
    query = select(Need.leaf, Need.household).where(Need.state.in_(OPEN), Need.service.in_(CARE_SERVICES))
    rows = session.execute(query if near is None else query.where(near)).all()
    if not rows:
        return {}
    points = shapely.points(*cells.centers(np.array([row.leaf for row in rows], dtype=np.int64)))
    asking: dict[int, set[Any]] = {}
    for need, compound in shapely.STRtree(shapes).query(points, predicate="intersects").T.tolist():
        household = rows[need].household or rows[need].leaf
        asking.setdefault(compounds[compound]["id"], set()).add(household)
    return {compound: len(households) for compound, households in asking.items()}


def _around(compounds: Sequence[dict[str, Any]]) -> Box:
    west, south, east, north = shapely.total_bounds([row["geometry"] for row in compounds]).tolist()
    return Box(
        max(west - AT_THE_WALL, -180.0), max(south - AT_THE_WALL, -90.0),
        min(east + AT_THE_WALL, 180.0), min(north + AT_THE_WALL, 90.0),
    )  # fmt: skip
