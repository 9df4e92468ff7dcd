"""Where the households of compounds live: shared over the cells of each compound, as cell state shares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.cells import COVER, Cells, Degrees, centers
from geo.covers import apportion_many, covers


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """The households of one compound in one cell a row: arrays of one length.

    cells: of resolution 11. lngs, lats: a place of theirs. owner: the position of the compound in the list asked for.
    """

    cells: Cells
    lngs: Degrees
    lats: Degrees
    owner: NDArray[np.intp]
    households: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_]) -> Homes:
        """The rows chosen."""
        return Homes(*(getattr(self, name)[chosen] for name in self.__slots__))


def homes_of(compounds: Sequence[Mapping[str, Any]]) -> Homes:
    """The cells in which households of compounds live, each with its centre as their place."""
    made = covers([row["geometry"] for row in compounds])
    found, households, owner = apportion_many([row["households"] for row in compounds], made, COVER)
    lngs, lats = centers(found)
    return Homes(found, lngs, lats, owner, households).of(households > 0)


def homes_within_walls(compounds: Sequence[Mapping[str, Any]]) -> Homes:
    """`homes_of`; where a cell's centre is outside of the walls, their place is in the middle of the compound."""
    homes = homes_of(compounds)
    lngs, lats = homes.lngs.copy(), homes.lats.copy()
    for at, row in enumerate(compounds):
        own = np.flatnonzero(homes.owner == at)
        outside = own[~shapely.intersects_xy(row["geometry"], lngs[own], lats[own])]
        middle = row["geometry"].representative_point()
        lngs[outside], lats[outside] = middle.x, middle.y
    return replace(homes, lngs=lngs, lats=lats)
