"""Every route that writes or moves a feature of a layer, inside of what somebody answers for and outside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from shapely.affinity import translate
from werkzeug.test import TestResponse

from layers.actor import Actor
from tests.layers.legal_moves import LEGAL
from tests.webmap.official import DUTY, LAT, LEAST, LNG, feature, in_a_page, later, load, put
from tests.webmap.problems import problem_of
from webmap.access import LAYERS_OF_ORGANIZATIONS, PERMISSIONS, may_write, permission_of
from webmap.duty import BY_ORGANIZATION as ORGANIZATIONS
from webmap.roles import ADMINISTRATOR, COORDINATOR, OFFICIALS, VOLUNTEER

SignedIn = Callable[..., FlaskClient]
VESTS = "蓝马甲"

#: Marks of routes that change a feature; who counts at a gate, or serves for an organization, is not asked where.
CHANGES = ("layers.write", "zones.manage", "gates.manage", "drops.manage", "drops.serve")

GATE = {
    "name": "东门", "kind": "market", "staff_wanted": "1", "when": "always", "lat": str(LAT), "lng": str(LNG),
    "datum": "wgs84",
}  # fmt: skip

#: What each of them is sent for one feature; the walk fails on a new one that is not here.
BODIES: dict[str, dict[str, Any]] = {
    **{f"/api/v1/{layer}/<n>/moves": {"json": {"to": "?"}} for layer in LEGAL},
    "/api/v1/supply_drops/<n>/arrived": {"json": {"quantities": []}},
    "/api/v1/supply_drops/<n>/left_over": {"json": {"quantities": []}},
    "/api/v1/supply_drops/<n>/servings": {"json": {"card": "7"}},
    "/api/v1/supply_drops/<n>/servings/taken_back": {"json": {"card": "7"}},
    "/drops/<n>": {"data": {"step": "cancelled"}},
    "/drops/<n>/serve": {"data": {"card": "7"}},
    "/gates/<n>/edit": {"data": GATE},
    "/gates/<n>/state": {"data": {"to": "open"}},
    "/zones/<n>": {"data": {"to": "proposed"}},
    "/zones/<n>/days": {"data": {}},
    "/zones/<n>/change": {"data": {"name": "一号", "level": "control", "reason": "两例", "outline": "same"}},
}  # fmt: skip

#: Where an organization's people act, whoever's the drop is: they stand there.
OF_WHO_HANDS_OUT = ("/arrived", "/left_over", "/servings", "/taken_back", "/serve")

REFUSALS = ("not inside your duty area", "another organization", "its own name, or none")

EVERYTHING = {"inside", "outside", "own", "of nobody"}
AREAS = [
    *((role, DUTY, {"inside"}) for role in (OFFICIALS[0], ADMINISTRATOR)),
    (OFFICIALS[2], None, set()),
    (OFFICIALS[3], None, EVERYTHING),
    (COORDINATOR, None, {"own", "of nobody"}),
    (VOLUNTEER, None, set()),
]


def of_one_feature(app: Flask) -> Iterator[tuple[str, str]]:
    """Address and mark of every route that changes one feature of a layer."""
    for rule in app.url_map.iter_rules():
        mark = str(permission_of(app, rule.endpoint))
        address = re.sub(r"<int[^>]*>", "<n>", rule.rule)
        if mark in CHANGES and "<n>" in address and "POST" in (rule.methods or ()):
            yield address, mark


def layer_of(address: str) -> str:
    """The layer whose feature an address changes."""
    of_page = {"/gates": "checkpoints", "/drops": "supply_drops", "/zones": "quarantine_zones"}
    return of_page.get(address[:6]) or address.split("/")[3]


@pytest.fixture
def there(app: Flask) -> dict[str, dict[str, int]]:
    """By layer, features inside of the duty area and outside; drops and shifts of organizations, drops of none."""
    made: dict[str, dict[str, int]] = {}
    for layer in LEAST:
        others = {"organization": "别的队"} if layer in LAYERS_OF_ORGANIZATIONS else {}
        made[layer] = {
            "inside": load(app, layer, **others, source_id="inside"),
            "outside": load(app, layer, away(layer), **others, source_id="outside"),
        }
    for layer in LAYERS_OF_ORGANIZATIONS:
        made[layer]["own"] = load(app, layer, away(layer), organization=VESTS, source_id="own")
    made["supply_drops"]["of nobody"] = load(app, "supply_drops", away("supply_drops"), source_id="of nobody")
    return made


def away(layer: str) -> dict[str, Any]:
    """Where a feature of the layer is usually put, but a degree further east."""
    moved: dict[str, Any] = shapely.geometry.mapping(translate(shapely.geometry.shape(LEAST[layer][1]), 1))
    return moved


def is_refused(answer: TestResponse) -> bool:
    """Whether the place, or whose it is, was what the answer minds."""
    said = answer.get_data(as_text=True)
    return answer.status_code == 403 or (answer.status_code == 400 and any(words in said for words in REFUSALS))


@pytest.mark.parametrize(("role", "duty", "reach"), AREAS)
def test_a_feature_is_written_changed_and_moved_only_where_one_answers_for_it(
    app: Flask, signed_in: SignedIn, there: dict[str, dict[str, int]], role: str, duty: Any, reach: set[str]
) -> None:
    person = in_a_page(signed_in(role, duty=duty, organization=VESTS))
    walked = set()
    for address, mark in of_one_feature(app):
        layer = layer_of(address)
        for name, number in there[layer].items():
            allowed = name in reach or (role in ORGANIZATIONS and address.endswith(OF_WHO_HANDS_OUT))
            comes_in = role in PERMISSIONS[mark].who and (mark != "layers.write" or may_write(Actor("", role), layer))
            answer = person.post(address.replace("<n>", str(number)), **BODIES[address])
            assert is_refused(answer) is not (allowed and comes_in), (address, name, answer.status)
            walked.add(address)

    assert walked == set(BODIES)
    check_writing(person, role, reach)


def check_writing(person: FlaskClient, role: str, reach: set[str]) -> None:
    """Puts one of each layer inside, outside, and for one's own organization; then draws one in from elsewhere."""
    for layer in LEAST:
        can, is_of_organizations = may_write(Actor("", role), layer), layer in LAYERS_OF_ORGANIZATIONS
        others, own = ({"organization": who} if is_of_organizations else {} for who in ("别的队", VESTS))
        for name, place, whose in (("inside", None, others), ("outside", away(layer), others), ("own", None, own)):
            if name != "own" or is_of_organizations:
                answer = person.post(f"/api/v1/{layer}", json=feature(layer, place, **whose))
                is_reached = name in reach or (name == "own" and "inside" in reach)
                assert (answer.status_code == 201) is (can and is_reached), (layer, name)
        drawn_in = person.post(f"/api/v1/{layer}", json=feature(layer, source_id="outside", **own))
        assert (drawn_in.status_code == 200) is (can and "outside" in reach and layer != "quarantine_zones"), layer


