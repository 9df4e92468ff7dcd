"""Where a shift is, in words that a volunteer finds the way by: the post it was planned for, which lies at the edge of
what it looks after more often than not; else the names of its compounds; else the nearest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.cells import centers, from_hex
from layers.compounds.queries import named, nearest_names
from layers.planning.queries import posts_of
from layers.volunteer_shifts.record import VolunteerShift


@dataclass(frozen=True, slots=True)
class Area:
    """Names of compounds; `is_near` where they are not of the shift itself. A place inside it, WGS 84 degrees."""

    names: tuple[str, ...]
    is_near: bool
    lng: float
    lat: float


def areas_of(session: Session, rows: Sequence[Mapping[str, Any]], at: datetime) -> dict[int, Area]:
    """By the number of each shift, where it is."""
    ids = [row["id"] for row in rows]
    shift = VolunteerShift
    drawn = session.execute(select(shift.id, shift.geometry).where(shift.id.in_(ids))).all()
    if not drawn:
        return {}
    inside = shapely.point_on_surface([one.geometry for one in drawn])
    lngs, lats = shapely.get_x(inside), shapely.get_y(inside)
    near = nearest_names(session, np.asarray(lngs), np.asarray(lats), at)
    own, posts = _names_of(session, rows, at), posts_of(session, rows)
    found = {
        one.id: Area(own.get(one.id) or tuple(filter(None, (name,))), not own.get(one.id), round(lng, 5), round(lat, 5))
        for one, name, lng, lat in zip(drawn, near, lngs.tolist(), lats.tolist(), strict=True)
    }
    return found | {number: _area_of_post(post) for number, post in posts.items() if number in found}


def _area_of_post(post: Mapping[str, Any]) -> Area:
    lngs, lats = centers(np.array([from_hex(post["cell"])]))
    return Area((post["near"],) if post["near"] else (), True, round(float(lngs[0]), 5), round(float(lats[0]), 5))


def _names_of(session: Session, rows: Sequence[Mapping[str, Any]], at: datetime) -> dict[int, tuple[str, ...]]:
    """The compounds that shifts name, as the compounds call themselves."""
    if not any(row["compounds"] for row in rows):
        return {}
    called = {word: one.name for one in named(session, at) for word in (*one.aliases, one.source_id or "", one.name)}
    return {row["id"]: tuple(called.get(word, word) for word in row["compounds"]) for row in rows if row["compounds"]}
