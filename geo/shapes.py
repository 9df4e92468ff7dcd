"""Polygons made fit to keep: repaired, flat, cut at the antimeridian; their area; GeoJSON in and out.

Geometries are shapely's, in WGS 84 degrees, longitude first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry


class BadShape(ValueError):
    """A geometry that cannot be kept. The text is fit to show to a person."""


def repair(geometry: BaseGeometry) -> tuple[Polygon | MultiPolygon, bool]:
    """The valid polygon or multipolygon in a geometry, and whether a defect was repaired.

    A height is dropped and a shape over the antimeridian is cut there (RFC 7946, 3.1.9); neither counts as a
    defect. Crossing rings are resolved by the even-odd rule; points and lines are dropped. Raises BadShape when no area
    is left, a number is missing or a latitude is out of range.
    """
    check_range(geometry)
    flat = cut_at_antimeridian(shapely.force_2d(geometry))
    defect = not shapely.is_valid(flat)
    found = only_polygons(shapely.make_valid(flat) if defect else flat)
    if found.is_empty:
        raise BadShape("the geometry has no area")
    return found, defect or any(part.geom_type not in ("Polygon", "MultiPolygon") for part in _parts(flat))


def check_range(geometry: BaseGeometry) -> None:
    """Nothing, for finite coordinates with latitudes within 90 and longitudes within 540; raises BadShape."""
    places = shapely.get_coordinates(geometry)
    if not len(places):
        raise BadShape("the geometry is empty")
    if not np.isfinite(places).all():
        raise BadShape("a coordinate is not a number")
    if np.abs(places[:, 1]).max() > 90 or np.abs(places[:, 0]).max() > 540:
        raise BadShape("a coordinate is not in degrees: longitudes lie within 180 and latitudes within 90")


def only_polygons(geometry: BaseGeometry) -> Polygon | MultiPolygon:
    """The polygons of a geometry, one as itself, several as a multipolygon, none as an empty polygon."""
    parts = [
        piece
        for part in _parts(geometry)
        for piece in _parts(part)
        if piece.geom_type == "Polygon" and piece.area
    ]
    if len(parts) == 1:
        return cast(Polygon, parts[0])
    return MultiPolygon(cast(list[Polygon], parts)) if parts else Polygon()


def cut_at_antimeridian(geometry: BaseGeometry) -> BaseGeometry:
    """The same shape with all longitudes within ±180, in parts if it lies on both sides of the antimeridian.

    A shape is taken to cross it if longitudes go beyond ±180, or if neighbours along a ring are more than 180
    degrees apart: nobody means the long way round. Raises BadShape for a ring around a pole.
    """
    west, _, east, _ = geometry.bounds
    if west >= -180 and east <= 180 and east - west <= 180:
        return geometry
    pieces = [piece for part in _parts(geometry) for piece in _cut(part)]
    return pieces[0] if len(pieces) == 1 else shapely.union_all(pieces)


def area_m2(geometry: BaseGeometry) -> float:
    """Area in square metres on the WGS 84 ellipsoid."""
    return float(areas_m2([geometry])[0])


def areas_m2(geometries: Iterable[BaseGeometry]) -> NDArray[np.float64]:
    """Areas in square metres, from the equal-area projection EPSG:6933 (edges straight between its points)."""
    flat = shapely.transform(np.array(list(geometries), dtype=object), _to_equal_area, interleaved=False)
    return np.asarray(shapely.area(flat), dtype=np.float64)


def from_geojson(value: Mapping[str, Any]) -> BaseGeometry:
    """The geometry of a GeoJSON geometry object. Raises BadShape if it is not one."""
    try:
        geometry = shapely.from_geojson(json.dumps(value))
    except (shapely.GEOSException, TypeError, ValueError) as error:
        raise BadShape(f"not a GeoJSON geometry: {error}") from error
    if geometry is None or value.get("type") in ("Feature", "FeatureCollection"):
        raise BadShape("not a GeoJSON geometry")
    return geometry


def to_geojson(geometry: BaseGeometry) -> dict[str, Any]:
    """The GeoJSON geometry object of a geometry."""
    return cast(dict[str, Any], json.loads(shapely.to_geojson(geometry)))


def _parts(geometry: BaseGeometry) -> list[BaseGeometry]:
    return list(shapely.get_parts(geometry))


def _cut(part: BaseGeometry) -> list[BaseGeometry]:
    """One simple geometry, unrolled and cut into those of its pieces that lie in one turn of the earth each."""
    if part.geom_type == "Polygon":
        part = _unrolled(cast(Polygon, part))
    west, _, east, _ = part.bounds
    pieces = []
    for turn in range(int(np.floor((west + 180) / 360)), int(np.ceil((east + 180) / 360))):
        piece = shapely.intersection(part, shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90))
        if not piece.is_empty:
            pieces.append(_shifted(piece, -360 * turn))
    return pieces


def _unrolled(polygon: Polygon) -> Polygon:
    """The polygon with longitudes that run on beyond ±180 wherever a ring jumps by more than half a turn."""
    shell = _unrolled_ring(polygon.exterior.coords)
    if np.ptp(shell[:, 0]) > 360:
        raise BadShape("the polygon goes around the earth")
    middle = (shell[:, 0].min() + shell[:, 0].max()) / 2
    holes = []
    for ring in polygon.interiors:
        hole = _unrolled_ring(ring.coords)
        hole[:, 0] -= 360 * np.round(((hole[:, 0].min() + hole[:, 0].max()) / 2 - middle) / 360)
        holes.append(hole)
    unrolled = Polygon(shell, holes)
    return unrolled if unrolled.is_valid else cast(Polygon, only_polygons(shapely.make_valid(unrolled)))


def _unrolled_ring(coords: Any) -> NDArray[np.float64]:
    ring = np.array(coords, dtype=np.float64)[:, :2]
    jump = np.diff(ring[:, 0])
    turns = np.where(np.abs(jump) > 180, np.round(jump / 360), 0)
    ring[1:, 0] -= 360 * np.cumsum(turns)
    if abs(ring[0, 0] - ring[-1, 0]) > 180:
        raise BadShape("the polygon goes around a pole or around the earth")
    return ring


def _shifted(geometry: BaseGeometry, by: float) -> BaseGeometry:
    return shapely.transform(geometry, lambda places: places + (by, 0.0))


@lru_cache(maxsize=1)
def _equal_area() -> Transformer:
    return Transformer.from_crs(4326, 6933, always_xy=True)


def _to_equal_area(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Any, Any]:
    return cast(tuple[Any, Any], _equal_area().transform(x, y))
