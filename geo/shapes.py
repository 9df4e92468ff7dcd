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
import shapely.affinity
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import GeometryCollection, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry


class BadShape(ValueError):
    """A geometry that cannot be kept. The text is fit to show to a person."""


def repair(geometry: BaseGeometry) -> tuple[Polygon | MultiPolygon, bool]:
    """The valid polygon or multipolygon in a geometry, and whether a defect was repaired.

    A height is dropped and a shape over the antimeridian is cut there (RFC 7946, 3.1.9); neither counts as a
    defect. Each lobe of a ring that crosses itself and each of several overlapping parts stays covered; points
    and lines are dropped. Raises BadShape when no area is left, a number is missing or out of range.
    """
    check_range(geometry)
    whole = unrolled(shapely.force_2d(geometry))
    mixed = any(part.geom_type not in ("Polygon", "MultiPolygon") for part in _parts(whole))
    defect = mixed or not shapely.is_valid(whole)
    found = only_polygons(_split(_made_valid(whole)) if defect else _split(whole))
    if found.is_empty:
        raise BadShape("the geometry has no area")
    return found, defect


def edge_towards(outline: shapely.Geometry, east: float, north: float) -> shapely.Point:
    """Where the way from the middle of polygons in a direction (1, 0 is east) leaves them last: a gate on that side."""
    middle = shapely.point_on_surface(outline)
    reach = 2 * float(np.ptp(np.reshape(shapely.bounds(outline), (2, 2)), axis=0).max())
    way = shapely.LineString([(middle.x, middle.y), (middle.x + east * reach, middle.y + north * reach)])
    met = shapely.get_coordinates(shapely.intersection(way, shapely.boundary(outline)))
    lng, lat = max(met.tolist(), key=lambda place: east * place[0] + north * place[1])
    return shapely.Point(lng, lat)


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
    """The polygons of a geometry: one as itself, several as a multipolygon, none as an empty polygon."""
    flat = [piece for part in _parts(geometry) for piece in _parts(part)]
    found = [piece for piece in flat if isinstance(piece, Polygon) and piece.area > 0]
    if len(found) == 1:
        return found[0]
    return MultiPolygon(found) if found else Polygon()


def cut_at_antimeridian(geometry: BaseGeometry) -> Polygon | MultiPolygon:
    """The same shape with all longitudes within ±180, in parts if it lies on both sides of the antimeridian.

    A shape is taken to cross it if longitudes go beyond ±180, or if neighbours along a ring are more than 180
    degrees apart: nobody means the long way round. Raises BadShape for a ring around a pole.
    """
    return only_polygons(_split(_made_valid(unrolled(geometry))))


def unrolled(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry with longitudes running on beyond ±180 where a ring jumps by more than half a turn."""
    west, _, east, _ = geometry.bounds
    if east - west <= 180:
        return geometry
    parts = [_unrolled_polygon(part) if isinstance(part, Polygon) else part for part in _parts(geometry)]
    if len(parts) == 1:
        return parts[0]
    polygons = [part for part in parts if isinstance(part, Polygon)]
    return MultiPolygon(polygons) if len(polygons) == len(parts) else GeometryCollection(parts)


def area_m2(geometry: BaseGeometry) -> float:
    """Area in square metres on the WGS 84 ellipsoid. Longitudes may run on beyond ±180, but not jump."""
    return float(areas_m2([geometry])[0])


def areas_m2(geometries: Iterable[BaseGeometry]) -> NDArray[np.float64]:
    """Areas in square metres, as `area_m2`: from the equal-area projection EPSG:6933, edges straight in it."""
    flat = shapely.transform(np.array(list(geometries), dtype=object), _to_equal_area)
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


def _made_valid(geometry: BaseGeometry) -> BaseGeometry:
    """Valid by structure: shells joined, holes taken out. By lines, a hole appears where two parts overlap."""
    return shapely.make_valid(geometry, method="structure", keep_collapsed=False)


def _split(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry cut along the antimeridian, each piece brought back to within ±180."""
    west, _, east, _ = geometry.bounds
    if geometry.is_empty or (west >= -180 and east <= 180):
        return geometry
    pieces = []
    for turn in range(int(np.floor((west + 180) / 360)), int(np.ceil((east + 180) / 360))):
        piece = shapely.intersection(geometry, shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90))
        pieces.append(shapely.affinity.translate(piece, xoff=-360.0 * turn))
    return shapely.union_all(pieces)


def _unrolled_polygon(polygon: Polygon) -> Polygon:
    shell = _unrolled_ring(polygon.exterior.coords)
    if np.ptp(shell[:, 0]) > 360:
        raise BadShape("the polygon goes around the earth")
    middle = _middle(shell)
    holes = [_unrolled_ring(ring.coords) for ring in polygon.interiors]
    for hole in holes:
        hole[:, 0] -= 360 * np.round((_middle(hole) - middle) / 360)
    return Polygon(shell, holes)


def _unrolled_ring(coords: Iterable[Any]) -> NDArray[np.float64]:
    ring = np.array(list(coords), dtype=np.float64)
    jump = np.diff(ring[:, 0])
    ring[1:, 0] -= 360 * np.cumsum(np.where(np.abs(jump) > 180, np.round(jump / 360), 0))
    if abs(ring[0, 0] - ring[-1, 0]) > 180:
        raise BadShape("the polygon goes around a pole")
    return ring


def _middle(ring: NDArray[np.float64]) -> float:
    return float(ring[:, 0].min() + ring[:, 0].max()) / 2


@lru_cache(maxsize=1)
def _equal_area() -> Transformer:
    return Transformer.from_crs(4326, 6933, always_xy=True)


def _to_equal_area(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places in metres east and north; those beyond ±180 stay beyond, where the projection would turn round."""
    turns = np.round(places[:, 0] / 360)
    east_m, north_m = _equal_area().transform(places[:, 0] - 360 * turns, places[:, 1])
    half_girth_m, _ = _equal_area().transform(180.0, 0.0)
    return np.column_stack((east_m + 2 * half_girth_m * turns, north_m))
