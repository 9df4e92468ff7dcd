"""Which area a place is in: by geometry, from outlines held in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from data.areas.intake import VERSION_KEY
from data.areas.record import FOUND, TABLE, FoundArea
from data.keeping import kept

#: What the community of a place is called where no known community holds it.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Outlines:
    """The areas of one level as they stood at one version, ready to be asked. Smallest outlines come first."""

    version: str | None
    areas: NDArray[np.object_]
    outlines: NDArray[np.object_]
    tree: shapely.STRtree


#: By store (its connection pool) and level; made again when the level's version has moved on.
_in_memory: WeakKeyDictionary[Pool, dict[str, _Outlines]] = WeakKeyDictionary()
_making = threading.Lock()


def areas_at(session: Session, level: str, lngs: ArrayLike, lats: ArrayLike) -> list[FoundArea | None]:
    """For each WGS 84 place the area of this level it lies in, its border included; None where there is none.

    Where outlines overlap, the smallest one counts.
    """
    held = _outlines(session, level, kept(session, VERSION_KEY))
    x, y = np.asarray(lngs, dtype=np.float64), np.asarray(lats, dtype=np.float64)
    found: list[FoundArea | None] = [None] * len(x)
    if not len(held.outlines) or not len(x):
        return found
    which, near = held.tree.query(shapely.points(x, y))
    inside = shapely.intersects_xy(held.outlines[near], x[which], y[which])
    smallest = np.full(len(x), len(held.outlines))
    np.minimum.at(smallest, which[inside], near[inside])
    for place in np.flatnonzero(smallest < len(held.outlines)):
        found[place] = held.areas[smallest[place]]
    return found


def communities_of(session: Session, lngs: ArrayLike, lats: ArrayLike) -> list[str]:
    """For each WGS 84 place the name of its community, "unknown" where no known community holds it."""
    return [area.name if area else UNKNOWN for area in areas_at(session, "community", lngs, lats)]


def community_of(session: Session, lng: float, lat: float) -> str:
    """The name of the community a WGS 84 place lies in, else "unknown"."""
    return communities_of(session, [lng], [lat])[0]


def _outlines(session: Session, level: str, version: str | None) -> _Outlines:
    """The outlines of a level from memory, read again only when the level has changed since."""
    levels = _in_memory.setdefault(session.get_bind().engine.pool, {})
    found = levels.get(level)
    if found is None or found.version != version:
        with _making:
            found = levels.get(level)
            if found is None or found.version != version:
                found = levels[level] = _read_outlines(session, level, version)
    return found


def _read_outlines(session: Session, level: str, version: str | None) -> _Outlines:
    query = select(*FOUND, TABLE.c.geometry).where(TABLE.c.level == level)
    rows = session.execute(query.where(TABLE.c.geometry.is_not(None)).order_by(TABLE.c.code)).all()
    outlines = np.array([row[-1] for row in rows], dtype=object)
    areas = np.empty(len(rows), dtype=object)
    areas[:] = [FoundArea(*row[:-1]) for row in rows]
    order = np.argsort(shapely.area(outlines), kind="stable")
    areas, outlines = areas[order], outlines[order]
    shapely.prepare(outlines)
    # A prepared outline makes its index at the first question, which two threads must not ask at once.
    corners = shapely.bounds(outlines).reshape(-1, 4)
    shapely.intersects_xy(outlines, corners[:, 0], corners[:, 1])
    return _Outlines(version, areas, outlines, shapely.STRtree(outlines))
