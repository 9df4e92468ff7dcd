"""The invented quarter as a place: what stands in it, and that it could stand."""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import pytest
import shapely
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from data.demo.neighbourhood import streets_geojson
from geo import cells
from tests.data.demo.days import filled

METRE = 1e-5  # degrees, about


def area_ha(geometry: BaseGeometry) -> float:
    metres = shapely.transform(geometry, lambda points: points * [111_320 * np.cos(np.radians(30.3)), 111_320])
    return float(metres.area) / 10_000


def test_the_quarter_has_120_compounds_in_ten_communities_of_two_subdistricts() -> None:
    rows = filled().compounds
    assert len(rows) == 120
    assert len({row.values["name"] for row in rows}) == 120
    levels = Counter(area.level for area in filled().areas)
    assert levels == {"city": 1, "district": 1, "subdistrict": 2, "community": 10}
    assert all(count >= 3 for count in Counter(row.values["community"] for row in rows).values())


def test_every_compound_lies_in_the_community_and_subdistrict_it_names() -> None:
    outlines = {area.name: area.polygon for area in filled().areas}
    for row in filled().compounds:
        for level in ("community", "subdistrict"):
            assert outlines[row.values[level]].buffer(METRE).contains(row.geometry), row.values["name"]


def test_each_area_lies_in_its_parent_and_communities_do_not_overlap() -> None:
    outlines = {area.code: area.polygon for area in filled().areas}
    for area in filled().areas:
        assert area.parent == "" or outlines[area.parent].buffer(METRE).contains(area.polygon), area.name
    communities = [area.polygon for area in filled().areas if area.level == "community"]
    assert sum(one.area for one in communities) == pytest.approx(unary_union(communities).area, rel=1e-4)


def test_compounds_do_not_touch_one_another_the_streets_or_the_water() -> None:
    outlines = [row.geometry for row in filled().compounds]
    assert sum(one.area for one in outlines) == pytest.approx(unary_union(outlines).area, rel=1e-9)
    ways = unary_union([street.line for street in filled().streets] + [water.polygon for water in filled().water])
    for outline, row in zip(outlines, filled().compounds, strict=True):
        assert not outline.intersects(ways), row.values["name"]


def test_compounds_have_the_size_and_the_people_of_real_ones() -> None:
    for row in filled().compounds:
        values = row.values
        assert 0.9 <= area_ha(row.geometry) <= 6.4, values["name"]
        assert 200 <= values["households"] <= 2400
        assert 2.35 <= values["population"] / values["households"] <= 2.95
    assert 40_000 < sum(row.values["households"] for row in filled().compounds) < 75_000


def test_some_compounds_are_known_by_another_name_and_no_alias_is_another_compounds_name() -> None:
    names = {row.values["name"] for row in filled().compounds}
    aliases = [alias for row in filled().compounds for alias in row.values["aliases"]]
    assert len(aliases) >= 20
    assert len(set(aliases)) == len(aliases)
    assert not names & set(aliases)


def test_every_geometry_is_valid_and_within_the_city() -> None:
    place = filled()
    city = next(area.polygon for area in place.areas if area.level == "city")
    rows = [*place.compounds, *place.checkpoints, *place.quarantine_zones, *place.supply_drops, *place.volunteer_shifts]
    geometries = [row.geometry for row in rows if row.geometry is not None]
    geometries += [need.geometry for need in place.needs] + [house.polygon for house in place.buildings]
    for geometry in geometries:
        assert geometry.is_valid
        assert not geometry.is_empty
        assert city.contains(geometry)
    for ground in (*place.parks, *place.water):
        assert ground.polygon.is_valid, ground.name


def test_every_house_stands_inside_its_compound() -> None:
    outlines = {row.values["source_id"]: row.geometry.buffer(METRE / 10) for row in filled().compounds}
    for house in filled().buildings:
        assert outlines[house.compound].contains(house.polygon), (house.compound, house.number)
    assert min(Counter(house.compound for house in filled().buildings).values()) >= 2


def test_the_quarter_lies_in_one_cell_of_the_coarsest_resolution() -> None:
    corners = np.vstack([shapely.get_coordinates(row.geometry) for row in filled().compounds])
    leaves = cells.leaves_of(corners[:, 0], corners[:, 1])
    assert len(set(cells.parent(leaves, cells.COARSEST).tolist())) == 1
    assert 30.2 < corners[:, 1].min() < corners[:, 1].max() < 30.4
    assert 120.0 < corners[:, 0].min() < corners[:, 0].max() < 120.3


def test_the_streets_can_stand_in_for_a_base_map() -> None:
    drawn = streets_geojson(filled())
    kinds = Counter((one["properties"]["layer"], one["properties"]["kind"]) for one in drawn["features"])
    assert kinds["street", "arterial"] == 6
    assert kinds["street", "street"] >= 15
    assert kinds["water", "canal"] == 1
    assert kinds["park", "park"] >= 3
    layers = [one["properties"]["layer"] for one in drawn["features"]]
    assert layers == sorted(layers, key=["park", "water", "street"].index), "the ground is drawn first"
    assert sum(one["properties"]["layer"] == "building" for one in drawn["features"]) == 0
    with_houses = streets_geojson(filled(), buildings=True)["features"]
    assert len(with_houses) == len(drawn["features"]) + len(filled().buildings)


def test_streets_are_drawn_to_the_metre_and_weigh_no_more() -> None:
    text = json.dumps(streets_geojson(filled()))
    assert re.findall(r"\d+\.\d{6,}", text) == []
    first = next(one for one in filled().streets if one.kind == "arterial")
    drawn = [shape(one["geometry"]) for one in streets_geojson(filled())["features"]]
    assert min(first.line.hausdorff_distance(one) for one in drawn) < METRE


def test_gates_stand_at_the_edge_of_the_compound_they_name() -> None:
    outlines = {row.values["name"]: row.geometry for row in filled().compounds}
    kinds = Counter(row.values["kind"] for row in filled().checkpoints)
    assert kinds == {"compound_entrance": 33, "expressway": 1, "station": 1, "village_road": 2, "market": 3}
    for row in filled().checkpoints:
        if row.values["kind"] == "compound_entrance":
            assert isinstance(row.geometry, Point)
            assert outlines[row.values["compound"]].exterior.distance(row.geometry) < METRE
