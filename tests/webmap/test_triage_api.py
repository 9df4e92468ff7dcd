"""Triage over HTTP: the list and its filters, decisions about many, one need's story, and what stays private."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from shapely import box
from sqlalchemy import select
from werkzeug.test import TestResponse

from data import areas
from data.database import Database
from data.journal import JournalRow
from geo.shapes import from_geojson
from layers.actor import SYSTEM
from layers.needs import actions, additions
from layers.needs.rules import Feature
from tests.webmap.official import LAT, LNG, NOW, in_a_page, square
from tests.webmap.problems import problem_of

SignedIn = Callable[..., FlaskClient]
LIST = "/api/v1/triage"
AROUND, ELSEWHERE = (box(LNG + east, LAT - 0.01, LNG + east + 0.02, LAT + 0.01) for east in (-0.01, 0.2))
SECRETS = {"words": "三楼独居老人", "contact": "13812345678", "unit": "三〇二室"}


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """A city official, who answers for every need, in a page of this site."""
    return in_a_page(signed_in("city_official", duty=None))


@pytest.fixture
def another(signed_in: SignedIn) -> FlaskClient:
    """Another one who answers for every need."""
    return in_a_page(signed_in("administrator"))


def reported(database: Database, hours_ago: float = 0.01, east: float = 0.0, **values: Any) -> int:
    """A need reported so long ago, so many degrees east of the place; its number."""
    need = Feature.model_validate({"service": "food", "reported_at": NOW - timedelta(hours=hours_ago), **values})
    with database.write() as session:
        return actions.report(session, need, LNG + east, LAT, NOW).need_id


def listed(client: FlaskClient, **query: Any) -> list[int]:
    """The numbers of the needs in the list, in its order."""
    answer = client.get(LIST, query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [need["id"] for need in answer.get_json()["needs"]]


def decide(client: FlaskClient, needs: dict[int, str | None], to_state: str, **details: Any) -> TestResponse:
    """Asks for the same move of several needs, each as it was seen."""
    seen = [{"id": need, **({"from": state} if state else {})} for need, state in needs.items()]
    return client.post(f"{LIST}/moves", json={"needs": seen, "to": to_state, **details})


def test_the_list_is_ordered_by_what_is_late_and_what_is_urgent_the_oldest_first(
    database: Database, official: FlaskClient
) -> None:
    rest, urgent = reported(database, 0.2), reported(database, 0.1, urgency="urgent")
    older = reported(database, 0.3)
    late, late_and_urgent = reported(database, 30), reported(database, 3, urgency="urgent")
    looked_at = reported(database, 3)  # as late to be looked at, but it was, and there is time left to meet it
    with database.write() as session:
        actions.move(session, [looked_at], "acknowledged", SYSTEM, NOW)

    assert listed(official) == [late_and_urgent, late, urgent, looked_at, older, rest]
    assert listed(official, overdue="true") == [late_and_urgent, late]


def test_pages_follow_each_other_without_repeating_or_missing_a_need(database: Database, official: FlaskClient) -> None:
    for hours in (5, 1, 1, 30, 0.5, 0.5, 0.5):
        reported(database, hours, urgency="urgent" if hours == 1 else "ordinary")
    whole, pages, after = listed(official), [], ""
    while True:
        answer = official.get(LIST, query_string={"limit": 2, "after": after}).get_json()
        pages += [need["id"] for need in answer["needs"]]
        after = answer.get("next", "")
        if not after:
            break

    assert pages == whole and len(whole) == 7


def test_each_filter_leaves_what_it_says(database: Database, official: FlaskClient) -> None:
    outline = areas.AreaRow("community", "c1", "桂花社区", geometry=from_geojson(square(LNG - 0.001, LAT - 0.001)))
    with database.write() as session:
        areas.put_areas(session, [outline], NOW)
    food, old = reported(database), reported(database, 50, east=0.01)
    medicine = reported(database, service="medicine")
    with database.write() as session:
        actions.move(session, [medicine], "acknowledged", SYSTEM, NOW)
        actions.move(session, [medicine], "assigned", SYSTEM, NOW, organization="志愿队")
    reference = official.get(LIST).get_json()["needs"][0]["reference"]

    assert listed(official, service="medicine") == [medicine]
    assert set(listed(official, service="medicine,food")) == {food, old, medicine}
    assert listed(official, state="assigned") == [medicine] == listed(official, organization="志愿队")
    assert set(listed(official, state="reported,assigned")) == {food, old, medicine}
    assert listed(official, state="closed") == []
    assert listed(official, older=48) == [old] == listed(official, community="unknown")
    assert set(listed(official, newer=48)) == {food, medicine} == set(listed(official, community="桂花社区"))
    assert set(listed(official, bbox=f"{LNG - 0.001},{LAT - 0.001},{LNG + 0.001},{LAT + 0.001}")) == {food, medicine}
    assert listed(official, q=reference[2:6].lower()) == listed(official)[:1]
    assert listed(official, ids=f"{food},{old}", service="food", older=48) == [old]
    assert listed(official, organization="nobody") == []


def test_counts_say_what_choosing_a_filter_would_show(database: Database, official: FlaskClient) -> None:
    reported(database, 30)
    reported(database, service="medicine")
    decide(official, {reported(database, service="medicine"): "reported"}, "acknowledged")

    told = official.get(LIST, query_string={"service": "medicine", "state": "reported"}).get_json()

    assert told["count"] == 1
    assert told["counts"]["state"] == {"reported": 1, "acknowledged": 1}
    assert told["counts"]["service"] == {"food": 1, "medicine": 1}
    assert told["counts"]["overdue"] == {"yes": 0}


@pytest.mark.parametrize(
    "query",
    [{"state": "dragons"}, {"older": "-1"}, {"bbox": "1,2,3"}, {"ids": "1,x"}, {"after": "9.1.1.1"}, {"limit": "501"},
     {"colour": "red"}, {"ids": ",".join(map(str, range(1, 202)))}],
    ids=lambda query: next(iter(query)),
)  # fmt: skip
def test_a_filter_nobody_knows_is_refused(official: FlaskClient, query: dict[str, str]) -> None:
    problem_of(official.get(LIST, query_string=query), 400)


def test_nothing_private_is_in_the_list_or_in_the_story(
    database: Database, official: FlaskClient, signed_in: SignedIn
) -> None:
    need = reported(database, east=0.0001234, compound="桂花苑", building="7幢", **SECRETS)
    volunteer = in_a_page(signed_in("volunteer", organization="志愿队"))

    told = official.get(LIST).get_data(as_text=True) + official.get(f"/api/v1/needs/{need}/story").get_data(True)
    told_others = volunteer.get(LIST).get_data(as_text=True) + volunteer.get(f"/api/v1/needs/{need}/story").get_data(
        True
    )

    for secret in (*SECRETS.values(), "120.120123"):
        assert secret not in told + told_others
    assert "7幢" in told and "7幢" not in told_others


def test_words_and_contact_are_read_by_who_answers_for_the_need_and_each_reading_is_in_its_story(
    database: Database, official: FlaskClient, signed_in: SignedIn
) -> None:
    need = reported(database, **SECRETS)
    for stranger in (signed_in("community_official", duty=ELSEWHERE), signed_in("volunteer")):
        problem_of(in_a_page(stranger).post(f"/api/v1/needs/{need}/private", json={}), 403)

    assert readings(database, need) == 0
    opened = official.post(f"/api/v1/needs/{need}/private", json={})

    assert {name: opened.get_json()[name] for name in SECRETS} == SECRETS
    assert opened.headers["Cache-Control"] == "private, no-store"
    assert readings(database, need) == 1
    story = official.get(f"/api/v1/needs/{need}/story").get_json()["story"]
    assert [event["words"]["zh"] for event in story] == ["已报告", "已查看说明与联系方式"]


def readings(database: Database, need: int) -> int:
    with database.read() as session:
        verbs = session.execute(select(JournalRow.verb).where(JournalRow.feature_id == need)).scalars()
        return list(verbs).count("read_contact")


def test_many_are_decided_at_once_and_each_that_cannot_be_is_told_with_its_reason(
    database: Database, official: FlaskClient, another: FlaskClient
) -> None:
    first, second, taken, met = (reported(database) for _ in range(4))
    decide(another, {taken: "reported"}, "acknowledged")
    decide(another, {met: "reported"}, "withdrawn")

    done = decide(official, {first: "reported", second: None, taken: "reported", met: None, 999: "reported"},
                  "declined", reason="helped_already").get_json()  # fmt: skip

    assert [(row["id"], row["state"]) for row in done["moved"]] == [(first, "declined"), (second, "declined")]
    left = {one["id"]: one for one in done["left"]}
    assert {need: one["why"] for need, one in left.items()} == {taken: "changed", met: "not_possible", 999: "gone"}
    assert (left[taken]["state"], left[taken]["last"]["by"]) == ("acknowledged", "administrator@linli.example.org")


def test_of_two_officials_who_decide_the_same_need_the_second_is_told_and_changes_nothing(
    database: Database, official: FlaskClient, another: FlaskClient
) -> None:
    need = reported(database)
    move = {"to": "acknowledged", "from": "reported"}

    assert official.post(f"/api/v1/needs/{need}/moves", json=move).status_code == 200
    problem = problem_of(another.post(f"/api/v1/needs/{need}/moves", json={**move, "to": "withdrawn"}), 409)

    assert "seen as reported" in problem["detail"]
    assert [one["why"] for one in decide(another, {need: "reported"}, "withdrawn").get_json()["left"]] == ["changed"]
    assert listed(official, state="acknowledged") == [need]


def test_a_decision_that_cannot_be_taken_changes_nothing(database: Database, official: FlaskClient) -> None:
    needs: dict[int, str | None] = {reported(database): "reported", reported(database): "reported"}

    for to_state, details in (
        ("declined", {}), ("declined", {"reason": "because"}), ("duplicate", {}), ("duplicate", {"duplicate_of": 999}),
    ):  # fmt: skip
        problem_of(decide(official, needs, to_state, **details), 400)
    problem_of(decide(official, dict.fromkeys(range(1, 202)), "acknowledged"), 400)
    problem_of(official.post(f"{LIST}/moves", json={"needs": [], "to": "acknowledged"}), 400)
    assert set(listed(official, state="reported")) == set(needs)


def test_who_does_not_answer_for_a_need_decides_nothing_about_it(
    database: Database, official: FlaskClient, signed_in: SignedIn
) -> None:
    need = reported(database)
    elsewhere = in_a_page(signed_in("community_official", duty=ELSEWHERE))
    without_area = in_a_page(signed_in("district_official", duty=None))
    helper = in_a_page(signed_in("coordinator", organization="志愿队"))

    for client in (elsewhere, without_area, helper):
        assert decide(client, {need: "reported"}, "acknowledged").get_json() == {
            "moved": [], "left": [{"id": need, "why": "outside"}]
        }  # fmt: skip
        told = client.post(f"{LIST}/messages", json={"needs": [need], "text": "马上到"}).get_json()
        assert told == {"told": [], "left": [{"id": need, "why": "outside"}]}
        assert [one["mine"] for one in client.get(LIST).get_json()["needs"]] == [False]
        for path, body in (
            ("messages", {"text": "x"}),
            ("words", {"hidden": True}),
            ("place", {"lon": LNG, "lat": LAT}),
        ):
            problem_of(client.post(f"/api/v1/needs/{need}/{path}", json=body), 403)
    decide(official, {need: "reported"}, "acknowledged")
    assert decide(helper, {need: "acknowledged"}, "assigned", organization="志愿队").get_json()["moved"]
    assert helper.post(f"/api/v1/needs/{need}/private", json={}).status_code == 200
    inside = in_a_page(signed_in("subdistrict_official", duty=AROUND))
    assert decide(inside, {need: "assigned"}, "acknowledged").get_json()["moved"]


def test_nobody_triages_without_signing_in(client: FlaskClient, database: Database) -> None:
    need = reported(database)

    problem_of(client.get(LIST), 401)
    problem_of(client.get(f"/api/v1/needs/{need}/story"), 401)
    for path in ("private", "messages", "words", "place"):
        problem_of(client.post(f"/api/v1/needs/{need}/{path}", json={}), 401)
    problem_of(decide(client, {need: "reported"}, "acknowledged"), 401)


def test_likely_duplicates_are_told_with_their_reason_merged_and_taken_out_again(
    database: Database, official: FlaskClient
) -> None:
    home = {"compound": "桂花苑", "building": "7幢", "unit": "301"}
    kept = reported(database, contact="13800000001", **home)
    same_contact, same_home = (
        reported(database, east=0.02, contact="13800000001"),
        reported(database, east=0.03, **home),
    )
    near = reported(database, east=0.0004)
    reported(database, east=0.001)
    reported(database, service="medicine")

    def story() -> dict[str, Any]:
        return official.get(f"/api/v1/needs/{kept}/story").get_json()  # type: ignore[no-any-return]

    assert {one["id"]: one["why"] for one in story()["likely_same"]} == {
        same_contact: "household", same_home: "home", near: "near"
    }  # fmt: skip
    decide(official, {near: "reported"}, "duplicate", duplicate_of=kept)
    assert [(one["id"], one["state_before"]) for one in story()["merged"]] == [(near, "reported")] and near not in str(
        story()["likely_same"]
    ).split()
    decide(official, {near: "duplicate"}, "reported", reason="not the same")
    assert story()["merged"] == [] and near in listed(official, state="reported")


def test_a_message_reaches_each_resident_and_is_in_no_journal(database: Database, official: FlaskClient) -> None:
    needs = [reported(database), reported(database)]

    told = official.post(f"{LIST}/messages", json={"needs": [*needs, 999], "text": "下午两点送到"}).get_json()

    assert told == {"told": needs, "left": [{"id": 999, "why": "gone"}]}
    opened = official.post(f"/api/v1/needs/{needs[0]}/private", json={}).get_json()
    assert [(one["sender"], one["signed"], one["text"]) for one in opened["messages"]] == [
        ("official", "市级工作人员", "下午两点送到")
    ]
    with database.read() as session:
        assert "下午两点" not in str([dict(row) for row in session.execute(select(JournalRow.__table__)).mappings()])


def test_hidden_words_are_shown_to_officials_alone(
    database: Database, official: FlaskClient, signed_in: SignedIn
) -> None:
    need = reported(database, **SECRETS)
    decide(official, {need: "reported"}, "acknowledged")
    decide(official, {need: "acknowledged"}, "assigned", organization="志愿队")
    helper = in_a_page(signed_in("volunteer", organization="志愿队"))
    path = f"/api/v1/needs/{need}"

    assert official.post(f"{path}/words", json={"hidden": True}).status_code == 200
    seen = [client.post(f"{path}/private", json={}).get_json() for client in (official, helper)]

    assert [(one["words"], one["words_hidden"]) for one in seen] == [(SECRETS["words"], True), ("", True)]
    problem_of(helper.post(f"{path}/words", json={"hidden": False}), 403)


def test_a_place_is_put_right_once_and_not_by_who_saw_the_need_elsewhere(
    database: Database, official: FlaskClient
) -> None:
    need = reported(database)
    path = f"/api/v1/needs/{need}/place"

    problem_of(official.post(path, json={"lon": LNG + 0.1, "lat": LAT, "from": "assigned"}), 409)
    problem_of(official.post(path, json={"lon": 200, "lat": LAT}), 400)
    assert official.post(path, json={"lon": LNG + 0.1, "lat": LAT, "from": "reported"}).status_code == 200

    box = f"{LNG + 0.099},{LAT - 0.001},{LNG + 0.101},{LAT + 0.001}"
    assert listed(official, bbox=box) == [need]
    assert "120.22" not in official.get(f"/api/v1/needs/{need}/story").get_data(as_text=True).split('"story"')[1]


def test_a_photo_is_shown_to_who_answers_for_the_need_and_each_look_is_in_its_story(
    database: Database, official: FlaskClient, signed_in: SignedIn
) -> None:
    need = reported(database)
    with database.write() as session:
        additions.add_photos(session, need, [additions.Photo(1, 1, b"jpeg")], NOW)
    photo = official.post(f"/api/v1/needs/{need}/private", json={}).get_json()["photos"][0]["id"]
    path = f"/api/v1/needs/{need}/photos/{photo}"

    problem_of(in_a_page(signed_in("volunteer")).get(path), 403)
    problem_of(official.get(f"/api/v1/needs/{reported(database)}/photos/{photo}"), 404)
    assert official.get(path).data == b"jpeg"
    told = official.get(f"/api/v1/needs/{need}/story").get_json()
    assert told["story"][-1]["verb"] == "read_photo" and told["photos"] == 1
