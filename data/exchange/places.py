"""The place of each row: from columns or the file's own geometry, brought to WGS 84, checked and repaired."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from data.exchange import reasons, refusals
from data.exchange.reasons import BadCell, Reason, Unreadable
from data.exchange.specs import GeometryKind
from data.exchange.values import MISSING, read_number
from geo.datums import Datum, to_wgs84
from geo.shapes import BadShape, repair

Shapes = NDArray[np.object_]

#: A file without a coordinate system is taken for degrees when at least this share of its first places can be; one
#: slip of the pen among good rows is a reject, a file in metres is refused as a whole.
LEAST_SHARE_OF_DEGREES = 0.5

#: WKT that begins with SRID= is PostGIS's own form (EWKT); its binary form is written in hexadecimal.
_SRID = re.compile(r"\s*SRID=(\d+);", re.IGNORECASE)
_HEX = re.compile(r"[0-9A-Fa-f]{42,}")

#: WGS 84 and CGCS2000, flat and with height; the two agree within a metre, which no outline drawn by hand does.
_DEGREES = (4326, 4979, 4490, 4480)


@dataclass(slots=True)
class Placed:
    """The geometry of each row in WGS 84 (None where `bad` says why not), and how many outlines were repaired."""

    shapes: Shapes
    bad: dict[int, Reason] = field(default_factory=dict)
    repaired: list[int] = field(default_factory=list)


def points_from(lng_cells: Sequence[Any], lat_cells: Sequence[Any]) -> tuple[Shapes, dict[int, Reason]]:
    """A point for each pair of cells; None, without a reason, where both are empty."""
    bad: dict[int, Reason] = {}
    lngs = _degrees(lng_cells, ("longitude", "经度"), bad)
    lats = _degrees(lat_cells, ("latitude", "纬度"), bad)
    known = np.isfinite(lngs) & np.isfinite(lats)
    shapes = np.full(len(lngs), None, dtype=object)
    shapes[known] = shapely.points(lngs[known], lats[known])
    for index in np.flatnonzero(np.isfinite(lngs) != np.isfinite(lats)).tolist():
        bad.setdefault(index, reasons.no_place())
    return shapes, bad


def _degrees(cells: Sequence[Any], axis: tuple[str, str], bad: dict[int, Reason]) -> NDArray[np.float64]:
    try:
        numbers = np.array([float(cell) for cell in cells], dtype=np.float64)
        if np.isfinite(numbers).all():
            return numbers
    except (TypeError, ValueError):
        pass
    numbers = np.full(len(cells), np.nan)
    for index, cell in enumerate(cells):
        if cell is None or (isinstance(cell, str) and cell.strip().casefold() in MISSING - {"nan"}):
            continue
        try:
            numbers[index] = _degree(cell)
        except BadCell as error:
            bad.setdefault(index, reasons.about(axis, axis[0], error.reason))
        except ArithmeticError:
            bad.setdefault(index, reasons.not_finite(axis, cell))
    return numbers


def _degree(cell: Any) -> float:
    """One coordinate; a comma alone is a decimal comma (121,47). Raises BadCell, or ArithmeticError for NaN and ∞."""
    if isinstance(cell, str) and cell.count(",") == 1 and "." not in cell:
        cell = cell.replace(",", ".")
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return read_number(cell)
    if not math.isfinite(number):
        raise ArithmeticError
    return number


def shapes_from(cells: Sequence[Any]) -> tuple[Shapes, dict[int, Reason]]:
    """A shape for each cell with WKT, EWKT, hexadecimal WKB or a GeoJSON geometry; None where the cell is empty."""
    shapes = np.full(len(cells), None, dtype=object)
    bad: dict[int, Reason] = {}
    for index, cell in enumerate(cells):
        if cell is None or (text := str(cell).strip()).casefold() in MISSING:
            continue
        try:
            shapes[index] = _shape(text)
        except (shapely.GEOSException, CRSError, ValueError):
            bad[index] = reasons.not_a_shape(cell)
    return shapes, bad


def _shape(text: str) -> Any:
    if text.startswith("{"):
        return shapely.force_2d(shapely.from_geojson(text))
    if _HEX.fullmatch(text):
        shape = shapely.from_wkb(text)
        srid = int(shapely.get_srid(shape))
    else:
        found = _SRID.match(text)
        shape, srid = shapely.from_wkt(text[found.end() :] if found else text), int(found[1]) if found else 0
    flat = shapely.force_2d(shape)
    return flat if srid in (0, 4326) else _projected(np.array([flat], dtype=object), f"EPSG:{srid}")[0]


def settle(shapes: Shapes, wanted: GeometryKind, *, crs: str | None, datum: Datum, bad: dict[int, Reason]) -> Placed:
    """The shapes in WGS 84, checked and repaired. Rows without a shape stay None and get no reason here.

    wanted: points or outlines; a row with the other is refused, not turned into it. crs: the file's coordinate system,
    None for longitude and latitude. datum: the datum of those (see geo.datums). `bad` are rows refused already.
    """
    placed = Placed(shapes.copy(), dict(bad))
    _drop(placed, _empty(placed.shapes), reasons.no_place())
    if crs is not None and not is_degrees(crs):
        placed.shapes = _projected(placed.shapes, crs)
        _drop(placed, _not_finite(placed.shapes), reasons.outside_projection())
    _check_kinds(placed, wanted)
    _check_range(placed)
    if datum != "wgs84":
        placed.shapes = shapely.transform(
            placed.shapes, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum))
        )
    if wanted == "polygon":
        _repair(placed)
    for index in placed.bad:
        placed.shapes[index] = None
    return placed


def looks_like_degrees(shapes: Shapes) -> bool:
    """Whether most of these places could be longitude and latitude, in either order."""
    present = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    if not len(present):
        return True
    bounds = np.abs(shapely.bounds(present))
    return float(np.mean(bounds.max(axis=1) <= 180)) >= LEAST_SHARE_OF_DEGREES


@lru_cache(maxsize=32)
def is_degrees(crs: str) -> bool:
    """Whether a coordinate system is WGS 84 longitude and latitude, or one of its equals (CRS84, CGCS2000)."""
    try:
        known = CRS.from_user_input(crs)
    except CRSError as error:
        raise Unreadable(refusals.unknown_coordinate_system("the file", crs)) from error
    return known.is_geographic and known.to_epsg(min_confidence=70) in _DEGREES


@lru_cache(maxsize=32)
def _transformer(crs: str) -> Transformer:
    try:
        return Transformer.from_crs(CRS.from_user_input(crs), 4326, always_xy=True)
    except ProjError as error:
        raise Unreadable(refusals.unknown_coordinate_system("the file", crs)) from error


def _projected(shapes: Shapes, crs: str) -> Shapes:
    turn = _transformer(crs)
    turned: Shapes = shapely.transform(shapes, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))
    return turned


def _undatumed(shapes: Shapes, datum: Datum) -> Shapes:
    turned: Shapes = shapely.transform(shapes, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum)))
    return turned


def _empty(shapes: Shapes) -> NDArray[np.bool_]:
    """Shapes without a coordinate, among them points whose coordinates are NaN, which WKB cannot tell from empty."""
    return np.atleast_1d(shapely.is_empty(shapes))


def _not_finite(shapes: Shapes) -> NDArray[np.bool_]:
    places, owners = shapely.get_coordinates(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[owners[~np.isfinite(places).all(axis=1)]] = True
    return found


def _drop(placed: Placed, which: NDArray[np.bool_], reason: Reason) -> None:
    for index in np.flatnonzero(which).tolist():
        placed.bad.setdefault(index, reason)
        placed.shapes[index] = None


def is_kind(shapes: Shapes, wanted: GeometryKind) -> NDArray[np.bool_]:
    """Which shapes are points, or may hold an outline; those that are missing count as either."""
    return np.isin(shapely.get_type_id(shapes), (-1, 0) if wanted == "point" else (-1, 3, 6, 7))


def _check_kinds(placed: Placed, wanted: GeometryKind) -> None:
    for index in np.flatnonzero(~is_kind(placed.shapes, wanted)).tolist():
        shape = placed.shapes[index]
        if wanted == "point" and shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
            placed.shapes[index] = shape.geoms[0]
            continue
        reason = reasons.point_needed if wanted == "point" else reasons.outline_needed
        placed.bad.setdefault(index, reason(shape.geom_type))
        placed.shapes[index] = None


def _check_range(placed: Placed) -> None:
    places, owners = shapely.get_coordinates(placed.shapes, return_index=True)
    with np.errstate(invalid="ignore"):
        fine = (np.abs(places[:, 0]) <= 180) & (np.abs(places[:, 1]) <= 90)
    for place, owner in zip(places[~fine], owners[~fine].tolist(), strict=True):
        if owner not in placed.bad:
            placed.bad[owner] = _why_out_of_range(*place.tolist())
        placed.shapes[owner] = None


def _why_out_of_range(lng: float, lat: float) -> Reason:
    if not math.isfinite(lng):
        return reasons.not_finite(("longitude", "经度"), lng)
    if not math.isfinite(lat):
        return reasons.not_finite(("latitude", "纬度"), lat)
    return reasons.latitude_out_of_range(lat, lng) if abs(lat) > 90 else reasons.longitude_out_of_range(lng)


def _repair(placed: Placed) -> None:
    """Mends what is not a valid polygon. Valid ones, nearly all, are seen by one vectorised question."""
    kinds = shapely.get_type_id(placed.shapes)
    fine = shapely.is_missing(placed.shapes) | (shapely.is_valid(placed.shapes) & np.isin(kinds, (3, 6)))
    wide = shapely.bounds(placed.shapes)
    with np.errstate(invalid="ignore"):
        fine &= ~(wide[:, 2] - wide[:, 0] > 180)
    for index in np.flatnonzero(~fine).tolist():
        try:
            placed.shapes[index], mended = repair(placed.shapes[index])
        except (BadShape, shapely.GEOSException):
            placed.bad.setdefault(index, reasons.nothing_left_of_shape())
            placed.shapes[index] = None
        else:
            if mended:
                placed.repaired.append(index)
