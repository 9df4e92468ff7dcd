"""The drawing sheet of a report: shapes as SVG paths of whole numbers, in the projection of web maps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.cells import center, polygons
from geo.coordinates import Box
from geo.mercator import to_mercator

#: Units across the sheet. More is finer and longer: at this a unit of a sheet of 10 km is half a metre.
ACROSS = 20_000

#: Height over width of the sheet, least and most: what fits a screen, and an A4 page with its figures above.
FLATTEST, TALLEST = 0.5, 0.9

#: Smaller than this, in units, an outline is drawn without its bends: nobody sees them at 17 cm.
BENDS = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """A piece of the world map. west, north: its corner in Mercator metres; unit: metres a unit; height in units."""

    west: float
    north: float
    unit: float
    height: int

    @classmethod
    def of(cls, box: Box) -> Sheet:
        """The sheet that holds a box, with some margin, no flatter and no taller than is good to look at."""
        (west, east), (south, north) = to_mercator([box.west, box.east], [box.south, box.north])
        wide, high = 1.06 * (east - west), 1.06 * (north - south)
        wide = max(wide, high / TALLEST)
        high = max(high, wide * FLATTEST)
        unit = float(wide / ACROSS)
        return cls(float((west + east - wide) / 2), float((south + north + high) / 2), unit, round(float(high) / unit))

    def points(self, coordinates: Any) -> np.ndarray:
        """Whole units (n × 2) of positions (n × 2, longitude first), down and to the right."""
        east, north = to_mercator(coordinates[:, 0], coordinates[:, 1])
        placed = np.column_stack(((east - self.west) / self.unit, (self.north - north) / self.unit))
        return np.rint(placed).astype(np.int64)

    def place(self, lng: float, lat: float) -> tuple[int, int]:
        """Whole units of one position."""
        [(x, y)] = self.points(np.array([[lng, lat]])).tolist()
        return x, y

    def path(self, shape: Any) -> str:
        """The path of a polygon or line, or of several."""
        return "".join(_drawn(self.points(part), closed) for part, closed in _parts(shape))

    def paths_of_cells(self, cells: Sequence[int]) -> list[str]:
        """The paths of hexagons, in their order."""
        corners, whose = shapely.get_coordinates(polygons(np.array(cells, dtype=np.int64)), return_index=True)
        starts = np.flatnonzero(np.diff(whose, prepend=-1))[1:]
        return [_drawn(ring[:-1], closed=True) for ring in np.split(self.points(corners), starts)] if cells else []

    def middle_of_cell(self, cell: int) -> tuple[int, int]:
        """Where the number of a hexagon stands."""
        return self.place(*center(cell))


def _parts(shape: Any) -> Iterable[tuple[Any, bool]]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield shapely.get_coordinates(ring)[:-1], True
        elif part.geom_type == "LineString":
            yield shapely.get_coordinates(part), False


def _drawn(points: np.ndarray, closed: bool) -> str:
    """A path that begins at its first point and goes on by steps, without bends nobody sees."""
    if len(points) > 8:
        kind = shapely.LinearRing if closed else shapely.LineString
        points = np.rint(shapely.get_coordinates(kind(points).simplify(BENDS))).astype(np.int64)
        points = points[:-1] if closed else points
    steps = points[1:] - points[:-1]
    return f"M{_numbers(points[:1])}l{_numbers(steps)}{'z' if closed else ''}"


def _numbers(pairs: np.ndarray) -> str:
    """The numbers of pairs, a minus sign standing for the space before it."""
    return " ".join(map(str, pairs.ravel().tolist())).replace(" -", "-")


def scale_bar(
    sheet: Sheet, lat: float, longest: Sequence[int] = (100, 200, 500, 1000, 2000, 5000, 10_000, 50_000)
) -> tuple[int, int]:
    """Metres and units of the longest round distance that takes no more than a fifth of the sheet."""
    metres_of_unit = sheet.unit * float(np.cos(np.radians(lat)))
    fitting = [metres for metres in longest if metres / metres_of_unit <= ACROSS / 5] or [longest[0]]
    return fitting[-1], round(fitting[-1] / metres_of_unit)
