"""The page of zones: shown what it does, proposed by one official, put into force by another, lifted with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webmap.forms import hidden, page
from tests.webmap.official import LNG, feature, in_a_page, later, load, put, square

SignedIn = Callable[..., FlaskClient]
FORM = {
    "name": "一号楼周边",
    "level": "lockdown",
    "order_reference": "通告 3 号",
    "reason": "两例",
    "compound": ["桂花苑"],
    "outline": "compounds",
}


@pytest.fixture
def proposer(signed_in: SignedIn) -> FlaskClient:
    """A district official in whose map there is one compound."""
    client = in_a_page(signed_in("district_official"))
    put(client, "compounds", square(), name="桂花苑", households=120, population=300)
    return client


@pytest.fixture
def second(signed_in: SignedIn) -> FlaskClient:
    """Another official."""
    return in_a_page(signed_in("city_official"))


def zones(client: FlaskClient) -> list[dict[str, Any]]:
    """The zones this reader is told of."""
    told: list[dict[str, Any]] = client.get("/api/v1/quarantine_zones").get_json()["features"]
    return told


def propose(client: FlaskClient, presses: int = 1, **changed: object) -> TestResponse:
    """Fills the form, reads what the zone does, and proposes it."""
    form = {**FORM, **changed}
    shown = page(client.post("/zones/new", data=form))
    sent = {"draft": hidden(shown, "draft"), **form, "step": "propose", "seen": hidden(shown, "seen")}
    for _ in range(presses):
        answer = client.post("/zones/new", data=sent)
    return answer


def decide(client: FlaskClient, to_state: str, **more: str) -> TestResponse:
    """Reads the list and decides about its one zone."""
    read = page(client.get("/zones"))
    number = re.search(r'action="/zones/(\d+)"', read)
    assert number, read
    return client.post(f"/zones/{number[1]}", data={"to": to_state, "seen": hidden(read, "seen"), **more})


def state_of(client: FlaskClient) -> str:
    [zone] = zones(client)
    return str(zone["properties"]["state"])


def test_before_it_is_proposed_the_page_says_what_the_zone_will_do(proposer: FlaskClient) -> None:
    shown = page(proposer.post("/zones/new", data=FORM))

    assert "What this zone will do" in shown
    assert "120 households" in shown
    assert "No gate stands on its edge" in shown
    assert zones(proposer) == []


def test_what_was_changed_after_it_was_shown_is_shown_again(proposer: FlaskClient) -> None:
    seen = hidden(page(proposer.post("/zones/new", data=FORM)), "seen")

    answer = proposer.post("/zones/new", data={**FORM, "level": "control", "step": "propose", "seen": seen})

    assert "What this zone will do" in page(answer)
    assert zones(proposer) == []


def test_a_second_official_puts_it_into_force_and_the_first_cannot(
    proposer: FlaskClient, second: FlaskClient, client: FlaskClient
) -> None:
    assert propose(proposer).status_code == 303
    assert zones(client) == []

    assert decide(proposer, "in_force").status_code == 403
    number = zones(proposer)[0]["id"]
    by_api = proposer.post(f"/api/v1/quarantine_zones/{number}/moves", json={"to": "in_force"})
    assert by_api.status_code == 403
    own = feature("quarantine_zones", source_id=zones(proposer)[0]["properties"]["source_id"], state="in_force")
    assert proposer.post("/api/v1/quarantine_zones", json=own).status_code == 403
    assert state_of(proposer) == "proposed"

    assert decide(second, "in_force").status_code == 303
    assert [zone["properties"]["level"] for zone in zones(client)] == ["lockdown"]


def test_an_impatient_second_press_proposes_one_zone(proposer: FlaskClient) -> None:
    assert propose(proposer, presses=2).status_code == 303
    assert len(zones(proposer)) == 1


def test_what_was_changed_and_sent_again_from_the_same_page_is_a_zone_of_its_own(proposer: FlaskClient) -> None:
    draft = hidden(page(proposer.get("/zones/new")), "draft")

    for name in ("一号楼周边", "二号楼周边"):
        propose(proposer, name=name, draft=draft)

    assert [zone["properties"]["name"] for zone in zones(proposer)] == ["一号楼周边", "二号楼周边"]


def test_a_zone_holds_from_when_it_was_decided_not_from_before(proposer: FlaskClient, second: FlaskClient) -> None:
    propose(proposer, valid_from="2026-03-01T08:00")
    before = later(0)

    decide(second, "in_force")

    assert zones(proposer)[0]["properties"]["valid_from"] >= before


def test_officials_decide_about_zones_they_answer_for(proposer: FlaskClient, signed_in: SignedIn) -> None:
    propose(proposer)
    load(proposer.application, "compounds", square(LNG + 0.2), name="远处")
    assert "not inside your duty area" in page(proposer.post("/zones/new", data={**FORM, "compound": ["远处"]}))

    elsewhere = in_a_page(signed_in("community_official", duty=shapely.box(121, 31, 121.1, 31.1)))
    number = zones(proposer)[0]["id"]
    read = page(elsewhere.get("/zones"))
    assert f'action="/zones/{number}"' not in read
    seen = hidden(page(proposer.get("/zones")), "seen")
    assert elsewhere.post(f"/zones/{number}", data={"to": "in_force", "seen": seen}).status_code == 403
    assert elsewhere.post(f"/zones/{number}/days", data={}).status_code == 403
    assert state_of(proposer) == "proposed"


def test_what_was_sent_back_can_be_proposed_by_somebody_else(proposer: FlaskClient, second: FlaskClient) -> None:
    propose(proposer)
    decide(second, "drafted")

    decide(second, "proposed")

    assert decide(second, "in_force").status_code == 403
    assert decide(proposer, "in_force").status_code == 303


def test_a_zone_that_was_changed_since_it_was_read_is_not_put_into_force(
    proposer: FlaskClient, second: FlaskClient
) -> None:
    put(proposer, "quarantine_zones", name="一号", source_id="z1", state="proposed")
    read = page(second.get("/zones"))
    put(proposer, "quarantine_zones", name="二号", source_id="z1", state="proposed", level="control")
    number = zones(proposer)[0]["id"]

    answer = second.post(f"/zones/{number}", data={"to": "in_force", "seen": hidden(read, "seen")})

    assert answer.status_code == 409
    assert "changed since you read it" in page(answer)
    assert state_of(proposer) == "proposed"


def test_lifting_takes_a_reason(proposer: FlaskClient, second: FlaskClient) -> None:
    propose(proposer)
    decide(second, "in_force")

    assert decide(second, "lifted").status_code == 400
    assert state_of(second) == "in_force"
    assert decide(second, "lifted", reason="十四天无新增").status_code == 303
    assert state_of(second) == "lifted"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "Give the zone a name"),
        ({"level": "severe"}, "Choose a level"),
        ({"compound": []}, "Tick at least one compound"),
        ({"valid_from": "tomorrow"}, "Write the day and the time"),
        ({"valid_from": "2026-03-02T08:00", "valid_to": "2026-03-01T08:00"}, "ends before it starts"),
        ({"valid_to": "2026-03-01T08:00"}, "This time is over already"),
        ({"valid_from": "0001-01-01T00:00"}, "Write the day and the time"),
        ({"compound": ["没有这个院"]}, "not there any more"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_lost(
    proposer: FlaskClient, changed: dict[str, object], said: str
) -> None:
    answer = proposer.post("/zones/new", data={**FORM, **changed})

    assert answer.status_code == 400
    assert said in page(answer)
    assert "通告 3 号" in page(answer)


def test_a_time_is_meant_in_the_services_own_zone(proposer: FlaskClient) -> None:
    propose(proposer, valid_from="2026-03-01T08:00")

    [zone] = zones(proposer)
    assert zone["properties"]["valid_from"] == "2026-03-01T00:00:00Z"
