"""The cells of one resolution in which something holds, with the JSON of each kept ready. Knows no database."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.cells import Cells, centers
from geo.coordinates import Box

#: Cells in one segment. H3 order keeps neighbours together, so a box touches few segments; smaller ones are skipped
#: more exactly, larger ones cost fewer looks. 512 cells of one resolution are a patch about 25 cells wide.
SEGMENT = 512

#: Positions kept of boxes that were looked up, all boxes together, and how many of them a box counts for itself: 4 MB
#: a sheet, also where somebody asks for very many small boxes. A screen holds some thousand positions.
MOST_KEPT, OF_A_BOX = 500_000, 60


class Sheet:
    """Cells in index order with their centres, in segments with bounds; `packed`, an object array, is b"" where
    nothing holds, None where it is not known.
    """

    def __init__(self, res: int, cells: Cells) -> None:
        self.res = res
        self._take(cells)
        self.forget_all()

    def _take(self, cells: Cells) -> None:
        self.cells = cells
        self.lngs, self.lats = centers(cells)
        self._bound()
        self._kept: dict[Box, NDArray[np.intp]] = {}
        self._kept_positions = 0

    def _bound(self) -> None:
        starts = np.arange(0, len(self.cells), SEGMENT)
        if not len(starts):
            self._bounds = np.empty((4, 0))
            return
        self._bounds = np.vstack(
            (
                np.minimum.reduceat(self.lngs, starts),
                np.minimum.reduceat(self.lats, starts),
                np.maximum.reduceat(self.lngs, starts),
                np.maximum.reduceat(self.lats, starts),
            )
        )

    def add(self, cells: Cells) -> None:
        """Takes in cells that are not here yet (in any order, some may be here)."""
        new = np.setdiff1d(cells, self.cells)
        if not len(new):
            return
        old, packed = self.cells, self.packed
        self._take(np.union1d(old, new))
        self.forget_all()
        self.packed[np.searchsorted(self.cells, old)] = packed

    def inside(self, box: Box) -> NDArray[np.intp]:
        """Positions of the cells whose centre is in the half-open box, in index order. Not to be written to.

        Kept until a cell is added: whoever looks at the map asks for the same tiles again, and so do their colleagues.
        """
        found = self._kept.get(box)
        if found is None:
            found = self._found(box)
            if self._kept_positions > MOST_KEPT:
                self._kept.clear()
                self._kept_positions = 0
            self._kept[box] = found
            self._kept_positions += len(found) + OF_A_BOX
        return found

    def _found(self, box: Box) -> NDArray[np.intp]:
        west, south, east, north = self._bounds
        near = np.flatnonzero((west < box.east) & (east >= box.west) & (south < box.north) & (north >= box.south))
        if not len(near):
            return np.empty(0, dtype=np.intp)
        at = (near[:, None] * SEGMENT + np.arange(SEGMENT)).ravel()
        at = at[at < len(self.cells)]
        found: NDArray[np.intp] = at[box.contains_each(self.lngs[at], self.lats[at])]
        return found

    def forget(self, first: int, last: int) -> None:
        """What is packed of the cells from `first` to `last` is no longer known."""
        start = int(np.searchsorted(self.cells, first, side="left"))
        end = int(np.searchsorted(self.cells, last, side="right"))
        self.packed[start:end] = None

    def forget_all(self) -> None:
        """Nothing that is packed is known any longer."""
        self.packed: NDArray[np.object_] = np.full(len(self.cells), None)

    def has(self, cell: int) -> bool:
        """Whether a cell is on the sheet."""
        at = int(np.searchsorted(self.cells, cell))
        return at < len(self.cells) and int(self.cells[at]) == cell
