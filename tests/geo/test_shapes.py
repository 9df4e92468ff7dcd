"""Polygons made fit to keep, their area, GeoJSON in and out."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from pyproj import Geod
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon

from geo import shapes
from geo.shapes import BadShape, repair
from tests.geo.places import SHANGHAI, polygons

SQUARE = shapely.box(121.47, 31.23, 121.48, 31.24)
BESIDE = shapely.box(121.475, 31.235, 121.485, 31.245)


@given(polygons(odd=False))
def test_a_good_polygon_stays_as_it_is(polygon: Polygon) -> None:
    assert repair(polygon) == (polygon, False)


@given(polygons())
def test_what_is_kept_is_valid_flat_within_180_and_of_the_same_area(polygon: Polygon) -> None:
    kept, _ = repair(polygon)
    west, _, east, _ = kept.bounds

    assert kept.is_valid
    assert kept.geom_type in ("Polygon", "MultiPolygon")
    assert -180 <= west <= east <= 180
    assert kept.area == pytest.approx(polygon.area, rel=1e-6)
    assert repair(kept) == (kept, False)


def test_both_lobes_of_a_ring_that_crosses_itself_are_kept() -> None:
    kept, was_repaired = repair(Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))

    assert was_repaired
    assert kept.area == pytest.approx(0.5)
    assert kept.geom_type == "MultiPolygon"


def test_parts_that_overlap_are_joined_not_holed() -> None:
    kept, was_repaired = repair(MultiPolygon([SQUARE, BESIDE]))

    assert was_repaired
    assert kept.equals(SQUARE.union(BESIDE))


def test_only_polygons_are_kept_of_a_mixture() -> None:
    kept, was_repaired = repair(GeometryCollection([SQUARE, Point(SHANGHAI), LineString([(0, 0), (1, 1)])]))

    assert was_repaired
    assert kept.equals(SQUARE)


def test_a_height_is_dropped_and_is_no_defect() -> None:
    kept, was_repaired = repair(shapely.force_3d(SQUARE, 4.0))

    assert not was_repaired
    assert not kept.has_z
    assert kept.equals(SQUARE)


@pytest.mark.parametrize(
    "shape",
    [
        Polygon(),
        Point(SHANGHAI),
        Polygon([(0, 0), (1, 1), (2, 2)]),
        Polygon([(0, 0), (1, 0), (1, 91)]),
        Polygon([(421000, 3451000), (421500, 3451000), (421500, 3451500)]),
        Polygon([(-150, 80), (-50, 80), (50, 80), (150, 80)]),
        Polygon([(0, 0), (170, 0), (340, 0), (500, 0), (500, 1), (0, 1)]),
        Polygon([(0, 0), (170, 0), (340, 0), (500, 0), (500, 1), (340, 1), (170, 1), (0, 1)]),
        shapely.box(-180, -85, 180, 85),
    ],
    ids=[
        "empty",
        "point",
        "flat",
        "beyond the pole",
        "metres",
        "a pole",
        "a ring that does not close",
        "more than a turn",
        "the world",
    ],
)
def test_what_cannot_be_kept_is_refused(shape: shapely.Geometry) -> None:
    with pytest.raises(BadShape):
        repair(shape)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_coordinate_that_is_no_number_is_refused(number: float) -> None:
    sound = shapely.to_wkb(Polygon([(0, 0), (1, 0), (1, 7), (0, 0)]))

    with np.errstate(invalid="ignore"):
        broken = shapely.from_wkb(sound.replace(np.float64(7).tobytes(), np.float64(number).tobytes()))

    with pytest.raises(BadShape, match="not a number"):
        repair(broken)


RING_BEYOND = [(179.9, 0), (180.1, 0), (180.1, 0.1), (179.9, 0.1)]
RING_BEFORE = [(-180.1, 0), (-179.9, 0), (-179.9, 0.1), (-180.1, 0.1)]
RING_JUMPING = [(179.9, 0), (-179.9, 0), (-179.9, 0.1), (179.9, 0.1)]
HALVES = MultiPolygon([shapely.box(179.9, 0, 180, 0.1), shapely.box(-180, 0, -179.9, 0.1)])


@pytest.mark.parametrize("ring", [RING_BEYOND, RING_BEFORE, RING_JUMPING], ids=["beyond", "before", "jumping"])
@pytest.mark.parametrize("as_multi", [False, True])
def test_a_polygon_over_the_antimeridian_is_cut_there(ring: list[tuple[float, float]], as_multi: bool) -> None:
    drawn = MultiPolygon([Polygon(ring), SQUARE]) if as_multi else Polygon(ring)
    wanted = shapely.union_all([HALVES, SQUARE]) if as_multi else HALVES

    kept, was_repaired = repair(drawn)

    assert not was_repaired
    assert kept.symmetric_difference(wanted).area < 1e-12


@pytest.mark.parametrize("hole", [RING_BEYOND, RING_BEFORE, RING_JUMPING], ids=["beyond", "before", "jumping"])
def test_a_hole_over_the_antimeridian_stays_a_hole_however_it_is_written(hole: list[tuple[float, float]]) -> None:
    outside = [(179.5, -1), (-179.5, -1), (-179.5, 1), (179.5, 1)]

    kept, _ = repair(Polygon(outside, [hole]))

    assert kept.area == pytest.approx(1 * 2 - 0.2 * 0.1)
    assert not kept.contains(Point(-179.95, 0.05))
    assert not kept.contains(Point(179.95, 0.05))


def test_a_crossing_ring_over_the_antimeridian_is_repaired_and_cut() -> None:
    kept, was_repaired = repair(Polygon([(179.9, 0), (-179.9, 0.1), (-179.9, 0), (179.9, 0.1)]))

    assert was_repaired
    assert kept.area == pytest.approx(0.01)


def test_a_point_beside_a_polygon_over_the_antimeridian_is_dropped() -> None:
    kept, was_repaired = repair(GeometryCollection([Polygon(RING_JUMPING), Point(0, 0)]))

    assert was_repaired
    assert kept.area == pytest.approx(HALVES.area)


@given(polygons())
def test_an_area_is_that_over_the_ellipsoid(polygon: Polygon) -> None:
    wanted = abs(Geod(ellps="WGS84").geometry_area_perimeter(polygon.normalize())[0])

    assert shapes.area_m2(polygon) == pytest.approx(wanted, rel=0.001, abs=0.05)


def test_many_areas_are_those_of_each() -> None:
    assert shapes.areas_m2([SQUARE, BESIDE]).tolist() == [shapes.area_m2(SQUARE), shapes.area_m2(BESIDE)]
    assert shapes.areas_m2([]).tolist() == []


@given(polygons())
def test_a_polygon_survives_geojson(polygon: Polygon) -> None:
    value = shapes.to_geojson(polygon)

    assert value["type"] == "Polygon"
    assert shapes.from_geojson(json.loads(json.dumps(value))).equals_exact(polygon, 0)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [0, 0]}, "properties": {}},
        {"type": "FeatureCollection", "features": []},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "Point", "coordinates": {1, 2}},
        [1, 2],
        None,
    ],
)
def test_what_is_no_geojson_geometry_is_refused(value: object) -> None:
    with pytest.raises(BadShape):
        shapes.from_geojson(value)  # type: ignore[arg-type]
