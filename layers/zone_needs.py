"""The open needs inside an outline: those of whole cells from the figures kept, those along its border one by one.

Of a need only its leaf cell is used (some 5 m): moving an outline about must not find out whose door it was.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from data import boxes
from geo import cells
from geo.cells import COARSEST, FINEST, Cells
from geo.coordinates import Box
from geo.interior import interior
from layers.cell_state.queries import open_column
from layers.cell_state.record import cell_rollups
from layers.needs.record import Need
from layers.needs.rules import OPEN
from layers.vocabulary.queries import vocabulary

#: Cells along the border that are looked into: with more there are fewer needs to read, and more ranges to seek.
MOST_ON_BORDER = 400


def needs_inside(session: Session, outline: BaseGeometry) -> dict[str, Any]:
    """How many needs in polygons of WGS 84 degrees are "open", and of these "urgent" and "taken" by an organization;
    of those taken the "people" affected and the "organizations" on their way.
    """
    whole, border = interior(outline, MOST_ON_BORDER)
    opened, urgent = _of_whole(session, whole)
    # Written so, the store seeks by leaf; by state SQLite would hold every open need against four hundred ranges.
    is_open = case((Need.state.in_(OPEN), 1), else_=0) == 1
    along = select(Need.leaf, Need.urgency == "urgent").where(is_open, boxes.leaves_under(Need.leaf, border))
    on_border = _inside(session, outline, along)
    assigned = select(Need.leaf, Need.people, Need.organization).where(Need.state == "assigned")
    near = boxes.leaves_near(Need.leaf, Box(*outline.bounds))
    taken = _inside(session, outline, assigned if near is None else assigned.where(near))
    return {
        "open": opened + len(on_border),
        "urgent": urgent + sum(is_urgent for _, is_urgent in on_border),
        "taken": len(taken),
        "people": sum(people for _, people, _ in taken),
        "organizations": sorted({organization for *_, organization in taken if organization}),
    }


def _of_whole(session: Session, whole: Cells) -> tuple[int, int]:
    """The open needs of cells of any mix of resolutions, and the urgent ones among them."""
    kept = cell_rollups.c
    opened = sum((kept[open_column(slot)] for slot in vocabulary(session).slots.values()), start=0)
    here = kept.res.in_(range(COARSEST, FINEST + 1)) & kept.cell.in_(whole.tolist())
    found = session.execute(select(func.sum(opened), func.sum(kept.urgent)).where(here)).one()
    return int(found[0] or 0), int(found[1] or 0)


def _inside(session: Session, outline: BaseGeometry, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Those rows, led by their leaf, whose leaf has its centre in the outline."""
    rows = session.execute(query).all()
    lngs, lats = cells.centers(np.array([row[0] for row in rows], dtype=np.int64))
    is_inside = shapely.intersects_xy(outline, lngs, lats).tolist()
    return [tuple(row) for row, is_in in zip(rows, is_inside, strict=True) if is_in]
