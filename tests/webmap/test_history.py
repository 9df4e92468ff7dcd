"""The story of a feature of any layer in plain words, and its last step taken back by a step, never by deleting."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.database import Database
from layers.cell_state.verify import differences
from layers.checkpoints.actions import move as move_gates
from layers.needs.actions import move as move_needs
from tests.layers.town import OFFICIAL
from tests.webmap.forms import hidden, page
from tests.webmap.official import LNG, in_a_page, point, put, report
from webmap.viewport import in_rfc3339

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """A district official at work."""
    return in_a_page(signed_in("district_official"))


@pytest.fixture
def second(signed_in: SignedIn) -> FlaskClient:
    """Another official."""
    return in_a_page(signed_in("city_official", duty=None))


def move(client: FlaskClient, layer: str, feature: int, to_state: str, reason: str = "") -> None:
    """Takes a feature a step on."""
    answer = client.post(f"/api/v1/{layer}/{feature}/moves", json={"to": to_state, "reason": reason or None})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def told(client: FlaskClient, layer: str, feature: int, language: str = "en") -> list[str]:
    """The lines of a story, the latest first, without their moments."""
    text = page(client.get(f"/history/{layer}/{feature}?lang={language}"))
    lines = re.findall(r"</time>(.*?)</li>", text, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]


def take_back(client: FlaskClient, layer: str, feature: int, reason: str = "It was a slip of the hand") -> TestResponse:
    """Opens the story, presses the button, and says why."""
    asked = page(client.get(f"/history/{layer}/{feature}?back=1"))
    form = {"to": hidden(asked, "to"), "seen": hidden(asked, "seen"), "reason": reason}
    return client.post(f"/history/{layer}/{feature}", data=form)


def state_of(client: FlaskClient, layer: str, feature: int) -> str:
    found = client.get(f"/api/v1/{layer}?limit=1000").get_json()["features"]
    return str(next(one for one in found if one["id"] == feature)["properties"]["state"])


def test_a_story_says_what_happened_why_and_by_whom_in_both_languages(official: FlaskClient) -> None:
    gate = put(official, "checkpoints", source_id="g1", name="东门")
    put(official, "checkpoints", source_id="g1", name="东门", hours="24/7")
    move(official, "checkpoints", gate, "closed", "Flooded")

    assert told(official, "checkpoints", gate) == [
        "Closed Reason: Flooded District official (district_official@linli.example.org)",
        "Details were put right: hours District official (district_official@linli.example.org)",
        "Put on the map: open District official (district_official@linli.example.org)",
    ]
    assert told(official, "checkpoints", gate, "zh")[0].startswith("已关闭")


def test_a_story_of_a_shift_leads_to_its_page_for_its_coordinator_and_to_the_plans_for_others(
    official: FlaskClient, signed_in: SignedIn
) -> None:
    own, others = (put(official, "volunteer_shifts", organization=name) for name in ("Blue Sky", "Red Scarves"))
    coordinator = in_a_page(signed_in("coordinator", organization="Blue Sky"))

    assert f'href="/shifts/{own}"' in page(coordinator.get(f"/history/volunteer_shifts/{own}"))
    for client, shift in ((coordinator, others), (official, own)):
        assert f'href="/shifts/{shift}"' not in page(client.get(f"/history/volunteer_shifts/{shift}"))
        assert 'href="/plan"' in page(client.get(f"/history/volunteer_shifts/{shift}"))


def test_a_mistaken_step_is_taken_back_by_a_step_after_it_was_asked_for_and_a_reason(
    official: FlaskClient, database: Database
) -> None:
    gate = put(official, "checkpoints", name="东门")
    move(official, "checkpoints", gate, "closed", "Flooded")
    assert take_back(official, "checkpoints", gate, " ").status_code == 400
    assert state_of(official, "checkpoints", gate) == "closed"

    assert take_back(official, "checkpoints", gate).status_code == 303

    assert state_of(official, "checkpoints", gate) == "open"
    assert [line.split(" Reason")[0] for line in told(official, "checkpoints", gate)[:2]] == ["Opened again", "Closed"]
    with database.read() as session:
        assert differences(session) == []


def test_each_layer_with_steps_has_a_way_back(official: FlaskClient) -> None:
    for layer, steps, before in (
        ("supply_drops", ("in_transit", "delivered"), "in_transit"),
        ("volunteer_shifts", ("cancelled",), "open"),
        ("quarantine_zones", ("lifted",), "in_force"),
    ):
        feature = put(official, layer)
        for state in steps:
            move(official, layer, feature, state)

        assert take_back(official, layer, feature).status_code == 303
        assert state_of(official, layer, feature) == before


def test_where_no_legal_step_leads_back_the_page_says_so_and_takes_none(
    official: FlaskClient, second: FlaskClient
) -> None:
    zone = put(official, "quarantine_zones", state="proposed")
    move(second, "quarantine_zones", zone, "in_force")
    compound = put(official, "compounds")

    text = page(second.get(f"/history/quarantine_zones/{zone}?back=1"))

    assert "No step leads back from “In force” to “Waiting for a second official”" in text
    assert "<form method" not in text.split("<main")[1]
    refused = second.post(f"/history/quarantine_zones/{zone}", data={"to": "proposed", "seen": "9", "reason": "x"})
    assert refused.status_code == 409
    assert "Nothing moves here" in page(official.get(f"/history/compounds/{compound}"))


def test_who_proposed_a_zone_cannot_put_it_into_force_by_taking_its_lifting_back(
    official: FlaskClient, second: FlaskClient
) -> None:
    zone = put(official, "quarantine_zones", state="proposed")
    move(second, "quarantine_zones", zone, "in_force")
    move(second, "quarantine_zones", zone, "lifted", "No case for 14 days")

    assert take_back(official, "quarantine_zones", zone).status_code == 403
    assert take_back(second, "quarantine_zones", zone).status_code == 303


def test_a_zone_whose_place_a_newer_version_took_is_not_taken_back(
    official: FlaskClient, second: FlaskClient, database: Database
) -> None:
    zone = put(official, "quarantine_zones", name="一号")
    changed = {"name": "一号", "level": "control", "reason": "好转", "outline": "same"}
    shown = page(official.post(f"/zones/{zone}/change", data=changed))
    sent = {"draft": hidden(shown, "draft"), **changed, "step": "propose", "seen": hidden(shown, "seen")}
    assert official.post(f"/zones/{zone}/change", data=sent).status_code == 303
    [newer] = [one["id"] for one in second.get("/api/v1/quarantine_zones").get_json()["features"] if one["id"] != zone]
    move(second, "quarantine_zones", newer, "in_force")

    text = page(second.get(f"/history/quarantine_zones/{zone}?back=1"))

    assert "A newer version took" in text
    assert "a newer version took its place: 一号" in text
    assert "Take the last step back" not in text


def test_a_step_that_somebody_took_meanwhile_is_not_taken_back_unread(official: FlaskClient) -> None:
    gate = put(official, "checkpoints", name="东门")
    move(official, "checkpoints", gate, "closed")
    asked = page(official.get(f"/history/checkpoints/{gate}?back=1"))
    move(official, "checkpoints", gate, "open")
    move(official, "checkpoints", gate, "closed", "Flooded")

    form = {"to": hidden(asked, "to"), "seen": hidden(asked, "seen"), "reason": "slip"}
    answer = official.post(f"/history/checkpoints/{gate}", data=form)

    assert answer.status_code == 409
    assert state_of(official, "checkpoints", gate) == "closed"


def test_a_need_goes_back_for_a_reason_of_the_list_alone_and_for_who_answers_for_it(
    official: FlaskClient, client: FlaskClient, signed_in: SignedIn
) -> None:
    need = report(client, words="Insulin, please", contact="5550100")["id"]
    elsewhere = report(client, lon=LNG + 1)["id"]
    decided = {"needs": [{"id": need}, {"id": elsewhere}], "to": "declined", "reason": "helped_already"}
    done = in_a_page(signed_in("administrator")).post("/api/v1/triage/moves", json=decided).get_json()
    assert [row["state"] for row in done["moved"]] == ["declined", "declined"]

    assert take_back(official, "needs", need, "Mr Wang rang").status_code == 400
    assert take_back(official, "needs", need, "pressed_by_mistake").status_code == 303
    text = page(official.get(f"/history/needs/{need}"))
    assert "Pressed by mistake" in text
    assert "Insulin" not in text
    assert "5550100" not in text
    assert "is for those who answer for it" in page(official.get(f"/history/needs/{elsewhere}?back=1"))


def test_what_closed_a_need_is_not_brought_back_by_taking_its_opening_back(
    official: FlaskClient, client: FlaskClient
) -> None:
    for closing in ("declined", "withdrawn"):
        need = report(client)["id"]
        decided = {"needs": [{"id": need}], "to": closing, "reason": "helped_already"}
        assert official.post("/api/v1/triage/moves", json=decided).get_json()["left"] == []
        assert take_back(official, "needs", need, "pressed_by_mistake").status_code == 303

        text = page(official.get(f"/history/needs/{need}?back=1"))

        assert "No step leads back" in text
        form = {"to": closing, "seen": "9", "reason": "pressed_by_mistake"}
        assert official.post(f"/history/needs/{need}", data=form).status_code == 409
        assert told(official, "needs", need)[0].startswith(("The refusal was taken back", "The withdrawal was taken"))


def test_a_proposal_sent_back_by_mistake_is_proposed_anew_not_taken_over_by_who_sent_it_back(
    official: FlaskClient, second: FlaskClient
) -> None:
    zone = put(official, "quarantine_zones", state="proposed")
    move(second, "quarantine_zones", zone, "drafted")

    text = page(second.get(f"/history/quarantine_zones/{zone}?back=1"))

    assert "No step leads back from “Draft” to “Waiting for a second official”" in text
    assert "<form method" not in text.split("<main")[1]


def test_a_claim_that_has_ended_is_none_in_the_story_either(
    official: FlaskClient, client: FlaskClient, database: Database
) -> None:
    need, now = report(client)["id"], datetime.now(UTC)
    with database.write() as session:
        move_needs(session, [need], "acknowledged", OFFICIAL, now)
        until = now - timedelta(minutes=5)
        move_needs(session, [need], "assigned", OFFICIAL, until, organization="队", claim_until=until)

    text = page(official.get(f"/history/needs/{need}?back=1"))

    assert "<strong>Acknowledged</strong>" in text
    assert "It stands elsewhere than the last step left it" in text
    assert "<form method" not in text.split("<main")[1]


def test_a_step_is_taken_back_only_where_one_answers_for_it(official: FlaskClient, second: FlaskClient) -> None:
    gate = put(second, "checkpoints", point(LNG + 1), name="东门")
    move(second, "checkpoints", gate, "closed")
    text = page(second.get(f"/history/checkpoints/{gate}?back=1"))
    form = {"to": "open", "seen": hidden(text, "seen"), "reason": "slip"}

    assert official.post(f"/history/checkpoints/{gate}", data=form).status_code == 403
    assert state_of(second, "checkpoints", gate) == "closed"
    assert second.post(f"/history/checkpoints/{gate}", data=form).status_code == 303


def test_nobody_outside_reads_a_story_and_one_that_never_was_is_not_found(
    official: FlaskClient, client: FlaskClient
) -> None:
    assert client.get("/history/needs/1").status_code == 302
    assert official.get("/history/checkpoints/77").status_code == 404
    assert official.get("/history/nothing/1").status_code == 404


def test_a_list_of_a_past_moment_gives_each_feature_in_the_state_it_was_in(
    official: FlaskClient, database: Database
) -> None:
    gate = put(official, "checkpoints", name="东门")
    now = datetime.now(UTC)
    with database.write() as session:
        move_gates(session, [gate], "closed", OFFICIAL, now + timedelta(hours=2))
        move_gates(session, [gate], "open", OFFICIAL, now + timedelta(hours=4))

    def then(hours: float) -> str:
        at = in_rfc3339(now + timedelta(hours=hours))
        [found] = official.get(f"/api/v1/checkpoints?at={at}").get_json()["features"]
        return str(found["properties"]["state"])

    assert [then(hours) for hours in (1, 3, 5)] == ["open", "closed", "open"]
