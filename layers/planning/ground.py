"""The ground of a plan: where people can walk at one moment, between which walls, and through which open gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from data import boxes
from data.streets import streets_in
from geo.boxes import likely_count
from geo.cells import COVER, Cells, Degrees, centers, parent
from geo.coordinates import Box
from geo.covers import cells_at, covers
from geo.distances import METRES_A_DEGREE
from geo.reach import Closed, Network, Places, leads_out, straight_metres, surroundings
from geo.street_network import KNOWN_M, OverStreets, Walls, street_network
from geo.walls import Positions, closed_areas, places_of
from layers.checkpoints.record import Checkpoint
from layers.compound_status import add_status
from layers.compounds.record import Compound
from layers.errors import TooMuch
from layers.homes import Homes, homes_within_walls
from layers.opening import is_open
from layers.planning.rules import Way
from layers.quarantine_zones.queries import holding
from layers.vocabulary.queries import special_days

#: Levels of zones whose borders are closed: nobody leaves them. A precaution zone is walked through.
CLOSED_LEVELS = ("lockdown", "control")

#: Streets are read by cells of this resolution, some 20 km across: one query each, and none for what lies between.
STREETS_RESOLUTION = 5

#: Cells of one network. A million is 2,000 km² or more, some 3 GB while it is made, and no plan for people on foot.
MOST_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Gate:
    """A checkpoint that is open at the moment."""

    name: str
    lng: float
    lat: float
    compound: str | None
    staff_wanted: int


@dataclass(frozen=True)
class Restrictions:
    """Closed zones, the compounds under them (rows with name, households, geometry, status) and open gates at a moment.

    Locked compounds are closed by themselves too, whatever else their zone holds.
    """

    zones: Sequence[dict[str, Any]]
    compounds: Sequence[dict[str, Any]]
    gates: Sequence[Gate]

    @cached_property
    def locked(self) -> list[dict[str, Any]]:
        """The compounds in lockdown."""
        return [one for one in self.compounds if one["status"] == "locked"]

    @cached_property
    def homes(self) -> Homes:
        """Where the households of the compounds in lockdown stand."""
        return homes_within_walls(self.locked)

    @cached_property
    def outlines(self) -> list[BaseGeometry]:
        """The outlines of everything closed: zones, then compounds."""
        return [one["geometry"] for one in (*self.zones, *self.locked)]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The network around some cells, its closed areas with their outlines, and where somebody from outside can come.

    way: what the ground of the cells themselves is.
    """

    over: OverStreets
    closed: Sequence[Closed]
    outlines: Sequence[BaseGeometry]
    leads_there: NDArray[np.bool_]
    way: Way

    @property
    def network(self) -> Network:
        """Where people can walk."""
        return self.over.network

    def places(self, lngs: Degrees, lats: Degrees) -> Places:
        """The places in the network of positions, each on its side of walls, rivers and railways; -1 outside of it."""
        places = places_of(self.network.cells, self.closed, self.outlines, lngs, lats)
        return self.over.on_own_bank(places, lngs, lats)


def restrictions_at(session: Session, at: datetime, zone: ZoneInfo) -> Restrictions:
    """What is closed and what is open at a moment, anywhere."""
    zones = [one for one in holding(session, at) if one["level"] in CLOSED_LEVELS]
    return Restrictions(zones, _compounds(session, zones, at), _gates(session, at, zone))


