"""Names of places as people say them: by the compound nearest to their middle, never by a number of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from geo.cells import centers
from webmap.sitrep.writing import Writing

#: Degrees (about 1 km): a compound farther away than this does not tell where one is.
NEAR_DEGREES = 0.01


class Names:
    """Says where a place is. compounds: rows with name and geometry."""

    def __init__(self, compounds: Sequence[Mapping[str, Any]], writing: Writing) -> None:
        self._names = [str(row["name"]) for row in compounds]
        self._tree = shapely.STRtree([row["geometry"] for row in compounds])
        self._writing = writing

    def of_cells(self, cells: Sequence[int]) -> tuple[list[str], list[int]]:
        """The names there are, and for each cell which of them is its own."""
        lngs, lats = centers(np.array(cells, dtype=np.int64))
        said = [f"{lat:.3f}, {lng:.3f}" for lng, lat in zip(lngs.tolist(), lats.tolist(), strict=True)]  # about 100 m
        if self._names and cells:
            points = shapely.points(lngs, lats)
            nearest = np.asarray(self._tree.nearest(points))
            far = shapely.distance(self._tree.geometries[nearest], points)
            said = [self._said(*one) for one in zip(nearest.tolist(), far.tolist(), said, strict=True)]
        known = {name: at for at, name in enumerate(dict.fromkeys(said))}
        return list(known), [known[name] for name in said]

    def _said(self, compound: int, far: float, otherwise: str) -> str:
        if far > NEAR_DEGREES:
            return otherwise
        name = self._names[compound]
        return name if far == 0 else self._writing.gettext("Near {name}").format(name=name)
