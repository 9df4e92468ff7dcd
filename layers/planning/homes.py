"""Where the households of compounds stand: shared over their cells, on the right side of the walls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo import cells
from geo.cells import COVER
from geo.covers import apportion_many, covers


@dataclass(frozen=True, slots=True)
class Homes:
    """Households of a compound (its position in the list asked for) in one cell, and a place of theirs."""

    compound: int
    cell: int
    lng: float
    lat: float
    households: int


def homes_of(compounds: Sequence[dict[str, Any]]) -> list[Homes]:
    """Where the households of compounds stand, shared over their cells as cell state shares them.

    Their place is the cell's centre, or where that is outside of the walls a place in the middle of the compound.
    """
    if not compounds:
        return []
    areas = covers([one["geometry"] for one in compounds])
    found, shares, owner = apportion_many([one["households"] for one in compounds], areas, COVER)
    lngs, lats = cells.centers(found)
    for at, one in enumerate(compounds):
        own = np.flatnonzero(owner == at)
        outside = own[~shapely.intersects_xy(one["geometry"], lngs[own], lats[own])]
        middle = one["geometry"].representative_point()
        lngs[outside], lats[outside] = middle.x, middle.y
    rows = zip(owner.tolist(), found.tolist(), lngs.tolist(), lats.tolist(), shares.tolist(), strict=True)
    return [Homes(*row) for row in rows if row[-1]]
