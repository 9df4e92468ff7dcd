"""Supply drops: planned and shown before they are made, taken on step by step, handed out household by household."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from data.database import Database
from data.journal import JournalRow
from geo import cells
from layers.cell_state.verify import differences
from layers.supply_drops.record import DropServing
from tests.webmap.forms import Form, hidden, page
from tests.webmap.official import LAT, LNG, feature, in_a_page, later, point, put, report, square
from tests.webmap.problems import problem_of

SignedIn = Callable[..., FlaskClient]

API = "/api/v1/supply_drops"
RICE = {"item": "大米", "quantity": "1000.05", "unit": "公斤", "unit_value": "5.60", "per_day": "1.5"}
ASKED = {"compounds": ["桂花苑"], "items": [RICE], "window_from": later(20), "window_to": later(23)}

#: The form of the page: one line of goods filled in, one left empty.
FORM = {
    "compound": ["桂花苑"],
    "item": ["大米", ""],
    "quantity": ["1000.05", ""],
    "unit": ["kg", "kg"],
    "each": ["in_all", "in_all"],
    "unit_value": ["5.60", ""],
    "per_day": ["1.5", ""],
    "rule": "equal",
    "walk_m": "500",
    "organization": "志愿队",
}


def local(hours: float) -> str:
    """A moment so many hours from now as the form of a page in China has it."""
    return (datetime.now(UTC) + timedelta(hours=8 + hours)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def planner(signed_in: SignedIn) -> FlaskClient:
    """A district official in whose map there is one compound."""
    client = in_a_page(signed_in("district_official"))
    put(client, "compounds", square(), name="桂花苑", households=120, population=300)
    return client


@pytest.fixture
def volunteer(planner: FlaskClient, signed_in: SignedIn) -> FlaskClient:
    """Somebody who hands out."""
    return in_a_page(signed_in("volunteer", organization="志愿队"))


def sent(**changed: Any) -> dict[str, Any]:
    return {**FORM, "window_from": local(20), "window_to": local(23), **changed}


def drops(client: FlaskClient) -> list[dict[str, Any]]:
    """The drops this reader is told of."""
    told: list[dict[str, Any]] = client.get(API).get_json()["features"]
    return told


def published(client: FlaskClient, **changed: object) -> int:
    """The one drop of a round that was made through the API."""
    answer = client.post(f"{API}/rounds", json={**ASKED, "round": "round-one", **changed})
    assert answer.status_code == 201, page(answer)
    [number] = answer.get_json()["drops"]
    return int(number)


def press(client: FlaskClient, number: int, step: str, *quantities: str) -> TestResponse:
    """Reads a drop and presses one of its buttons."""
    read = page(client.get(f"/drops/{number}"))
    return client.post(
        f"/drops/{number}", data={"step": step, "quantity": list(quantities), "seen": hidden(read, "seen")}
    )


def state_of(client: FlaskClient) -> str:
    [drop] = drops(client)
    return str(drop["properties"]["state"])


def test_a_plan_is_shown_before_it_is_made_and_made_once(planner: FlaskClient, client: FlaskClient) -> None:
    form = sent()
    shown = page(planner.post("/drops/new", data=form))
    assert "8.3 kg" in shown
    assert "4.05 kg" in shown  # what 120 households leave of 1,000.05 kg
    assert "5 days" in shown
    assert "¥5,600.28" in shown
    assert drops(client) == []

    made = {**form, "step": "publish", "seen": hidden(shown, "seen"), "draft": hidden(shown, "draft")}
    assert [planner.post("/drops/new", data=made).status_code for _ in range(2)] == [303, 303]

    [drop] = drops(client)
    assert drop["properties"]["compounds_served"] == ["桂花苑"]
    assert drop["properties"]["state"] == "planned"
    assert Decimal(drop["properties"]["items"][0]["quantity"]) == Decimal("1000.05")
    assert {"plan", "round", "served", "arrived"} & set(drop["properties"]) == set()


def test_an_area_from_the_map_counts_without_what_was_ticked_before_and_is_there_again(planner: FlaskClient) -> None:
    put(planner, "compounds", square(lng=LNG + 0.03), name="远的小区", households=7)
    outline = json.dumps(square(side=0.003))
    hexagon = cells.to_hex(cells.ancestor(cells.leaf_of(LNG, LAT), 8))
    for area, drawn in (("drawn", outline), ("cells", json.dumps([hexagon]))):
        form = sent(area=area, drawn=drawn, compound=["远的小区"])
        shown = page(planner.post("/drops/new", data=form))
        assert "8.3 kg" in shown, area  # for the 120 households inside, as when their compound is ticked
        assert (Form(shown).fields["area"], Form(shown).fields["drawn"]) == (area, drawn)

    refused = page(planner.post("/drops/new", data=sent(area="drawn", drawn=outline, walk_m="3")))
    assert (Form(refused).fields["area"], Form(refused).fields["drawn"]) == ("drawn", outline)


def test_a_plan_that_is_another_one_by_now_is_shown_again(planner: FlaskClient) -> None:
    form = sent()
    shown = page(planner.post("/drops/new", data=form))
    put(planner, "compounds", square(), name="桂花苑二期", households=1)

    answer = planner.post("/drops/new", data={**form, "step": "publish", "seen": hidden(shown, "seen")})

    assert "Something has changed" in page(answer)
    assert drops(planner) == []


def test_what_makes_no_plan_is_told_where_it_stands_and_nothing_is_lost(planner: FlaskClient) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"compound": []}, "Choose one"),
        ({"compound": ["没有这个院"]}, "没有这个院"),
        ({"area": "area:nowhere", "compound": []}, "no such area"),
        ({"area": "zone:²", "compound": []}, "Choose one"),
        ({"area": "drawn"}, "Draw the area"),
        ({"area": "drawn", "drawn": '{"type": "Point", "coordinates": [120, 30]}'}, "Draw the area"),
        ({"area": f"zone:{10**30}", "compound": []}, "Choose one"),
        ({"quantity": ["-5", ""]}, "Write a number above 0"),
        ({"quantity": ["1e9999999", ""]}, "Write a number above 0"),
        ({"unit": ["heap", "kg"]}, "Choose a unit"),
        ({"item": ["大米", "大米"], "quantity": ["9", "9"], "unit": ["kg", "bottle"]}, "bottles cannot be added to kg"),
        ({"item": ["", ""], "quantity": ["", ""]}, "at least one item"),
        ({"unit_value": ["cheap", ""]}, "Write a price"),
        ({"window_from": "tomorrow"}, "Write the day and the time"),
        ({"window_from": local(-3)}, "in the past"),
        ({"window_to": local(2), "window_from": local(4)}, "closes before it opens"),
        ({"walk_m": "3"}, "The walk is"),
        ({"walk_m": "²"}, "Write the metres"),
        ({"window_to": "9999-12-30T23:59"}, "more than a year"),
        ({"window_to": "9999-12-31T23:59"}, "Write the day and the time"),
        ({"rule": "by luck"}, "Choose how"),
        ({"quantity": ["7", ""], "unit": ["bottle", "kg"]}, "does not reach every household"),
    ]
    for changed, said in wrong:
        answer = planner.post("/drops/new", data=sent(**changed))

        assert answer.status_code == 400, changed
        assert said in page(answer), changed
        assert 'value="志愿队"' in page(answer)
    both = page(planner.post("/drops/new", data=sent(compound=[], item=["", ""], quantity=["", ""])))
    assert "Choose one" in both
    assert "at least one item" in both


def test_the_plan_by_interface_is_the_same_for_area_polygon_zone_and_compounds(planner: FlaskClient) -> None:
    zone = put(planner, "quarantine_zones", square(side=0.003), level="control")
    alike = [
        planner.post(f"{API}/plan", json={**ASKED, "compounds": [], **where}).get_json()
        for where in ({"compounds": ["桂花苑"]}, {"geometry": square(side=0.003)}, {"zone": zone})
    ]

    assert alike[0] == alike[1] == alike[2]
    assert alike[0]["households"] == 120
    assert alike[0]["value"] == "5600.28"
    [drop] = alike[0]["drops"]
    assert drop["groups"][0]["rations"] == [{"item": "大米", "quantity": "8.3", "unit": "kg"}]
    assert drops(planner) == []


def test_what_no_plan_can_be_made_of_is_refused(planner: FlaskClient) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"items": [{**RICE, "quantity": "-1"}]}, "greater than 0"),
        ({"items": [{**RICE, "unit": "heap"}]}, "is not known"),
        ({"items": [RICE, {**RICE, "quantity": "9", "unit": "瓶"}]}, "bottles cannot be added to kg"),
        ({"items": []}, "at least 1"),
        ({"compounds": [], "geometry": shapely.geometry.mapping(shapely.box(74, 18, 134, 53))}, "km²"),
        ({"compounds": [], "geometry": square(LNG + 0.2)}, "no household"),
        ({"area": "x"}, "choose one"),
        ({"window_from": later(-2)}, "in the past"),
    ]
    for changed, said in wrong:
        for path, more in (("plan", {}), ("rounds", {"round": "round-one"})):
            problem = problem_of(planner.post(f"{API}/{path}", json={**ASKED, **changed, **more}), 400)
            assert said in str(problem), changed
    assert drops(planner) == []


def test_a_drop_is_taken_on_step_by_step_and_each_says_who_and_what(
    planner: FlaskClient, volunteer: FlaskClient, database: Database
) -> None:
    number = published(planner)

    assert press(volunteer, number, "in_transit").status_code == 303
    assert press(volunteer, number, "arrived", "600").status_code == 303
    assert state_of(planner) == "in_transit"
    assert "600" in page(volunteer.get(f"/drops/{number}"))
    assert press(volunteer, number, "delivered", "990.5").status_code == 303
    assert press(volunteer, number, "distributed", "991").status_code == 400
    assert state_of(planner) == "delivered"
    assert press(volunteer, number, "distributed", "12.5").status_code == 303

    read = page(volunteer.get(f"/drops/{number}"))
    assert "Left over: 大米 12.5 kg" in read
    assert "There so far: 大米 990.5 kg" in read
    assert "volunteer@linli.example.org" in read
    with database.read() as session:
        assert sorted(differences(session)) == []


def test_nothing_written_at_delivery_means_that_all_that_was_planned_is_there(planner: FlaskClient) -> None:
    number = published(planner)
    press(planner, number, "in_transit")
    press(planner, number, "delivered", "")

    assert "There so far: 大米 1,000.05 kg" in page(planner.get(f"/drops/{number}"))


def test_a_mistaken_step_is_taken_back_by_a_step(planner: FlaskClient, volunteer: FlaskClient) -> None:
    number = published(planner)
    for step in ("in_transit", "delivered", "distributed", "delivered", "in_transit"):
        assert press(volunteer, number, step).status_code == 303
    assert press(volunteer, number, "planned").status_code == 403
    assert press(planner, number, "planned").status_code == 303
    assert press(planner, number, "delivered").status_code == 409

    read = page(planner.get(f"/drops/{number}"))
    assert "not over after all" in read
    assert state_of(planner) == "planned"


def test_a_drop_that_was_changed_since_it_was_read_stays_as_it_is(planner: FlaskClient, volunteer: FlaskClient) -> None:
    number = published(planner)
    read = page(volunteer.get(f"/drops/{number}"))
    press(planner, number, "cancelled")

    answer = volunteer.post(f"/drops/{number}", data={"step": "in_transit", "seen": hidden(read, "seen")})

    assert answer.status_code == 409
    assert state_of(planner) == "cancelled"


def test_an_amount_that_is_none_is_refused(planner: FlaskClient) -> None:
    number = published(planner)
    press(planner, number, "in_transit")

    for quantity in ("-1", "NaN", "many", "Infinity", "1e-999999", "1e999999", "1.0005"):
        assert press(planner, number, "arrived", quantity).status_code == 400
        problem_of(planner.post(f"{API}/{number}/arrived", json={"quantities": [quantity]}), 400)


def test_what_was_said_of_another_list_of_goods_counts_no_more(planner: FlaskClient) -> None:
    number = published(planner)
    press(planner, number, "in_transit")
    press(planner, number, "arrived", "600")
    times = {"window_from": ASKED["window_from"], "window_to": ASKED["window_to"]}
    goods = [{"item": "大米", "quantity": "9", "unit": "kg"}, {"item": "油", "quantity": "3", "unit": "bottle"}]

    put(planner, "supply_drops", source_id="round-round-one-1", state="in_transit", items=goods, **times)

    assert "3 bottles" in page(planner.get(f"/drops/{number}"))
    assert "3 bottles" in page(planner.get(f"/drops/{number}/sheet"))
    assert press(planner, number, "delivered", "9", "2").status_code == 303


def test_goods_that_last_for_ever_are_not_needed_again_and_a_drop_is_of_our_time(planner: FlaskClient) -> None:
    number = published(planner, items=[{**RICE, "quantity": "9000000000", "unit_value": None, "per_day": "0.001"}])
    assert "Needed again" not in page(planner.get(f"/drops/{number}"))

    for window in (("0001-01-01T00:00:00Z", later(1)), (later(1), "9999-12-31T23:59:59-08:00")):
        sent_in = feature("supply_drops", window_from=window[0], window_to=window[1])
        problem_of(planner.post(API, json=sent_in), 400)


def test_a_late_drop_is_listed_first(planner: FlaskClient) -> None:
    put(planner, "supply_drops", name="晚到的", window_from=later(-1), window_to=later(2))
    put(planner, "supply_drops", name="来得及的", window_from=later(1), window_to=later(2))

    late, _, rest = page(planner.get("/drops")).partition('id="coming"')

    assert "晚到的" in late
    assert "晚到的" not in rest
    assert "来得及的" in rest


def look_up(client: FlaskClient, number: int, step: str = "look", **door: str) -> str:
    form = {"compound": "桂花苑", "building": "3号楼", "unit": "2-401", "step": step, **door}
    return page(client.post(f"/drops/{number}/serve", data=form))


def test_a_household_is_served_once_and_the_next_phone_is_told_when(
    planner: FlaskClient, volunteer: FlaskClient, database: Database
) -> None:
    number = published(planner)
    for step in ("in_transit", "delivered"):
        press(volunteer, number, step)

    asked = look_up(volunteer, number)
    assert "Not served yet" in asked
    assert "8.3 kg" in asked
    mark = hidden(asked, "press")
    now_served = look_up(volunteer, number, "serve", press=mark)
    assert "Served at" in now_served
    assert "1 of 120 households served" in now_served
    assert "Served at" in look_up(volunteer, number, "serve", press=mark)
    assert "Already served at" in look_up(planner, number, building="3", unit="2单元401")
    assert "Already served at" in look_up(planner, number, "serve")
    assert "Not served yet" in look_up(planner, number, unit="2-402")
    assert "1 of 120 households served" in page(volunteer.get(f"/drops/{number}/serve"))

    assert "can be served again" in look_up(volunteer, number, "take_back")
    assert "Not served yet" in look_up(planner, number)
    with database.read() as session:
        story = [row.verb for row in session.execute(select(JournalRow).order_by(JournalRow.seq)).scalars()]
        assert story[-2:] == ["serve", "serve_taken_back"]
        assert list(session.execute(select(DropServing)).scalars()) == []


def test_a_drop_from_which_households_were_served_goes_back_to_no_state_in_which_nothing_was_there(
    planner: FlaskClient, volunteer: FlaskClient
) -> None:
    number = published(planner)
    for step in ("in_transit", "delivered"):
        press(volunteer, number, step)
    look_up(volunteer, number, "serve", press=hidden(look_up(volunteer, number), "press"))

    assert "It is not delivered after all" not in page(volunteer.get(f"/drops/{number}"))
    assert press(volunteer, number, "in_transit").status_code == 409
    assert planner.post(f"{API}/{number}/moves", json={"to": "in_transit"}).status_code == 409
    assert "Take the last step back" not in page(planner.get(f"/history/supply_drops/{number}"))

    look_up(volunteer, number, "take_back")
    assert "Take the last step back" in page(planner.get(f"/history/supply_drops/{number}"))
    assert press(volunteer, number, "in_transit").status_code == 303


def test_what_a_household_shows_is_in_no_answer_that_is_kept_and_in_no_address(
    planner: FlaskClient, volunteer: FlaskClient
) -> None:
    number = published(planner)

    answer = volunteer.post(f"/drops/{number}/serve", data={"card": "A-17", "step": "look"})

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Location" not in answer.headers


def test_a_household_that_cannot_be_served_is_told_why(planner: FlaskClient, volunteer: FlaskClient) -> None:
    number = published(planner)
    assert 'value="serve"' not in look_up(volunteer, number)
    wrong: list[tuple[dict[str, str], int]] = [
        ({"compound": "别的小区"}, 400),
        ({"unit": ""}, 400),
        ({"building": "号楼"}, 400),
        ({"step": "serve"}, 409),  # nothing is there yet
        ({"step": "take_back"}, 404),
    ]
    for door, status in wrong:
        form = {"compound": "桂花苑", "building": "3", "unit": "401", "step": "look", **door}
        answer = volunteer.post(f"/drops/{number}/serve", data=form)

        assert answer.status_code == status
        assert 'role="alert"' in page(answer)


def test_by_interface_a_card_is_served_once(planner: FlaskClient, volunteer: FlaskClient) -> None:
    number = published(planner)
    planner.post(f"{API}/{number}/moves", json={"to": "in_transit"})
    planner.post(f"{API}/{number}/moves", json={"to": "delivered"})
    where = f"{API}/{number}/servings"

    assert volunteer.post(where, json={"card": "A-17", "press": "one"}).status_code == 201
    assert volunteer.post(where, json={"card": "a17", "press": "one"}).status_code == 201
    refused = planner.post(where, json={"card": "Ａ17"})
    assert refused.status_code == 409
    assert refused.get_json()["drop"] == number
    assert volunteer.post(f"{where}/taken_back", json={"card": "A-17"}).status_code == 200
    problem_of(volunteer.post(f"{where}/taken_back", json={"card": "A-17"}), 404)
    problem_of(volunteer.post(where, json={"card": "A-17", "compound": "桂花苑"}), 400)
    problem_of(volunteer.post(where, json={"compound": "别的小区", "building": "3", "unit": "401"}), 400)
    problem_of(volunteer.post(where, json={}), 400)


def test_only_those_who_may_plan_or_hand_out(planner: FlaskClient, volunteer: FlaskClient, client: FlaskClient) -> None:
    number = published(planner)

    assert volunteer.get("/drops/new").status_code == 403
    problem_of(volunteer.post(f"{API}/plan", json=ASKED), 403)
    assert client.get("/drops").status_code == 302
    problem_of(in_a_page(client).post(f"{API}/{number}/servings", json={"card": "A"}), 401)


def test_a_resident_sees_the_coming_drop_for_their_compound_and_how_far_it_is(
    planner: FlaskClient, client: FlaskClient
) -> None:
    home = put(planner, "compounds", square(LNG + 0.004), name="远香里", households=9)
    assert "No supply drop is planned" in page(client.get(f"/drops/near/{home}"))
    put(planner, "supply_drops", point(LNG + 0.005, LAT), name="别人的", compounds_served=["桂花苑"])
    other = page(client.get(f"/drops/near/{home}"))
    assert "别人的" in other
    assert "ask there before you go" in other
    put(planner, "supply_drops", point(LNG + 0.009, LAT + 0.001), name="自己的", compounds_served=["远香里"])

    own = page(client.get(f"/drops/near/{home}"))
    told = client.get(f"{API}/nearest?compound={home}").get_json()

    assert "自己的" in own
    assert "It is for your compound" in own
    assert told["is_for_this_compound"]
    assert told["walking_metres"] == pytest.approx(1.3 * 384, rel=0.02)
    assert f"about {told['walking_metres']} m" in own
    assert client.get("/drops/near/999").status_code == 404


def test_what_is_public_of_a_drop_does_not_tell_how_many_asked_for_care(
    planner: FlaskClient, client: FlaskClient
) -> None:
    [home] = [one["id"] for one in planner.get("/api/v1/compounds").get_json()["features"]]
    report(in_a_page(client), lon=LNG + 0.001, lat=LAT + 0.001, service="elder_care")
    number = published(planner, rule="care", items=[{**RICE, "each": "household", "quantity": "5"}])
    staff = page(planner.get(f"/drops/{number}"))
    assert "that asked for care" in staff
    assert "605 kg" in staff  # 121 shares for 120 households

    in_public = [
        drops(client)[0]["properties"],
        client.get(f"{API}/nearest?compound={home}").get_json()["drop"],
    ]

    assert [one["items"][0]["item"] for one in in_public] == ["大米", "大米"]
    assert not any({"quantity", "value"} & set(one["items"][0]) for one in in_public)
    near = page(client.get(f"/drops/near/{home}"))
    assert "大米 5 kg" in near
    assert "605" not in near


def test_the_run_sheet_has_totals_and_a_box_for_each_household(planner: FlaskClient) -> None:
    number = published(planner)

    sheet = page(planner.get(f"/drops/{number}/sheet"))

    assert "1,000.05 kg" in sheet
    assert "8.3 kg" in sheet
    assert len(re.findall('class="tick"', sheet)) == 120


def test_the_private_link_of_a_request_names_the_drop_near_it(planner: FlaskClient, client: FlaskClient) -> None:
    made = in_a_page(client).post("/api/v1/needs", json={"lon": LNG + 0.001, "lat": LAT + 0.001, "service": "food"})
    assert "Supplies near you" not in page(client.get(made.get_json()["link"]))
    published(planner)

    followed = page(client.get(made.get_json()["link"]))

    assert "Supplies near you" in followed
    assert "It is for your compound" in followed
    assert "大米 8.3 kg" in followed
