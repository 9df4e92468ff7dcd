"""The place of each row: in degrees, in range, of the right kind, repaired where it can be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from data.exchange.places import Placed, looks_like_degrees, points_from, settle, shapes_from
from data.exchange.reasons import Unreadable
from data.exchange.specs import GeometryKind
from geo.datums import Datum, from_wgs84

BOWTIE = shapely.from_wkt("POLYGON((121 31, 121.01 31.01, 121.01 31, 121 31.01, 121 31))")
SQUARE = shapely.box(121.4, 31.1, 121.41, 31.11)


def settled(*shapes: Any, wanted: GeometryKind = "point", crs: str | None = None, datum: Datum = "wgs84") -> Placed:
    return settle(np.array(shapes, dtype=object), wanted, crs=crs, datum=datum, bad={})


def why(placed: Placed) -> dict[int, str]:
    return {index: reason.en for index, reason in placed.bad.items()}


@pytest.mark.parametrize(
    ("lng", "lat"), [("121.47", "31.23"), (121.47, 31.23), (" 121.47 ", "３１.２３"), ("121,47", "31,23")]
)
def test_coordinates_are_read_however_they_are_written(lng: Any, lat: Any) -> None:
    shapes, bad = points_from([lng], [lat])

    assert (shapes[0].x, shapes[0].y) == (121.47, 31.23)
    assert not bad


@pytest.mark.parametrize(
    ("lng", "lat", "said"),
    [
        ("NaN", "31.2", "longitude is “NaN”"),
        ("121.4", "inf", "latitude is “inf”"),
        ("121.4", "-Infinity", "latitude is “-Infinity”"),
        ("121.4", "north", "not a number"),
        ("121.4", "", "coordinates are empty"),
    ],
)
def test_half_a_place_is_none(lng: str, lat: str, said: str) -> None:
    _, bad = points_from([lng, "1"], [lat, "2"])

    assert list(bad) == [0]
    assert said in bad[0].en


def test_rows_without_coordinates_are_no_mistake_yet() -> None:
    shapes, bad = points_from(["", None, "1"], ["", "-", "2"])

    assert [shape is None for shape in shapes] == [True, True, False]
    assert not bad


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((121.4, 91.0), "latitude 91 is not between -90 and 90"),
        ((31.2, 121.4), "may be swapped"),
        ((181.0, 31.0), "longitude 181"),
    ],
)
def test_what_is_not_on_earth_is_refused(place: tuple[float, float], said: str) -> None:
    placed = settled(shapely.Point(place), shapely.Point(121, 31))

    assert list(placed.bad) == [0]
    assert said in placed.bad[0].en
    assert placed.shapes[0] is None and placed.shapes[1] is not None


def test_shapes_are_read_as_wkt_ewkt_wkb_and_geojson() -> None:
    texts = [SQUARE.wkt, f"SRID=4326;{SQUARE.wkt}", SQUARE.wkb_hex, shapely.to_geojson(SQUARE), "", None, "NA"]

    shapes, bad = shapes_from(texts)

    assert all(shapely.equals(shape, SQUARE) for shape in shapes[:4])
    assert list(shapes[4:]) == [None] * 3
    assert not bad
    assert list(shapes_from(["POLYGON((1 2"])[1]) == [0]


def test_a_shape_that_says_its_coordinate_system_is_reprojected() -> None:
    shapes, _ = shapes_from(["SRID=2263;POINT(985139 200995)"])

    assert (shapes[0].x, shapes[0].y) == pytest.approx((-73.9968, 40.71836), abs=1e-4)


def test_another_coordinate_system_is_reprojected() -> None:
    placed = settled(shapely.Point(985139.0, 200995.0), crs="EPSG:2263")

    assert (placed.shapes[0].x, placed.shapes[0].y) == pytest.approx((-73.9968, 40.71836), abs=1e-4)


def test_a_place_outside_what_a_projection_covers_is_refused() -> None:
    placed = settled(shapely.Point(1e30, 1e30), shapely.Point(40595506.0, 3431403.0), crs="EPSG:4528")

    assert list(placed.bad) == [0]


def test_a_coordinate_system_nobody_knows_is_refused() -> None:
    with pytest.raises(Unreadable, match="coordinate system"):
        settled(shapely.Point(1, 2), crs='LOCAL_CS["site grid"]')


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_datum_is_turned_into_wgs84(datum: Datum) -> None:
    lngs, lats = from_wgs84([121.4737], [31.2304], datum)

    placed = settled(shapely.Point(lngs[0], lats[0]), datum=datum)

    assert (placed.shapes[0].x, placed.shapes[0].y) == pytest.approx((121.4737, 31.2304), abs=1e-6)


def test_a_polygon_that_crosses_itself_is_repaired_and_counted() -> None:
    placed = settled(BOWTIE, SQUARE, wanted="polygon")

    assert placed.repaired == [0]
    assert shapely.is_valid(placed.shapes[0])
    assert shapely.equals_exact(placed.shapes[1], SQUARE)


def test_an_outline_without_area_is_refused() -> None:
    placed = settled(shapely.from_wkt("POLYGON((121 31, 121.1 31, 121 31))"), wanted="polygon")

    assert "no area" in why(placed)[0]


def test_the_wrong_kind_of_shape_is_refused_not_turned() -> None:
    assert "outline (polygon) is needed" in why(settled(shapely.Point(121, 31), wanted="polygon"))[0]
    assert "a point is needed" in why(settled(SQUARE))[0]
    assert "a point is needed" in why(settled(shapely.from_wkt("LINESTRING(121 31, 122 31)")))[0]


def test_a_multipoint_of_one_is_that_point() -> None:
    assert settled(shapely.MultiPoint([(121, 31)])).shapes[0].geom_type == "Point"


def test_an_empty_shape_is_no_place() -> None:
    assert "no place" in why(settled(shapely.Point(), shapely.Point(121, 31)))[0]


def test_metres_are_told_from_degrees_by_most_of_the_rows() -> None:
    def of(*places: tuple[float, float]) -> bool:
        return looks_like_degrees(np.array([shapely.Point(place) for place in places], dtype=object))

    assert of((121, 31), (121, 31), (985139, 200995))
    assert not of((985139, 200995), (985140, 200996), (121, 31))
