"""The page of planning: a form that makes a plan, keeps it and publishes its posts as shifts; clear where it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data import streets
from data.database import Database
from data.exchange.osm_streets import FoundLine
from geo.coordinates import Box
from layers.actor import Actor
from layers.planning.actions import set_weight
from tests.layers.planning.streets import at, locked_compound, need, square
from tests.layers.town import Thing, fill
from tests.webmap.official import in_a_page

SignedIn = Callable[..., FlaskClient]
NOW = datetime.now(UTC)


@pytest.fixture
def coordinator(signed_in: SignedIn, database: Database) -> FlaskClient:
    """A coordinator in whose map food is asked for in two places, and behind a wall without a gate."""
    just_now = {"reported_at": NOW - timedelta(minutes=5)}
    fill(database, [need(at(0), urgency="urgent", **just_now), need(at(3000), **just_now), *locked_compound(None)], NOW)
    return in_a_page(signed_in("coordinator", organization="志愿队"))


def page(answer: TestResponse) -> str:
    """The words of a page, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def shifts(client: FlaskClient) -> list[dict[str, Any]]:
    found = client.get("/api/v1/volunteer_shifts").get_json()["features"]
    return [one["properties"] for one in found]


def test_signed_out_one_is_led_to_the_sign_in_page(app: Any) -> None:
    answer = app.test_client().get("/plan?volunteers=3")

    assert (answer.status_code, answer.location.startswith("/sign-in")) == (302, True)


def test_the_page_says_what_nobody_takes_care_of_before_a_plan_is_asked_for(coordinator: FlaskClient) -> None:
    said = page(coordinator.get("/plan"))

    assert "What is asked for, and what nobody takes care of" in said
    assert "莲塘新村 4 0 0 4 0" in said
    assert "400 homes: nobody gets out of there" in said
    assert "The plan" not in said