@pytest.mark.parametrize("state", ["in_force", "lifted"])
def test_nobody_puts_a_zone_into_force_alone_by_writing_it_so(
    app: Flask, signed_in: SignedIn, there: dict[str, dict[str, int]], state: str
) -> None:
    """Neither a new one nor one that stands proposed; and one in force is not written over, also by a proposal."""
    chief = in_a_page(signed_in(ADMINISTRATOR))
    load(app, "quarantine_zones", source_id="of another", state="proposed")

    for source_id in (None, "of another", "inside"):
        body = feature("quarantine_zones", source_id=source_id, state=state)
        assert "moves lead there" in problem_of(chief.post("/api/v1/quarantine_zones", json=body), 403)["detail"]
    problem_of(chief.post("/api/v1/quarantine_zones", json=feature("quarantine_zones", source_id="inside")), 403)

    alone = put(chief, "quarantine_zones", state="proposed", name="单独")
    problem_of(chief.post(f"/api/v1/quarantine_zones/{alone}/moves", json={"to": "in_force"}), 403)
    unsaid = chief.post("/api/v1/quarantine_zones", json=feature("quarantine_zones", name="未说")).get_json()["id"]
    found = chief.get("/api/v1/quarantine_zones").get_json()["features"]
    assert {one["properties"]["state"] for one in found if one["id"] in (alone, unsaid)} == {"proposed"}


def test_a_new_gate_and_a_new_round_of_drops_are_made_where_one_answers_for_them(
    app: Flask, signed_in: SignedIn
) -> None:
    official = in_a_page(signed_in("community_official"))
    for lng, said in ((LNG, None), (LNG + 1, "not inside your duty area")):
        given = {**GATE, "lng": str(lng)}
        answer = official.post("/gates/new", data=given)
        assert answer.status_code == 400 if said else 303
        assert said is None or said in answer.get_data(as_text=True)
    load(app, "compounds", away("compounds"))
    asked = {
        "compounds": ["桂花苑"], "items": [{"item": "大米", "quantity": "120", "unit": "kg"}],
        "window_from": later(1), "window_to": later(3), "round": "round-0001",
    }  # fmt: skip
    problem_of(official.post("/api/v1/supply_drops/rounds", json=asked), 403)
    helper = in_a_page(signed_in(COORDINATOR, organization=VESTS))
    problem_of(helper.post("/api/v1/supply_drops/rounds", json={**asked, "organization": "别的队"}), 403)
    assert helper.post("/api/v1/supply_drops/rounds", json={**asked, "organization": VESTS}).status_code == 201
