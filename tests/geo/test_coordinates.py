"""Positions and boxes: what is on the earth, and what a box holds."""

import math

import pytest

from geo.coordinates import BadCoordinates, Box, check_lng_lat


@pytest.mark.parametrize(
    ("lng", "lat"),
    [(180.01, 0), (-181, 0), (0, 90.01), (0, -91), (math.nan, 0), (0, math.inf), (31.2, 121.5)],
    ids=["east", "west", "north", "south", "no longitude", "infinite", "latitude first"],
)
def test_a_place_that_is_not_on_the_earth_is_refused(lng: float, lat: float) -> None:
    with pytest.raises(BadCoordinates):
        check_lng_lat(lng, lat)


def test_the_edges_of_the_earth_are_on_it() -> None:
    for lng, lat in [(180, 90), (-180, -90), (0, 0)]:
        check_lng_lat(lng, lat)


@pytest.mark.parametrize(
    "edges",
    [(122, 31, 121, 32), (121, 32, 122, 31), (121, 31, 121, 32), (121, 31, 122, 31), (170, 0, 190, 1)],
    ids=["inverted", "upside down", "no width", "no height", "over the antimeridian"],
)
def test_a_box_that_is_inverted_flat_or_off_the_earth_is_refused(edges: tuple[float, ...]) -> None:
    with pytest.raises(BadCoordinates):
        Box(*edges)


def test_a_box_holds_its_western_and_southern_edge_only() -> None:
    box = Box(121, 31, 122, 32)

    assert box.contains(121, 31)
    assert not box.contains(122, 31.5)
    assert not box.contains(121.5, 32)
