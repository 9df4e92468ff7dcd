"""What is asked of compounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from data import boxes
from geo.cells import Degrees, cells_of
from geo.coordinates import Box
from layers.compounds.record import Compound

#: Half the side of the box, in degrees (about a metre), with which the index is asked for one position.
AROUND = 1e-5

#: Degrees (some 15 km). The map draws outlines from a zoom on that shows this much on a desktop; a wider box would
#: open as an empty page.
WIDEST_WITH_OUTLINES = 0.15

#: Degrees (some 500 m) within which a place is called by the nearest compound.
NEAR_DEGREES = 0.005

#: The resolution whose cells, some 2.5 km across, are neighbourhoods.
NEIGHBOURHOOD = 7


@dataclass(frozen=True, slots=True)
class Named:
    """A compound by the words people may use for it."""

    id: int
    name: str
    aliases: tuple[str, ...]
    source_id: str | None
    community: str | None
    subdistrict: str | None


def named(session: Session, at: datetime) -> list[Named]:
    """Every compound there is at a moment, by name."""
    return _named(session, *_holding(at))


def names(session: Session, at: datetime, most: int) -> list[str]:
    """The names of the compounds there are at a moment, in order; so many of them at most."""
    query = select(Compound.name).where(*_holding(at)).order_by(Compound.name, Compound.id).limit(most)
    return list(session.execute(query).scalars())


def standing(session: Session, at: datetime) -> list[int]:
    """The ids of the compounds there are at a moment, ascending."""
    return list(session.execute(select(Compound.id).where(*_holding(at)).order_by(Compound.id)).scalars())


def by_id(session: Session, compound_id: int, at: datetime) -> Named | None:
    """The compound of an id, if it is there at a moment."""
    return next(iter(_named(session, Compound.id == compound_id, *_holding(at))), None)


def _named(session: Session, *which: ColumnElement[bool]) -> list[Named]:
    query = select(
        Compound.id, Compound.name, Compound.aliases, Compound.source_id, Compound.community, Compound.subdistrict
    )
    rows = session.execute(query.where(*which).order_by(Compound.name, Compound.id))
    return [Named(i, name, tuple(others or ()), *more) for i, name, others, *more in rows]


def compound_at(session: Session, lng: float, lat: float, at: datetime) -> str | None:
    """The name of the compound whose outline holds a position at a moment; the older one where two do."""
    around = Box(max(lng - AROUND, -180.0), max(lat - AROUND, -90.0), min(lng + AROUND, 180.0), min(lat + AROUND, 90.0))
    near = boxes.touching(session, Compound.__table__, around)  # type: ignore[arg-type]
    query = select(Compound.name, Compound.geometry).where(near, *_holding(at)).order_by(Compound.id)
    point = shapely.Point(lng, lat)
    return next((name for name, outline in session.execute(query) if shapely.intersects(outline, point)), None)


def nearest_names(session: Session, lngs: Degrees, lats: Degrees, at: datetime) -> list[str]:
    """For each position the name of the nearest compound there is at a moment, "" where none is within NEAR_DEGREES."""
    if not len(lngs):
        return []
    margin = (NEAR_DEGREES, NEAR_DEGREES)
    west, south = np.maximum((lngs.min(), lats.min()), (-180.0, -90.0)) - margin
    east, north = np.minimum((lngs.max(), lats.max()), (180.0, 90.0)) + margin
    around = Box(max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))
    near = boxes.touching(session, Compound.__table__, around)  # type: ignore[arg-type]
    rows = session.execute(
        select(Compound.name, Compound.geometry).where(near, *_holding(at)).order_by(Compound.id)
    ).all()
    found = [""] * len(lngs)
    tree = shapely.STRtree([row.geometry for row in rows])
    which, nearest = tree.query_nearest(shapely.points(lngs, lats), max_distance=NEAR_DEGREES, all_matches=False)
    for position, compound in zip(which.tolist(), nearest.tolist(), strict=True):
        found[position] = rows[compound].name
    return found


def outline_by_id(session: Session, compound_id: int) -> shapely.Geometry:
    """The outline of a compound that is there."""
    outline: shapely.Geometry = session.execute(
        select(Compound.geometry).where(Compound.id == compound_id)
    ).scalar_one()
    return outline


def _holding(at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    starts, ends = Compound.valid_from, Compound.valid_to
    return starts.is_(None) | (starts <= at), ends.is_(None) | (ends > at)


def outlines_by_name(session: Session) -> dict[str, shapely.Geometry]:
    """Outline of every compound under its name, its other names and its source id."""
    query = select(Compound.name, Compound.aliases, Compound.source_id, Compound.geometry)
    outlines: dict[str, shapely.Geometry] = {}
    for name, aliases, source_id, geometry in session.execute(query):
        for word in (name, *(aliases or ()), source_id):
            if word:
                outlines.setdefault(word, geometry)
    return outlines


def bounds_worth_seeing(session: Session) -> tuple[float, float, float, float] | None:
    """West, south, east and north of all compounds together, WGS 84 degrees; None where there are none.

    Where that is too wide to draw outlines in, those of the neighbourhood with most of them.
    """
    shapes = list(session.execute(select(Compound.geometry)).scalars())
    if not shapes:
        return None
    bounds = shapely.bounds(shapes)
    if np.ptp(bounds, axis=0).max() > WIDEST_WITH_OUTLINES:
        lngs, lats = shapely.get_coordinates(shapely.centroid(shapes)).T
        around = cells_of(lngs, lats, NEIGHBOURHOOD)
        found, counts = np.unique(around, return_counts=True)
        bounds = bounds[around == found[counts.argmax()]]
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    return west, south, east, north
