"""What a zone would do, as an official asks before proposing it: the same as asking shapely about each thing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import h3
import pytest
import shapely
import shapely.affinity
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from tests.webmap.official import LAT, LNG, in_a_page, later, point, put, report, square
from tests.webmap.problems import problem_of

SignedIn = Callable[..., FlaskClient]
ADDRESS = "/api/v1/quarantine_zones/effects"

#: Compounds of a street pattern, 220 m apart, and what stands among them.
STEP = 0.002
PLACES = [(LNG + east * STEP, LAT + north * STEP) for east in range(4) for north in range(4)]


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """A district official, in a page of this site."""
    return in_a_page(signed_in("district_official"))


def effects(client: FlaskClient, **asked: Any) -> dict[str, Any]:
    answer = client.post(ADDRESS, json=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


def outline(shape: BaseGeometry) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return told


def names(told: dict[str, Any], which: str) -> set[str]:
    return {one["name"] for one in told["compounds"][which]}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    west=st.floats(-STEP, 3 * STEP), south=st.floats(-STEP, 3 * STEP),
    width=st.floats(STEP / 4, 4 * STEP), height=st.floats(STEP / 4, 4 * STEP), turned=st.floats(0, 90),
)  # fmt: skip
def test_what_a_zone_does_is_what_shapely_says_of_each_thing(
    official: FlaskClient, town: dict[str, BaseGeometry], west: float, south: float, width: float, height: float,
    turned: float,
) -> None:  # fmt: skip
    box = shapely.box(LNG + west, LAT + south, LNG + west + width, LAT + south + height)
    zone = shapely.affinity.rotate(box, turned)

    told = effects(official, geometry=outline(zone))

    share = {name: zone.intersection(shape).area / shape.area for name, shape in town.items()}
    assert names(told, "inside") == {name for name, part in share.items() if part > 0.95}
    assert names(told, "cut") == {name for name, part in share.items() if 0.05 <= part <= 0.95}
    assert told["households"]["inside"] == 10 * len(names(told, "inside"))
    centres = [h3.cell_to_latlng(h3.latlng_to_cell(LAT + STEP / 2, LNG + i * STEP + STEP / 2, LEAF)) for i in range(4)]
    assert told["needs"]["open"] == sum(zone.intersects(shapely.Point(lng, lat)) for lat, lng in centres)


#: The resolution of a need's leaf (docs/decisions/0001).
LEAF = 13


@pytest.fixture
def town(official: FlaskClient) -> dict[str, BaseGeometry]:
    """Sixteen compounds of ten households by their names, and four needs along the southern row."""
    shapes: dict[str, BaseGeometry] = {}
    for number, (lng, lat) in enumerate(PLACES):
        drawn = square(lng, lat, STEP * 0.8)
        shapes[f"{number} 号院"] = shapely.from_geojson(json.dumps(drawn))
        put(official, "compounds", drawn, name=f"{number} 号院", households=10, population=25)
    for east in range(4):
        report(official, lon=LNG + east * STEP + STEP / 2, lat=LAT + STEP / 2)
    return shapes


def test_what_a_zone_stops_and_touches_is_named(official: FlaskClient) -> None:
    put(official, "compounds", square(side=STEP), name="桂花苑", households=120, population=300)
    put(official, "checkpoints", point(LNG + STEP / 2, LAT - 0.0001), name="南门")
    put(official, "checkpoints", point(LNG + STEP / 2, LAT - 0.001), name="远门")
    put(official, "volunteer_shifts", organization="志愿队")
    put(official, "supply_drops", point(LNG + STEP / 2, LAT + STEP / 2), name="北门")
    taken = report(official, lon=LNG + STEP / 2, lat=LAT + STEP / 2, people=3)["id"]
    for body in ({"to": "acknowledged"}, {"to": "assigned", "organization": "蓝马甲"}):
        official.post(f"/api/v1/needs/{taken}/moves", json=body)

    told = effects(official, compounds=["桂花苑"], valid_to=later(48))

    assert names(told, "inside") == {"桂花苑"}
    assert [gate["name"] for gate in told["gates"]] == ["南门"]
    assert 8 <= told["gates"][0]["metres"] <= 14
    assert [shift["organization"] for shift in told["shifts"]] == ["志愿队"]
    assert [drop["name"] for drop in told["drops"]] == ["北门"]
    assert told["needs"] == {"open": 1, "urgent": 0, "taken": 1, "people": 3, "organizations": ["蓝马甲"]}
    after = effects(official, compounds=["桂花苑"], valid_from=later(30), valid_to=later(48))
    assert (after["shifts"], after["drops"]) == ([], [])


def test_a_zone_may_be_picked_from_cells(official: FlaskClient) -> None:
    put(official, "compounds", square(side=STEP / 4), name="小院", households=3)
    around = h3.grid_disk(h3.latlng_to_cell(LAT, LNG, 10), 3)

    assert names(effects(official, cells=list(around)), "inside") == {"小院"}


COUNTRY = outline(shapely.box(75, 20, 130, 50))
WRONG = [
    ({}, ""),
    ({"compounds": ["没有"]}, "compounds"),
    ({"geometry": outline(shapely.box(1, 1, 2, 2)), "compounds": ["x"]}, ""),
    ({"geometry": {"type": "Polygon", "coordinates": []}}, None),
    ({"geometry": {"type": "Point", "coordinates": [120, 30]}}, None),
    ({"geometry": COUNTRY}, "geometry"),
    ({"cells": ["nonsense"]}, None),
    (
        {"cells": ["8928308280fffff"], "valid_from": "2026-02-02T00:00:00Z", "valid_to": "2026-02-01T00:00:00Z"},
        "valid_to",
    ),
]


@pytest.mark.parametrize(("asked", "field"), WRONG)
def test_what_cannot_be_a_zone_is_refused_in_words(official: FlaskClient, asked: dict[str, Any], field: Any) -> None:
    problem = problem_of(official.post(ADDRESS, json=asked), 400)

    assert problem["detail"]
    if field is not None:
        assert problem["errors"][0]["field"] == field


def test_a_drawing_that_crosses_itself_is_taken_with_all_it_encloses(official: FlaskClient) -> None:
    ring = [(LNG, LAT), (LNG + 1e-3, LAT + 1e-3), (LNG + 1e-3, LAT), (LNG, LAT + 1e-3), (LNG, LAT)]

    told = effects(official, geometry={"type": "Polygon", "coordinates": [ring]})

    assert told["geometry"]["type"] == "MultiPolygon"
    assert told["area_m2"] > 1000
