"""Metres between positions: straight over the earth, and on foot. WGS 84 degrees, longitude first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Mean radius of the WGS 84 ellipsoid (IUGG); distances over the sphere are wrong by 0.5 % at most.
EARTH_RADIUS_M = 6_371_008.8

# Of a degree of latitude, and of longitude at the equator, on that sphere.
METRES_A_DEGREE = 111_195.0

# Way on foot over straight line. O'Sullivan and Morrall (1996, Transportation Research Record 1538) measured 1.21
# to 1.23 around light-rail stations; a square grid of streets gives 4/pi = 1.27 on average; compounds with few
# gates make ways longer. Larger says that fewer are in reach: at 1.3, 1 km in a straight line is 1.3 km on foot,
# about 17 minutes at 4.5 km/h.
DETOUR = 1.3

# Metres on foot in a minute, 4.5 km/h: somebody who carries bags, as in DETOUR's example; free walking is near 80. A
# larger number puts more within reach.
WALKED_A_MINUTE_M = 75.0


def great_circle_m(lngs_a: ArrayLike, lats_a: ArrayLike, lngs_b: ArrayLike, lats_b: ArrayLike) -> NDArray[np.float64]:
    """Metres over a sphere of mean radius between positions a and b, broadcast as numpy does (haversine)."""
    lng_a, lat_a, lng_b, lat_b = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lngs_a, lats_a, lngs_b, lats_b))
    half = np.sin((lat_b - lat_a) / 2) ** 2
    half = half + np.cos(lat_a) * np.cos(lat_b) * np.sin((lng_b - lng_a) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def walking_metres(lngs_a: ArrayLike, lats_a: ArrayLike, lngs_b: ArrayLike, lats_b: ArrayLike) -> NDArray[np.float64]:
    """Estimated metres on foot between positions a and b: the straight line times DETOUR. Knows no river, no wall."""
    return DETOUR * great_circle_m(lngs_a, lats_a, lngs_b, lats_b)
