"""The Chinese map datums: published pairs, exact ways back, nothing moved outside."""

import numpy as np
import prcoords
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datums import DATUMS, UnknownDatum, from_wgs84, in_china, to_wgs84
from geo.distances import great_circle_m

# Well within the rectangle of the formulas, where people live.
china_lngs, china_lats = st.floats(73.5, 135.1), st.floats(18, 53.6)
china_points = st.lists(st.tuples(china_lngs, china_lats), min_size=1, max_size=50)
datums = st.sampled_from(DATUMS)

# Latitude, longitude of WGS 84, then of GCJ-02: the test values of the eviltransform project.
GCJ02_PUBLISHED = [
    (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
    (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
    (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
]
# The same in BD-09: four open converters agree on these within a centimetre.
BD09_AGREED = [
    (30.61298, 118.074085, 30.617109071807526, 118.08597151791864),
    (41.461711, 96.584371, 41.46927118364373, 96.5910595607531),
    (21.449973, 105.297429, 21.45311114209053, 105.30696607816436),
    (40.999195, 122.787244, 41.00695442457505, 122.79905953342407),
]


def metres(a: tuple[float, float], lngs: np.ndarray, lats: np.ndarray) -> float:
    return float(great_circle_m(a[1], a[0], lngs, lats).max())


@pytest.mark.parametrize("pair", GCJ02_PUBLISHED, ids=["Shanghai", "Shenzhen", "Beijing"])
def test_published_places_have_their_published_gcj02(pair: tuple[float, ...]) -> None:
    assert metres(pair[2:], *from_wgs84(pair[1], pair[0], "gcj02")) < 0.05
    assert metres(pair[:2], *to_wgs84(pair[3], pair[2], "gcj02")) < 0.05


@pytest.mark.parametrize("pair", BD09_AGREED)
def test_places_have_the_bd09_that_open_converters_agree_on(pair: tuple[float, ...]) -> None:
    assert metres(pair[2:], *from_wgs84(pair[1], pair[0], "bd09")) < 0.05
    assert metres(pair[:2], *to_wgs84(pair[3], pair[2], "bd09")) < 0.05


@given(china_points)
def test_another_librarys_forward_way_is_the_same(points: list[tuple[float, float]]) -> None:
    lng, lat = np.array(points).T
    for datum, theirs in (("gcj02", prcoords.wgs_gcj), ("bd09", prcoords.wgs_bd)):
        wanted = np.array([theirs((y, x)) for x, y in points])
        assert great_circle_m(*from_wgs84(lng, lat, datum), wanted[:, 1], wanted[:, 0]).max() < 0.001


@given(china_points, datums)
def test_the_way_back_is_exact_to_a_millimetre_inside_china(points: list[tuple[float, float]], datum: str) -> None:
    lng, lat = np.array(points).T

    there = from_wgs84(lng, lat, datum)
    back = to_wgs84(*there, datum)

    assert great_circle_m(lng, lat, *back).max() < 0.001
    assert great_circle_m(*from_wgs84(*back, datum), *there).max() < 0.001


@given(china_points, datums)
def test_a_datum_shifts_by_hundreds_of_metres_at_most(points: list[tuple[float, float]], datum: str) -> None:
    lng, lat = np.array(points).T

    assert great_circle_m(lng, lat, *from_wgs84(lng, lat, datum)).max() < 2_500


@given(st.floats(-180, 180), st.floats(-90, 90), datums)
def test_nothing_moves_outside_china(lng: float, lat: float, datum: str) -> None:
    if in_china(lng, lat):
        return
    assert [float(part[0]) for part in from_wgs84(lng, lat, datum)] == [lng, lat]
    assert [float(part[0]) for part in to_wgs84(lng, lat, datum)] == [lng, lat]


def test_places_inside_and_outside_may_be_mixed_and_the_input_stays_as_it_was() -> None:
    lng, lat = np.array([2.35, 121.4737, -74.0]), np.array([48.86, 31.2304, 40.7])

    moved_lng, moved_lat = from_wgs84(lng, lat, "gcj02")

    assert (moved_lng != lng).tolist() == [False, True, False]
    assert (moved_lat != lat).tolist() == [False, True, False]
    assert lng.tolist() == [2.35, 121.4737, -74.0]


def test_no_places_are_no_places() -> None:
    assert [len(part) for part in to_wgs84([], [], "bd09")] == [0, 0]


def test_a_missing_coordinate_stays_missing() -> None:
    lng, lat = to_wgs84([np.nan, 121.4737], [31.0, 31.2304], "gcj02")
    assert np.isnan(lng[0])
    assert lng[1] == pytest.approx(121.469, abs=0.001)
    assert lat[0] == 31.0


@pytest.mark.parametrize("datum", ["", "WGS84", "cgcs2000"])
def test_an_unknown_datum_is_refused_by_name(datum: str) -> None:
    for turn in (to_wgs84, from_wgs84):
        with pytest.raises(UnknownDatum, match="wgs84, gcj02, bd09"):
            turn([121.0], [31.0], datum)
