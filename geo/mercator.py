"""Spherical Mercator (EPSG:3857), the projection of web maps, in metres of the equator. WGS 84, longitude first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: The sphere of the projection has the equatorial radius of WGS 84.
RADIUS_M = 6_378_137.0

#: Beyond this latitude the square of the world map ends: there y is as far as x at 180 degrees.
NORTHERNMOST = 85.051129


def to_mercator(lngs: ArrayLike, lats: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """East and north of positions; latitudes beyond the square of the world map are drawn at its edge."""
    lng = np.radians(np.asarray(lngs, dtype=np.float64))
    lat = np.radians(np.clip(np.asarray(lats, dtype=np.float64), -NORTHERNMOST, NORTHERNMOST))
    return RADIUS_M * lng, RADIUS_M * np.log(np.tan(np.pi / 4 + lat / 2))
