"""Metres over the earth and on foot."""

import numpy as np
import pytest
from hypothesis import given
from pyproj import Geod

from geo.distances import DETOUR, great_circle_m, walking_metres
from tests.geo.places import lats, lngs


@given(lngs, lats, lngs, lats)
def test_the_straight_way_is_that_over_the_ellipsoid_within_six_thousandths(
    lng_a: float, lat_a: float, lng_b: float, lat_b: float
) -> None:
    _, _, wanted = Geod(ellps="WGS84").inv(lng_a, lat_a, lng_b, lat_b)

    assert float(great_circle_m(lng_a, lat_a, lng_b, lat_b)) == pytest.approx(wanted, rel=0.006, abs=0.01)


def test_there_is_as_far_as_back_and_here_is_no_way() -> None:
    assert great_circle_m(121, 31, 122, 32) == great_circle_m(122, 32, 121, 31)
    assert great_circle_m(121, 31, 121, 31) == 0


def test_the_way_over_the_antimeridian_is_the_short_one() -> None:
    assert great_circle_m(179.999, 0, -179.999, 0) == pytest.approx(222.4, abs=0.1)


def test_opposite_ends_of_the_earth_are_half_its_girth_apart() -> None:
    assert great_circle_m(0, 0, 180, 0) == pytest.approx(20_015_115, abs=1)
    assert great_circle_m(0, 90, 0, -90) == pytest.approx(20_015_115, abs=1)


def test_homes_and_posts_make_a_table_of_walking_metres() -> None:
    homes, posts = np.array([[121.47, 31.23], [121.48, 31.23]]), np.array([[121.47, 31.24], [121.5, 31.2], [121, 31]])

    table = walking_metres(homes[:, None, 0], homes[:, None, 1], posts[:, 0], posts[:, 1])

    assert table.shape == (2, 3)
    assert table[0, 0] == pytest.approx(DETOUR * 1112, abs=1)
    assert DETOUR > 1
