"""The features of the layers as GeoJSON: put and moved by staff, read by everyone as far as they are public."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask.testing import FlaskClient
from geojson_pydantic import FeatureCollection

from data.database import Database
from layers import catalogue
from tests.layers.legal_moves import LEGAL
from tests.webmap.official import BOX, LAT, LNG, feature, in_a_page, later, point, put, report, square
from tests.webmap.problems import problem_of

SignedIn = Callable[..., FlaskClient]
PUBLIC = ("compounds", "checkpoints", "quarantine_zones", "supply_drops")


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """A community official, in a page of this site."""
    return in_a_page(signed_in("community_official"))


def features_of(client: FlaskClient, layer: str, query: str = "") -> list[dict[str, Any]]:
    """The features a client sees, after checking that they are GeoJSON."""
    answer = client.get(f"/api/v1/{layer}?{query}")
    assert answer.content_type == "application/geo+json", answer.get_data(as_text=True)
    FeatureCollection.model_validate_json(answer.get_data())
    found: list[dict[str, Any]] = answer.get_json(force=True)["features"]
    return found


def test_what_an_official_puts_on_the_map_everyone_sees_who_may(official: FlaskClient, client: FlaskClient) -> None:
    for layer in LEGAL | {"compounds": {}}:
        number = put(official, layer)

        assert [one["id"] for one in features_of(official, layer)] == [number]
        if layer in PUBLIC:
            assert [one["id"] for one in features_of(client, layer)] == [number]


@pytest.mark.parametrize("layer", ["needs", "volunteer_shifts"])
def test_what_is_not_public_is_not_given_to_a_visitor(client: FlaskClient, layer: str) -> None:
    problem_of(client.get(f"/api/v1/{layer}"), 401)
    problem_of(client.get(f"/api/v1/{layer}?bbox={BOX}&limit=1"), 401)


def test_a_visitor_sees_the_public_fields_and_no_other(official: FlaskClient, client: FlaskClient) -> None:
    for layer in PUBLIC:
        put(official, layer)

        (found,) = features_of(client, layer)
        assert set(found["properties"]) == set(catalogue.layer(layer).public_fields)


def test_a_visitor_sees_no_zone_that_is_not_in_force_yet(official: FlaskClient, client: FlaskClient) -> None:
    put(official, "quarantine_zones", state="drafted")
    put(official, "quarantine_zones", state="proposed")

    assert features_of(client, "quarantine_zones") == []
    assert len(features_of(official, "quarantine_zones")) == 2


@pytest.mark.parametrize("layer", LEGAL)
def test_a_feature_goes_to_the_states_its_table_allows_and_to_no_other(
    official: FlaskClient, signed_in: SignedIn, layer: str
) -> None:
    second = in_a_page(signed_in("city_official"))  # whoever proposed a zone cannot put it into force
    for state, to_state in product(LEGAL[layer], (*LEGAL[layer], "confirmed", "")):
        number = put(official, layer, state=state)
        answer = second.post(f"/api/v1/{layer}/{number}/moves", json={"to": to_state, "reason": "because"})
        now = next(one for one in features_of(official, layer) if one["id"] == number)["properties"]["state"]
        if to_state in LEGAL[layer][state]:
            assert answer.status_code == 200, (state, to_state)
            assert answer.get_json() == {"id": number, "state": to_state}
            assert now == to_state
        else:
            problem_of(answer, 409)
            assert now == state, (state, to_state)


def test_a_zone_that_is_in_force_again_holds_again(official: FlaskClient, client: FlaskClient) -> None:
    number = put(official, "quarantine_zones")

    def zones() -> int:
        cells = client.get(f"/api/v1/cells?bbox={BOX}&res=11").get_json()["cells"]
        return sum("zone" in cell for cell in cells.values())

    for to_state, holds in (("lifted", False), ("in_force", True), ("lifted", False)):
        official.post(f"/api/v1/quarantine_zones/{number}/moves", json={"to": to_state})
        assert (zones() > 0) is holds


def test_lifting_a_zone_that_is_over_does_not_make_it_last_longer(official: FlaskClient) -> None:
    number = put(official, "quarantine_zones", valid_from=later(-9), valid_to=later(-5))

    official.post(f"/api/v1/quarantine_zones/{number}/moves", json={"to": "lifted"})

    assert features_of(official, "quarantine_zones")[0]["properties"]["valid_to"] == later(-5)


def test_a_compounds_status_follows_from_the_zones_over_it_at_the_moment_asked(
    official: FlaskClient, client: FlaskClient
) -> None:
    put(official, "compounds")
    put(official, "quarantine_zones", level="control", valid_from=later(-9))
    put(official, "quarantine_zones", level="lockdown", valid_from=later(-6), valid_to=later(-3))

    def status(query: str) -> str:
        return str(features_of(client, "compounds", query)[0]["properties"]["status"])

    assert [status(f"at={later(hours)}") for hours in (-10, -8, -4, -1)] == [
        "open",
        "controlled",
        "locked",
        "controlled",
    ]
    assert status("") == "controlled"


def test_the_same_source_id_again_changes_the_feature_that_has_it(official: FlaskClient) -> None:
    first = official.post("/api/v1/compounds", json=feature("compounds", source_id="c1", households=10))
    again = official.post("/api/v1/compounds", json=feature("compounds", source_id="c1", households=20))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    (found,) = features_of(official, "compounds")
    assert found["properties"]["households"] == 20


def test_pages_follow_one_another_to_the_end_and_repeat_nothing(official: FlaskClient, client: FlaskClient) -> None:
    numbers = [put(official, "checkpoints", name=f"卡点{i}") for i in range(7)]

    seen: list[int] = []
    query = f"/api/v1/checkpoints?bbox={BOX}&limit=3"
    for _ in range(4):
        page = client.get(query).get_json(force=True)
        seen += [one["id"] for one in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        query = following[0]

    assert seen == numbers


def test_a_box_gives_what_touches_it(official: FlaskClient, client: FlaskClient) -> None:
    put(official, "checkpoints")
    put(official, "compounds")

    def found(west: float, south: float, east: float, north: float) -> tuple[int, int]:
        query = f"bbox={LNG + west},{LAT + south},{LNG + east},{LAT + north}"
        return len(features_of(client, "checkpoints", query)), len(features_of(client, "compounds", query))

    assert found(-0.001, -0.001, 0.001, 0.001) == (1, 1)
    assert found(0.0015, 0.0015, 0.01, 0.01) == (0, 1)
    assert found(0.01, 0.01, 0.02, 0.02) == (0, 0)


def test_only_what_holds_at_a_moment_is_given_for_it(official: FlaskClient, client: FlaskClient) -> None:
    put(official, "quarantine_zones", valid_from=later(-9), valid_to=later(-5))

    assert [len(features_of(client, "quarantine_zones", f"at={later(hours)}")) for hours in (-10, -7, -4)] == [0, 1, 0]


def test_staff_see_a_need_at_its_cell_and_nothing_private(official: FlaskClient, client: FlaskClient) -> None:
    report(client, contact="13800000001", words="三楼 302", lon=LNG + 0.00012, lat=LAT + 0.00034)

    (found,) = features_of(official, "needs", f"bbox={BOX}")

    assert found["properties"]["service"] == "food"
    assert not {"contact", "words", "lng", "lat", "unit", "building"} & set(found["properties"])
    assert found["geometry"]["coordinates"] != [LNG + 0.00012, LAT + 0.00034]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("compounds", {"type": "Feature", "geometry": square(), "properties": {}}, "name"),
    ("compounds", feature("compounds", households=-1), "households"),
    ("compounds", feature("compounds", colour="red"), "colour"),
    ("compounds", feature("compounds") | {"geometry": point()}, ""),
    ("compounds", feature("compounds") | {"geometry": None}, ""),
    ("compounds", feature("compounds") | {"geometry": {"type": "Polygon", "coordinates": "here"}}, ""),
    ("compounds", feature("compounds") | {"geometry": square(lat=91)}, ""),
    ("compounds", feature("compounds") | {"geometry": square(80, 20, 30)}, ""),
    ("compounds", {"type": "FeatureCollection", "properties": {}}, "type"),
    ("checkpoints", feature("checkpoints") | {"geometry": square()}, ""),
    ("checkpoints", feature("checkpoints") | {"geometry": point(lat=99)}, ""),
    ("checkpoints", feature("checkpoints", hours="always, mostly"), "hours"),
    ("quarantine_zones", feature("quarantine_zones", level="severe"), "level"),
    ("quarantine_zones", feature("quarantine_zones", valid_from=later(1), valid_to=later(0)), ""),
    ("quarantine_zones", feature("quarantine_zones", valid_from="2026-02-03T10:00:00"), "valid_from"),
    ("supply_drops", feature("supply_drops", window_to=later(-2)), ""),
    ("volunteer_shifts", feature("volunteer_shifts", places_filled=5), ""),
    ("volunteer_shifts", feature("volunteer_shifts", cells=["8b309a425d4cfff", "no cell"]), ""),
    ("volunteer_shifts", feature("volunteer_shifts", cells=["no cell"]) | {"geometry": None}, ""),
    ("volunteer_shifts", feature("volunteer_shifts", cells=["8031fffffffffff"]) | {"geometry": None}, ""),
]


def test_a_feature_that_cannot_be_taken_is_refused_with_its_reason_and_changes_nothing(official: FlaskClient) -> None:
    for layer, body, field in REFUSED:
        problem = problem_of(official.post(f"/api/v1/{layer}", json=body), 400)

        assert field == "" or field in [one["field"] for one in problem["errors"]], body
        assert features_of(official, layer) == [], body


def test_a_question_that_makes_no_sense_is_a_problem(client: FlaskClient) -> None:
    for query in (
        "bbox=", "bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=a,b,c,d", "bbox=5,1,4,2", "bbox=1,5,2,4", "bbox=1,1,1,2",
        "bbox=nan,1,2,3", "bbox=-200,0,0,1", "bbox=0,0,1,91", "limit=0", "limit=1001", "limit=many", "after=-1",
        "at=yesterday", "at=2026-02-03", "at=2026-02-03T10:00:00", "at=99999-01-01T00:00:00Z",
        "at=9999-12-31T20:00:00Z", "colour=red",
    ):  # fmt: skip
        problem_of(client.get(f"/api/v1/compounds?{query}"), 400)


def test_an_unknown_layer_is_told_with_those_there_are(client: FlaskClient, official: FlaskClient) -> None:
    assert "compounds" in problem_of(client.get("/api/v1/dragons"), 404)["detail"]
    problem_of(official.post("/api/v1/dragons", json={}), 405)


def test_a_move_of_what_is_not_there_is_a_problem(official: FlaskClient) -> None:
    problem_of(official.post("/api/v1/checkpoints/999/moves", json={"to": "closed"}), 404)
    problem_of(official.post("/api/v1/checkpoints/0/moves", json={"to": "closed"}), 400)
    problem_of(official.post("/api/v1/compounds/1/moves", json={"to": "closed"}), 404)


def test_a_coordinator_writes_drops_and_shifts_and_nothing_else(signed_in: SignedIn) -> None:
    coordinator = in_a_page(signed_in("coordinator", organization="志愿队"))

    put(coordinator, "supply_drops")
    put(coordinator, "volunteer_shifts")
    for layer in ("compounds", "checkpoints", "quarantine_zones"):
        problem_of(coordinator.post(f"/api/v1/{layer}", json=feature(layer)), 403)


def test_a_visitor_and_a_volunteer_write_nothing(client: FlaskClient, signed_in: SignedIn, database: Database) -> None:
    for layer in LEGAL:
        problem_of(client.post(f"/api/v1/{layer}", json=feature(layer)), 401)
    problem_of(in_a_page(signed_in("volunteer")).post("/api/v1/supply_drops", json=feature("supply_drops")), 403)


def test_a_shift_can_say_its_compounds_by_name_or_source_id(official: FlaskClient) -> None:
    put(official, "compounds", source_id="c1")
    body = feature("volunteer_shifts", compounds=["桂花苑", "c1"]) | {"geometry": None}

    assert official.post("/api/v1/volunteer_shifts", json=body).status_code == 201
    (shift,), (compound,) = features_of(official, "volunteer_shifts"), features_of(official, "compounds")
    assert shift["geometry"] == compound["geometry"]

    unknown = feature("volunteer_shifts", compounds=["桂花苑", "无此小区"]) | {"geometry": None}
    assert "无此小区" in problem_of(official.post("/api/v1/volunteer_shifts", json=unknown), 400)["detail"]