def test_a_city_too_large_for_one_plan_is_still_shown_with_what_nobody_takes_care_of(
    coordinator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.planning.ground.MOST_CELLS", 10)

    city, plan = coordinator.get("/plan"), coordinator.get("/plan?role=delivery&volunteers=1")

    assert (city.status_code, plan.status_code) == (200, 400)
    assert "莲塘新村 4 0 0 4 0" in page(city)
    assert "The area is too large to say which homes have no open gate near." in page(city)
    assert "That is too large for one plan on foot." in page(plan)


def test_what_is_written_meanwhile_is_on_the_page_of_the_next_look(
    coordinator: FlaskClient, database: Database
) -> None:
    assert "away from compounds 4 0 0 4 2" in page(coordinator.get("/plan"))

    fill(database, [need(at(3000), reported_at=NOW - timedelta(minutes=5))], NOW)

    assert "away from compounds 5 0 0 5 3" in page(coordinator.get("/plan"))


def test_a_plan_says_where_what_for_how_good_it_is_and_what_is_left(coordinator: FlaskClient) -> None:
    said = page(coordinator.get("/plan?role=delivery&volunteers=1"))

    assert "3 of 8 points come within reach. No other choice of posts reaches more." in said
    assert "One volunteer more would bring 1." in said
    assert "1 person, adds 3 points" in said
    assert "No open gate leads there 莲塘新村 4" in said


def test_a_few_hundredths_of_a_point_are_not_said_to_be_none(coordinator: FlaskClient, database: Database) -> None:
    with database.write() as session:
        set_weight(session, "urgency", "ordinary", 0.04, Actor("admin", "administrator", ""), NOW)

    assert "One volunteer more would bring 0.04." in page(coordinator.get("/plan?role=delivery&volunteers=1"))


def test_large_numbers_are_written_as_readers_write_them(coordinator: FlaskClient, database: Database) -> None:
    compound = {"name": "大江花园", "households": 8609, "population": 20000}
    zone = {"name": "大江封控区", "level": "lockdown"}
    outline = square(-3000, 0, 100)
    fill(database, [Thing("compounds", compound, outline), Thing("quarantine_zones", zone, outline)], NOW)

    assert "9,009 homes: nobody gets out of there" in page(coordinator.get("/plan"))


def test_the_page_says_what_people_walk_over_and_whose_streets_they_are(
    coordinator: FlaskClient, database: Database
) -> None:
    asked = "/plan?role=delivery&volunteers=1"
    before = page(coordinator.get(asked))
    box = Box(at(-9000).x, at(0, -9000).y, at(9000).x, at(0, 9000).y)
    with database.write() as session:
        number = streets.begin(session, "town.osm", box, 6000, NOW)
        way = shapely.LineString([at(-600), at(0), at(3600)])
        streets.add(session, number, [FoundLine("way/1", "way", way)])
        streets.finish(session, number, NOW)

    kept = coordinator.post("/plan", data={"role": "delivery", "volunteers": "1"}).location

    assert "On foot over open ground: no streets are loaded here." in before
    for address in (asked, kept):
        assert "On foot over streets of OpenStreetMap, © OpenStreetMap contributors." in page(coordinator.get(address))
    chinese = page(coordinator.get(f"{asked}&lang=zh_Hans"))
    assert "步行沿 OpenStreetMap 的街道计算，© OpenStreetMap 贡献者。" in chinese


def test_the_part_of_the_map_one_sees_is_planned_for_alone(coordinator: FlaskClient) -> None:
    box = f"{at(2800).x},{at(0, -200).y},{at(3200).x},{at(0, 200).y}"

    assert "1 of 1 points come within reach." in page(
        coordinator.get("/plan", query_string={"volunteers": "2", "area": "shown", "bbox": box})
    )


def test_what_cannot_be_planned_keeps_what_was_written_and_marks_what_is_wrong(coordinator: FlaskClient) -> None:
    for words, marked in [
        ({"volunteers": "0"}, "volunteers"),
        ({"volunteers": "many"}, "volunteers"),
        ({"volunteers": ""}, "volunteers"),
        ({"minutes": "61"}, "minutes"),
        ({"role": "singing"}, "role"),
        ({"to": "2020-01-01T00:00"}, "to"),
        ({"from": "soon"}, "to"),
        ({"from": "9999-12-30T00:00", "to": "9999-12-31T20:00"}, "to"),
        ({"area": "shown", "bbox": "1,2,3"}, "area"),
        ({"area": "shown", "bbox": "3,2,1,4"}, "area"),
        ({"area": "shown", "bbox": "nan,0,1,1"}, "area"),
    ]:
        answer = coordinator.get("/plan", query_string={"volunteers": "7", **words})

        text = answer.get_data(as_text=True)
        assert answer.status_code == 400, words
        assert re.findall(r'id="problem-(\w+)"', text) == [marked], words
        assert f'value="{words.get("volunteers", "7")}"' in text


@pytest.mark.parametrize("terms", ["", "&backup=1&floor=10"], ids=["no terms", "a second post and a floor"])
def test_where_nobody_asks_the_page_says_what_to_do(coordinator: FlaskClient, terms: str) -> None:
    said = page(coordinator.get(f"/plan?role=gate&volunteers=3{terms}"))

    assert "Nobody asks for this there and then. Choose another role" in said


def test_a_plan_is_kept_and_published_once(coordinator: FlaskClient) -> None:
    kept = coordinator.post("/plan", data={"role": "delivery", "volunteers": "3"})
    address = kept.location.partition("?")[0]
    assert kept.status_code == 303
    assert "The plan is kept." in page(coordinator.get(kept.location))
    assert shifts(coordinator) == []

    answers = [coordinator.post(f"{address}/publish") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert "Published as 2 shifts." in page(coordinator.get(address))
    assert [(one["organization"], one["role"], one["places_wanted"]) for one in shifts(coordinator)] == [
        ("志愿队", "delivery", 2), ("志愿队", "delivery", 1),
    ]  # fmt: skip
    assert "Delivery, 3 people" in page(coordinator.get("/plan"))


def test_others_may_not_publish_a_plan_and_a_volunteer_none(coordinator: FlaskClient, signed_in: SignedIn) -> None:
    address = coordinator.post("/plan", data={"volunteers": "3"}).location.partition("?")[0]
    official, volunteer = in_a_page(signed_in("city_official")), in_a_page(signed_in("volunteer"))

    for organization in ("志愿队", "别队"):
        assert official.post(f"{address}/publish", data={"organization": organization}).status_code == 403
    assert volunteer.post(f"{address}/publish").status_code == 403
    assert "Asked for 志愿队 By others By nobody" in page(volunteer.get(address))
    assert "Asked for By us By others By nobody" in page(coordinator.get(address))
    assert shifts(official) == []
    assert coordinator.post(f"{address}/publish").status_code == 303
    assert official.post(f"{address}/publish", data={"organization": "志愿队"}).status_code == 403
    assert official.get("/plan/999").status_code == 404


def test_an_official_publishes_a_plan_of_their_own_for_an_organization(
    coordinator: FlaskClient, signed_in: SignedIn
) -> None:
    official = in_a_page(signed_in("city_official"))
    address = official.post("/plan", data={"volunteers": "1"}).location.partition("?")[0]

    refused = official.post(f"{address}/publish", data={"organization": "nobody"})
    done = official.post(f"{address}/publish", data={"organization": "志愿队"})

    assert (refused.status_code, done.status_code) == (403, 303)
    assert "Choose the organization" in page(refused)
    assert [one["organization"] for one in shifts(official)] == ["志愿队"]


def test_the_whole_of_it_is_in_chinese_too(coordinator: FlaskClient) -> None:
    said = page(coordinator.get("/plan?volunteers=1&lang=zh_Hans"))

    assert "8 分中有 3 分在可及范围内。" in said
    assert "没有开放的卡点可以进入" in said
