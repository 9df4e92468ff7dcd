"""Points, cells and polygons for laws that must hold anywhere: cities, pentagons, the antimeridian, high latitudes."""

from __future__ import annotations

import h3.api.basic_int as h3
import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import Polygon

SHANGHAI = (121.4737, 31.2304)
PENTAGONS = [h3.cell_to_latlng(cell)[::-1] for cell in sorted(h3.get_pentagons(11))]
ODD_PLACES = [SHANGHAI, (180.0, -17.0), (-180.0, 65.0), (0.0, 0.0), (25.0, 84.0), *PENTAGONS]

lngs = st.floats(-180, 180, allow_nan=False)
lats = st.floats(-90, 90, allow_nan=False)
resolutions = st.integers(5, 11)


@st.composite
def leaves(draw: st.DrawFn) -> int:
    """A leaf anywhere, or around one of the odd places."""
    if draw(st.booleans()):
        return h3.latlng_to_cell(draw(lats), draw(lngs), 13)
    lng, lat = draw(st.sampled_from(ODD_PLACES))
    near = st.floats(-0.01, 0.01)
    return h3.latlng_to_cell(lat + draw(near), lng + draw(near), 13)


@st.composite
def cells(draw: st.DrawFn, coarsest: int = 5, finest: int = 11) -> int:
    """A cell of a resolution between two; a pentagon now and then."""
    res = draw(st.integers(coarsest, finest))
    if draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(sorted(h3.get_pentagons(res))))
    return h3.cell_to_parent(draw(leaves()), res)


@st.composite
def polygons(draw: st.DrawFn, odd: bool = True) -> Polygon:
    """A star of 3 to 9 corners, one metre to one kilometre wide, with a hole now and then.

    Its longitudes may run on beyond ±180: that is one of the two ways to draw over the antimeridian.
    """
    lng, lat = draw(st.sampled_from(ODD_PLACES if odd else [SHANGHAI]))
    lng, lat = lng + draw(st.floats(-0.01, 0.01)), lat + draw(st.floats(-0.01, 0.01))
    size = 10.0 ** draw(st.floats(-5, -2))
    corners = draw(st.integers(3, 9))
    reach = np.array([draw(st.floats(0.3, 1)) for _ in range(corners)])
    ring = _ring(lng, lat, size * reach)
    hole = [_ring(lng, lat, size * reach * 0.5)] if draw(st.booleans()) else []
    return Polygon(ring, hole)


def points_within(shape: shapely.Geometry, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Up to `count` points spread over a shape, longitudes brought within ±180."""
    west, south, east, north = shape.bounds
    spread = np.random.default_rng(count).uniform(size=(4 * count, 2))
    lng, lat = west + spread[:, 0] * (east - west), south + spread[:, 1] * (north - south)
    inside = shapely.contains_xy(shape, lng, lat)
    return (lng[inside][:count] + 180) % 360 - 180, lat[inside][:count]


def _ring(lng: float, lat: float, reach: NDArray[np.float64]) -> NDArray[np.float64]:
    angle = np.arange(len(reach)) * 2 * np.pi / len(reach)
    wide = 1 / np.cos(np.radians(lat))
    return np.column_stack((lng + wide * reach * np.cos(angle), lat + reach * np.sin(angle)))