def ground_around(session: Session, cells: Cells, minutes: float, restrictions: Restrictions) -> Ground:
    """The ground within so many minutes of some cells, with all of the closed areas that touch it; over streets where
    they are known.

    Raises TooMuch where that is more than one network holds.
    """
    near = surroundings(cells, straight_metres(minutes))
    chosen = _touching(near, restrictions)
    outlines = [restrictions.outlines[at] for at in chosen]
    _check_size(len(near) + sum(likely_count(Box(*shape.bounds), COVER) for shape in outlines))
    inside = [cells_at(one, COVER) for one in covers(outlines)]
    wide = np.union1d(near, surroundings(np.concatenate([near[:0], *inside]), 1.0))
    _check_size(len(wide))
    gates = _leading_into(restrictions, chosen)
    closed = closed_areas(wide, outlines, gates)
    over = street_network(wide, Walls(closed, outlines, gates), streets_in(session, _boxes_around(wide)))
    asked = over.known[over.network.places(np.unique(cells))]
    way: Way = "open" if not asked.any() else "streets" if asked.all() else "both"
    return Ground(over, closed, outlines, leads_out(over.network), way)


def _boxes_around(cells: Cells) -> Iterator[Box]:
    """Boxes that hold every street that cells may hang on."""
    lngs, lats = centers(cells)
    group = parent(cells, STREETS_RESOLUTION)
    for one in np.unique(group).tolist():
        lng, lat = lngs[group == one], lats[group == one]
        margin = KNOWN_M / METRES_A_DEGREE
        wide = margin / max(np.cos(np.radians(np.abs(lat).max())), 0.01)
        sides = (lng.min() - wide, lat.min() - margin, lng.max() + wide, lat.max() + margin)
        yield Box(*np.clip(sides, (-180, -90, -180, -90), (180, 90, 180, 90)).tolist())


def _check_size(cells: float) -> None:
    if cells > MOST_CELLS:
        raise TooMuch("the area is too large for one plan on foot: name a part of it by its box")


def _touching(cells: Cells, restrictions: Restrictions) -> list[int]:
    """Which closed outlines have bounds that hold the centre of a cell, or lie about it."""
    if not len(cells):
        return []
    lngs, lats = centers(cells)
    west, south, east, north = lngs.min(), lats.min(), lngs.max(), lats.max()
    bounds = shapely.bounds(restrictions.outlines).reshape(-1, 4)
    over = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return [int(at) for at in np.flatnonzero(over)]


def _leading_into(restrictions: Restrictions, areas: Sequence[int]) -> list[Positions]:
    """The gates that may lead into each area: into a zone any, into a compound those that name it or none."""
    gates, zones = restrictions.gates, len(restrictions.zones)
    lngs = np.array([gate.lng for gate in gates], dtype=float)
    lats = np.array([gate.lat for gate in gates], dtype=float)
    named = np.array([gate.compound or "" for gate in gates], dtype=object)
    into_any = np.ones(len(gates), dtype=bool)
    may_lead = [
        into_any if at < zones else (named == "") | (named == restrictions.locked[at - zones]["name"]) for at in areas
    ]
    return [(lngs[one], lats[one]) for one in may_lead]


def _compounds(session: Session, zones: Sequence[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    table: Table = Compound.__table__  # type: ignore[assignment]
    found: dict[int, dict[str, Any]] = {}
    query = select(Compound.id, Compound.name, Compound.households, Compound.geometry)
    for one in zones:
        near = boxes.touching(session, table, Box(*one["geometry"].bounds))
        rows = session.execute(query.where(near, *_holds(Compound, at))).mappings()
        found.update({row["id"]: dict(row) for row in rows})
    compounds = [found[number] for number in sorted(found)]
    add_status(session, compounds, at)
    return [one for one in compounds if one["status"] != "open"]


def _gates(session: Session, at: datetime, zone: ZoneInfo) -> list[Gate]:
    point = Checkpoint
    query = select(point.name, point.geometry, point.compound, point.staff_wanted, point.hours)
    query = query.where(point.state == "open", *_holds(Checkpoint, at)).order_by(point.id)
    special = special_days(session)
    return [
        Gate(name, where.x, where.y, compound, wanted)
        for name, where, compound, wanted, hours in session.execute(query)
        if is_open(hours, at, zone, special)
    ]


def _holds(of: type[Compound] | type[Checkpoint], at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return or_(of.valid_from.is_(None), of.valid_from <= at), or_(of.valid_to.is_(None), of.valid_to > at)
