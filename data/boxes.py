"""Which rows of a table lie in a box: by the store's spatial index, or by leaf ranges where only the cell is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, Table, column, func, or_, select, table
from sqlalchemy.orm import Session

from geo import cells
from geo.boxes import TooMany, cells_near
from geo.cells import Cells
from geo.coordinates import Box

#: Leaf ranges asked for at once. More follow the box closer and cost more seeks.
MOST_RANGES = 200


def touching(session: Session, of: Table, box: Box) -> ColumnElement[bool]:
    """The condition that a row's geometry has bounds that touch the box, answered by the spatial index."""
    if session.get_bind().dialect.name == "postgresql":
        envelope = func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326)
        return of.c.geometry.op("&&")(envelope)
    index = table(f"idx_{of.name}_geometry", *(column(name) for name in ("pkid", "xmin", "xmax", "ymin", "ymax")))
    inside = select(index.c.pkid).where(
        index.c.xmin <= box.east, index.c.xmax >= box.west, index.c.ymin <= box.north, index.c.ymax >= box.south
    )
    return of.c.id.in_(inside)


def leaves_near(leaf: SQLColumnExpression[Any], box: Box) -> ColumnElement[bool] | None:
    """The condition that a leaf cell lies in or close around the box; None where the box is nearly everything.

    It holds for every leaf inside the box and for some outside, so the exact place is to be compared as well.
    """
    for res in range(cells.FINEST, 0, -1):
        try:
            found = cells_near(box, res, MOST_RANGES)
        except TooMany:
            continue
        return leaves_under(leaf, found)
    return None


def leaves_under(leaf: SQLColumnExpression[Any], found: Cells) -> ColumnElement[bool]:
    """The condition that a leaf cell lies under one of some cells."""
    lo, hi = cells.leaf_ranges(found)
    return or_(False, *(leaf.between(a, b) for a, b in zip(lo.tolist(), hi.tolist(), strict=True)))
