"""Positions and boxes in WGS 84 degrees, longitude first, and the one error for impossible ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


class BadCoordinates(ValueError):
    """A longitude, latitude or box that cannot be on the earth. The text is fit to show to a person."""


def check_lng_lat(lng: float, lat: float) -> None:
    """Nothing, for a position in WGS 84 degrees (-180..180, -90..90); raises BadCoordinates otherwise."""
    if not (math.isfinite(lng) and math.isfinite(lat)):
        raise BadCoordinates(f"longitude and latitude must be numbers, not {lng}, {lat}")
    if not -180 <= lng <= 180:
        raise BadCoordinates(f"longitude {lng} is not within -180 to 180")
    if not -90 <= lat <= 90:
        raise BadCoordinates(f"latitude {lat} is not within -90 to 90")


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the map in WGS 84 degrees, half open: west <= lng < east, south <= lat < north.

    It never crosses the antimeridian. Raises BadCoordinates when out of range, inverted or without area.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        check_lng_lat(self.west, self.south)
        check_lng_lat(self.east, self.north)
        if self.west >= self.east:
            raise BadCoordinates(f"west {self.west} is not less than east {self.east}")
        if self.south >= self.north:
            raise BadCoordinates(f"south {self.south} is not less than north {self.north}")

    def contains(self, lng: float, lat: float) -> bool:
        """Whether a position is in the box; on the western and southern edge it is, on the others not."""
        return self.west <= lng < self.east and self.south <= lat < self.north

    def contains_each(self, lngs: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.bool_]:
        """`contains` for each of some positions: arrays of one length."""
        return (lngs >= self.west) & (lngs < self.east) & (lats >= self.south) & (lats < self.north)
