"""WGS 84 from and to the datums of Chinese map apps: GCJ-02 (most of them) and BD-09 (Baidu).

Positions are degrees, longitude first. "In China" is the rectangle the published formulas use, 72.004 to
137.8347 east and 0.8293 to 55.8271 north. It also holds Taiwan, Hong Kong, Macau and the neighbours (Korea,
Vietnam, Singapore, part of Japan), where such apps mostly do not shift: name a datum only for coordinates that
come from one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Datum = Literal["wgs84", "gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")
Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

WEST, SOUTH, EAST, NORTH = 72.004, 0.8293, 137.8347, 55.8271
_KRASOVSKY_M = 6_378_245.0  # semi-major axis of the Krasovsky 1940 ellipsoid
_KRASOVSKY_E2 = 0.00669342162296594323  # and its squared eccentricity
_BAIDU_TURN = np.pi * 3000 / 180
_BAIDU_LNG, _BAIDU_LAT = 0.0065, 0.006
_ENOUGH_DEGREES = 1e-10  # a hundredth of a millimetre
_MOST_ROUNDS = 30  # it takes 4 to 6


class UnknownDatum(ValueError):
    """A datum that is none of wgs84, gcj02, bd09."""


def to_wgs84(lngs: ArrayLike, lats: ArrayLike, datum: str) -> Pair:
    """WGS 84 of positions given in a datum; what lies outside China stays as it is. Raises UnknownDatum.

    The inverse has no formula: it is found by repeating the forward one until it meets the position given, well
    below a millimetre. Within a kilometre of the rectangle's own edge the two directions need not agree.
    """
    lng, lat = _degrees(lngs, lats)
    forward = _shift_of(datum)
    if forward is None or not (inside := in_china(lng, lat)).any():
        return lng, lat
    lng[inside], lat[inside] = _undone(forward, lng[inside], lat[inside])
    return lng, lat


def from_wgs84(lngs: ArrayLike, lats: ArrayLike, datum: str) -> Pair:
    """Positions of WGS 84 in a datum; what lies outside China stays as it is. Raises UnknownDatum."""
    lng, lat = _degrees(lngs, lats)
    forward = _shift_of(datum)
    if forward is None or not (inside := in_china(lng, lat)).any():
        return lng, lat
    lng[inside], lat[inside] = forward(lng[inside], lat[inside])
    return lng, lat


def in_china(lngs: ArrayLike, lats: ArrayLike) -> NDArray[np.bool_]:
    """Which positions lie in the rectangle of the published formulas."""
    lng, lat = np.asarray(lngs), np.asarray(lats)
    return np.asarray((lng >= WEST) & (lng <= EAST) & (lat >= SOUTH) & (lat <= NORTH))


def _degrees(lngs: ArrayLike, lats: ArrayLike) -> Pair:
    lng, lat = np.array(lngs, dtype=np.float64, ndmin=1), np.array(lats, dtype=np.float64, ndmin=1)
    if lng.shape != lat.shape:
        lng, lat = (one.copy() for one in np.broadcast_arrays(lng, lat))
    return lng, lat


def _shift_of(datum: str) -> Callable[[Degrees, Degrees], Pair] | None:
    if datum not in DATUMS:
        raise UnknownDatum(f"datum {datum!r} is none of {', '.join(DATUMS)}")
    return {"wgs84": None, "gcj02": _gcj02_of_wgs84, "bd09": _bd09_of_wgs84}[datum]


def _undone(forward: Callable[[Degrees, Degrees], Pair], lng: Degrees, lat: Degrees) -> Pair:
    """The positions that `forward` takes to those given. It changes slowly: each round gains two digits."""
    guess_lng, guess_lat = lng.copy(), lat.copy()
    for _ in range(_MOST_ROUNDS):
        made_lng, made_lat = forward(guess_lng, guess_lat)
        off_lng, off_lat = made_lng - lng, made_lat - lat
        guess_lng -= off_lng
        guess_lat -= off_lat
        if max(np.abs(off_lng).max(), np.abs(off_lat).max()) < _ENOUGH_DEGREES:
            break
    return guess_lng, guess_lat


def _gcj02_of_wgs84(lng: Degrees, lat: Degrees) -> Pair:
    """The shift as published in 2010 from a map vendor's code and since in every open converter.

    Sources of the formula and its constants: Wikipedia, "Restrictions on geographic data in China", section
    GCJ-02; the eviltransform and PRCoords projects. Metres, a sum of waves around 105 E 35 N, made degrees.
    """
    x, y = lng - 105.0, lat - 35.0
    both = _wave(x, (20, 6), (20, 2))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north_m += (both + _wave(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east_m += (both + _wave(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))) * 2 / 3
    phi = np.radians(lat)
    bend = 1 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    degree_north_m = np.radians(_KRASOVSKY_M * (1 - _KRASOVSKY_E2) / bend**1.5)
    degree_east_m = np.radians(_KRASOVSKY_M * np.cos(phi) / np.sqrt(bend))
    return lng + east_m / degree_east_m, lat + north_m / degree_north_m


def _wave(at: Degrees, *parts: tuple[float, float]) -> Degrees:
    """Sum of sines of given heights and half-turns a degree."""
    return sum((height * np.sin(at * turns * np.pi) for height, turns in parts), np.zeros_like(at))


def _bd09_of_wgs84(lng: Degrees, lat: Degrees) -> Pair:
    """Baidu's second shift, on top of GCJ-02. Source: as above, section BD-09."""
    x, y = _gcj02_of_wgs84(lng, lat)
    far = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_TURN)
    turn = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_TURN)
    return far * np.cos(turn) + _BAIDU_LNG, far * np.sin(turn) + _BAIDU_LAT
