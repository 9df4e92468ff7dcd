"""A kept plan: changed into a new version with who gains and who loses, published where one answers, and seen after."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient

from data.database import Database
from geo.cells import cells_of, centers, from_hex, to_hex
from layers.needs.actions import move
from tests.layers.planning.streets import at, locked_compound, need, square
from tests.layers.town import OFFICIAL, Thing, fill
from tests.webmap.official import in_a_page
from tests.webmap.test_plan_page import page, shifts

SignedIn = Callable[..., FlaskClient]
NOW = datetime.now(UTC)
FAR = 3000


@pytest.fixture
def coordinator(signed_in: SignedIn, database: Database) -> FlaskClient:
    """A coordinator in whose map food is asked for near two compounds, and behind a wall with a gate."""
    just_now = {"reported_at": NOW - timedelta(minutes=5), "contact": "13800000001", "words": "家里没有米了"}
    compounds = [
        Thing("compounds", {"name": name, "households": 90}, square(east, 0, 60))
        for name, east in (("东园", FAR), ("中园", 0))
    ]
    needs = [need(at(0), urgency="urgent", **just_now), need(at(FAR), **just_now)]
    fill(database, [*needs, *compounds, *locked_compound("")], NOW)
    return in_a_page(signed_in("coordinator", organization="志愿队"))


def kept(client: FlaskClient, **words: str) -> str:
    """The address of a plan for one volunteer."""
    answer = client.post("/plan", data={"role": "delivery", "volunteers": "1", **words})
    assert answer.status_code == 303, page(answer)
    return str(answer.location).partition("?")[0]


def cell_at(east_m: float, north_m: float = 0) -> str:
    where = at(east_m, north_m)
    return to_hex(int(cells_of([where.x], [where.y], 11)[0]))


def test_a_moved_post_shows_who_gains_and_loses_and_is_kept_as_a_new_version(coordinator: FlaskClient) -> None:
    address = kept(coordinator)
    before = page(coordinator.get(address))
    post = re.findall(r'value="lock:(\w+)"', coordinator.get(f"{address}/edit").get_data(as_text=True))[0]

    seen = coordinator.get(f"{address}/edit", query_string={"step": "move", "post": post, "to": cell_at(FAR)})
    done = coordinator.post(f"{address}/edit", data={"step": f"move:{post}:{cell_at(FAR)}"})

    said = page(seen)
    assert re.search(r"东园 0 1 ▲ 1 more ▲ \d+ more", said)
    assert re.search(r"莲塘新村 4 0 ▼ 4 less ▼ \d+ less", said)
    assert "Posts that are locked:" in said
    assert "No other choice of posts that keeps to its terms reaches more." in said
    assert done.status_code == 303
    assert done.location.partition("?")[0] != address
    newer = page(coordinator.get(done.location))
    assert "The new version is kept." in newer
    assert "东园 locked" in newer
    older = page(coordinator.get(address))
    assert "There is a newer version: Plan 2" in older
    assert before[before.index("The plan") :] == older[older.index("The plan") :]


def test_a_second_press_keeps_no_second_plan(coordinator: FlaskClient) -> None:
    address = kept(coordinator)

    assert kept(coordinator) == address
    locked = {"step": f"lock:{cell_at(0)}"}
    first = coordinator.post(f"{address}/edit", data=locked)
    assert coordinator.post(f"{address}/edit", data=locked).location == first.location
    assert not first.location.startswith(f"{address}?")


def test_what_is_left_out_is_no_longer_counted_and_can_be_counted_again(coordinator: FlaskClient) -> None:
    address = kept(coordinator)

    out = coordinator.get(f"{address}/edit", query_string={"step": "exclude", "place": "莲塘新村"})
    back = coordinator.get(f"{address}/edit?step=exclude:莲塘新村&step=include:莲塘新村")

    assert "4 points are left out of this." in page(out)
    assert "Places that are left out: " in page(out)
    assert "Count it again" in page(out)
    assert "are left out of this." not in page(back)


def test_a_change_that_is_none_is_told_and_changes_nothing(coordinator: FlaskClient, signed_in: SignedIn) -> None:
    address = kept(coordinator)
    others = in_a_page(signed_in("volunteer", organization="别队"))

    assert [coordinator.get(f"{address}/edit?step={step}").status_code for step in ("lock:x", "dance:1")] == [400, 400]
    assert coordinator.get(f"{address}/edit?step=lock:{cell_at(0)}&step=lock:{cell_at(FAR)}").status_code == 409
    assert others.get(f"{address}/edit").status_code == 403
    assert others.post(f"{address}/edit").status_code == 403
    assert coordinator.get("/plan/99/edit").status_code == 404


def test_forty_steps_are_kept_as_they_were_previewed_and_one_more_is_told(coordinator: FlaskClient) -> None:
    address = kept(coordinator)
    steps = [f"{verb}:{cell_at(0)}" for verb in ("unlock", "lock")] * 20

    kept_one = coordinator.post(f"{address}/edit", query_string={"step": steps}, data={"step": steps})
    too_many = coordinator.get(f"{address}/edit", query_string={"step": [*steps, steps[0]]})

    assert kept_one.status_code == 303
    assert "中园 locked" in page(coordinator.get(kept_one.location))
    assert too_many.status_code == 400
    assert "That is more than 40 changes at once." in page(too_many)


def test_before_publishing_it_is_said_which_other_versions_are_published(coordinator: FlaskClient) -> None:
    first = kept(coordinator)
    steps: tuple[dict[str, str], ...] = ({}, {"step": f"lock:{cell_at(0)}"})
    second, other = (coordinator.post(f"{first}/edit", data=one).location.partition("?")[0] for one in steps)
    third = coordinator.post(f"{second}/edit").location.partition("?")[0]

    coordinator.post(f"{second}/publish")

    for address in (first, other, third):
        assert "Plan 2 is published already. Its shifts stay" in page(coordinator.get(address))
    assert "is published already" not in page(coordinator.get(second))


def test_an_official_publishes_only_inside_the_duty_area(coordinator: FlaskClient, signed_in: SignedIn) -> None:
    inside = shapely.box(at(-2000).x, at(0, -2000).y, at(2000).x, at(0, 2000).y)
    official = in_a_page(signed_in("community_official", duty=inside))
    address = kept(official, volunteers="2")

    refused = official.post(f"{address}/publish", data={"organization": "志愿队"})

    assert refused.status_code == 403
    assert "not inside your duty area. Nothing was published." in page(refused)
    assert shifts(coordinator) == []
    near = kept(official, volunteers="1")
    assert official.post(f"{near}/publish", data={"organization": "志愿队"}).status_code == 303


def test_the_shift_of_a_post_leads_to_the_post_and_not_to_the_middle_of_what_it_looks_after(
    coordinator: FlaskClient,
) -> None:
    address = kept(coordinator)
    post = re.findall(r'value="lock:(\w+)"', coordinator.get(f"{address}/edit").get_data(as_text=True))[0]
    newer = coordinator.post(f"{address}/edit", data={"step": f"move:{post}:{cell_at(150)}"}).location.partition("?")[0]
    coordinator.post(f"{newer}/publish")

    [number] = re.findall(r'href="/shifts/(\d+)"', coordinator.get(newer).get_data(as_text=True))
    shown = coordinator.get(f"/shifts/{number}").get_data(as_text=True)

    [lat], [lng] = centers(np.array([from_hex(cell_at(150))]))[::-1]
    assert f"place={lat:.5f},{lng:.5f}" in shown
    assert "<dt>Note</dt>" not in shown


def test_what_changed_since_is_said_before_and_what_became_of_it_after_publishing(
    coordinator: FlaskClient, database: Database
) -> None:
    address = kept(coordinator)
    assert "Since this plan was made" not in page(coordinator.get(address))
    just_now = datetime.now(UTC)
    numbers = fill(database, [need(at(0), reported_at=just_now)], just_now)["needs"]

    warned = page(coordinator.get(address))
    coordinator.post(f"{address}/publish")
    with database.write() as session:
        for state in ("acknowledged", "assigned", "met"):
            more = {"organization": "志愿队"} if state == "assigned" else {}
            move(session, numbers, state, OFFICIAL, datetime.now(UTC), **more)
    after = page(coordinator.get(address))

    assert "Since this plan was made the map has changed: 1 change to requests" in warned
    assert "0 of 1 places filled" in after
    assert coordinator.get("/shifts/1").status_code == 200
    assert 'href="/shifts/1"' in coordinator.get(address).get_data(as_text=True)
    assert "1 request was open within reach" in after
    assert "Whoever met them counts" in after


def test_the_name_of_a_gate_at_the_edge_of_a_sheet_stands_before_its_mark(
    coordinator: FlaskClient, database: Database
) -> None:
    gates = [("翠苑农贸市场东侧第二入口临时检查点", 230), ("西门", -60)]
    fill(database, [Thing("checkpoints", {"name": name}, at(east, 0)) for name, east in gates], NOW)

    drawn = coordinator.get(f"{kept(coordinator)}/sheet").get_data(as_text=True)

    found = {name: classes for classes, name in re.findall(r'<text class="(post-gate-name[^"]*)"[^>]*>([^<]+)', drawn)}
    assert found["翠苑农贸市场东侧第二入口临时检查点"] == "post-gate-name post-gate-name-before"
    assert found["西门"] == "post-gate-name"


def test_a_sheet_names_the_gate_and_what_is_open_and_nothing_private(coordinator: FlaskClient) -> None:
    address = kept(coordinator, volunteers="3")

    said = page(coordinator.get(f"{address}/sheet"))

    assert said.count("Circle: the post.") == 2
    assert "中园 Food 1 · 1 urgent open" in said
    assert "莲塘新村 none; homes or a gate ask for this post 南门" in said
    assert not re.search("13800000001|家里没有米了", said)


def test_the_form_takes_starts_floor_and_second_posts_and_marks_what_is_wrong(coordinator: FlaskClient) -> None:
    said = page(
        coordinator.get("/plan", query_string={"volunteers": "1", "start": "东园", "backup": "1", "floor": "0"})
    )
    wrong = coordinator.get("/plan", query_string={"volunteers": "1", "start": "无名苑；东园", "floor": "7"})

    assert "1 of 8 points come within reach." in said
    assert "Posts near to the starting places: 6 points less" in said
    assert "Of 3 points in fragile places 0 are within reach" in said
    assert wrong.status_code == 400
    assert re.findall(r'id="problem-(\w+)"', wrong.get_data(as_text=True)) == ["start", "floor"]
    assert "No compound is called 无名苑" in page(wrong)


def test_a_claim_is_seen_by_others_left_out_of_their_plans_and_handed_back(
    coordinator: FlaskClient, signed_in: SignedIn
) -> None:
    others = in_a_page(signed_in("volunteer", organization="别队"))
    given = {"cells": cell_at(0), "until": (datetime.now(UTC) + timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M")}

    assert others.post("/plan/claims", data=given).status_code == 403
    assert coordinator.post("/plan/claims", data={**given, "cells": "here"}).status_code == 400
    assert coordinator.post("/plan/claims", data={**given, "until": ""}).status_code == 400
    for _press in range(2):
        assert coordinator.post("/plan/claims", data=given).status_code == 303

    assert page(others.get("/plan")).count("中园: 志愿队 until") == 1
    assert "3 points are left out of this." in page(others.get("/plan?volunteers=1&claimed=1"))
    assert others.post("/plan/claims/1/back").status_code == 403
    assert coordinator.post("/plan/claims/1/back").status_code == 303
    assert "中园: 志愿队" not in page(others.get("/plan"))


def test_whoever_looks_after_a_place_keeps_the_plan_on_the_page(coordinator: FlaskClient) -> None:
    asked = {"role": "delivery", "volunteers": "1", "minutes": "15"}
    shown = coordinator.get("/plan", query_string=asked).get_data(as_text=True)
    sent = dict(
        re.findall(r'name="(\w+)" value="([^"]*)"', shown[shown.index('<form id="claim"') :].partition("</form>")[0])
    )
    given = {**sent, "cells": cell_at(0), "until": "soon"}

    wrong = coordinator.post("/plan/claims", data=given)
    done = coordinator.post("/plan/claims", data={**given, "until": sent["until"]})

    assert asked.items() <= sent.items()
    assert "The place is not marked as yours yet. Choose a place of the list" in page(wrong)
    assert "No plan was made" not in page(wrong)
    for answer in (wrong, coordinator.get(done.location)):
        assert "of 8 points come within reach." in page(answer)
        assert 'name="minutes" value="15"' in answer.get_data(as_text=True)
