"""Which cells lie wholly in an outline, and which only on its border: from coarse to fine, so the first are few."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.boxes import cells_near
from geo.cells import COARSEST, FINEST, LEAF_WITHIN_M, Cells, centers, descendants
from geo.coordinates import Box
from geo.plane import Plane


def interior(outline: BaseGeometry, most: int) -> tuple[Cells, Cells]:
    """Cells all of whose leaves have their centre in polygons of WGS 84 degrees, and cells that have to be looked into.

    The first are of resolutions 5 to 11, none under another; the second all of one resolution, the finest at which they
    are no more than `most`, or the coarsest. A leaf under none of them has its centre outside.
    """
    bounds = Box(*outline.bounds)
    # Where a degree of longitude is shortest: nothing is taken for farther from the border than it is.
    plane = Plane(min(max(abs(bounds.south), abs(bounds.north)), 89.0))
    flat = plane.of_shapes([outline])[0]
    border = flat.boundary
    shapely.prepare([flat, border])
    inside: list[Cells] = []
    undecided = cells_near(bounds, COARSEST)
    for res in range(COARSEST, FINEST + 1):
        candidates = descendants(undecided, res)[0]
        places = plane.of(*centers(candidates))
        near = shapely.dwithin(border, shapely.points(places), LEAF_WITHIN_M[res])
        if res > COARSEST and np.count_nonzero(near) > most:
            break
        inside.append(candidates[~near & shapely.contains_xy(flat, *places.T)])
        undecided = candidates[near]
    return np.concatenate(inside), undecided
