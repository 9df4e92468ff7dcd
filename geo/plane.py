"""A plane in metres around some place: straight lines on it, and which of them cross what nobody crosses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.cells import Degrees
from geo.distances import METRES_A_DEGREE

Shapes = NDArray[np.object_]
#: Positions on a plane in metres, n × 2.
OnPlane = NDArray[np.float64]


class Plane:
    """A plane in metres, true to scale near one latitude: for crossings and distances of some 100 m."""

    def __init__(self, latitude: float) -> None:
        self._scale = METRES_A_DEGREE * np.array([np.cos(np.radians(latitude)), 1.0])

    def of(self, lngs: Degrees, lats: Degrees) -> OnPlane:
        """Positions of WGS 84 degrees."""
        return np.column_stack((lngs, lats)) * self._scale

    def of_shapes(self, shapes: Sequence[BaseGeometry] | Shapes) -> Shapes:
        """Shapes in WGS 84 degrees, on the plane."""
        flat = shapely.transform(np.array(shapes, dtype=object), lambda places: places * self._scale)
        return np.asarray(flat, dtype=object)


def straight(here: OnPlane, there: OnPlane) -> Shapes:
    """Straight lines from here to there, both n × 2."""
    return np.asarray(shapely.linestrings(np.stack((here, there), axis=1)), dtype=object)


class Lines:
    """Lines that nobody crosses, on a plane."""

    def __init__(self, plane: Plane, lines: Sequence[BaseGeometry] | Shapes) -> None:
        self.plane = plane
        self._tree = shapely.STRtree(np.array(lines, dtype=object))

    def crossed(self, here: OnPlane, there: OnPlane) -> NDArray[np.bool_]:
        """Which straight lines from here to there, both n × 2, cross one."""
        crossed = np.zeros(len(here), dtype=bool)
        if len(here) and len(self._tree.geometries):
            crossed[self._tree.query(straight(here, there), predicate="intersects")[0]] = True
        return crossed
