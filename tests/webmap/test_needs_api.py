"""Needs over HTTP: reported by anyone, once however often they are sent; moved by staff along their table."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from data.database import Database, open_database
from data.journal import JournalRow
from layers.needs.record import IdempotencyKey, Need, NeedPrivate
from tests.layers.legal_moves import NEEDS, TAKEN_BACK, legal_for
from tests.webmap.official import BOX, LAT, LNG, in_a_page, later, report
from tests.webmap.problems import problem_of

MakeApp = Callable[..., Flask]
SignedIn = Callable[..., FlaskClient]
KEY = {"Idempotency-Key": "a-key-made-by-a-phone"}
#: How a need comes into each state: the moves that take it there from its report.
STEPS = ("acknowledged", "assigned", "met", "confirmed")
WAYS = [*(STEPS[:count] for count in range(5)), *((*STEPS[:count], way) for count in range(3) for way in TAKEN_BACK)]


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """A community official, in a page of this site."""
    return in_a_page(signed_in("community_official"))


def move(client: FlaskClient, need: int | str, to_state: str, **details: Any) -> TestResponse:
    """Asks for a move with all that any move takes, unless told otherwise."""
    body = {"to": to_state, "reason": "because", "organization": "志愿队", **details}
    return client.post(f"/api/v1/needs/{need}/moves", json={name: value for name, value in body.items() if value})


def test_a_report_needs_no_account_and_gives_a_reference_and_a_private_link(client: FlaskClient) -> None:
    told = report(client, words="两个孩子没有奶粉", contact="13800000001")

    assert len(told["reference"].replace("-", "")) >= 9
    assert len(told["token"]) == 22
    assert told["link"] == f"/needs/{told['token']}"


def test_a_report_may_say_that_neighbours_see_it_and_that_the_person_knows(
    client: FlaskClient, database: Database
) -> None:
    report(client)
    report(client, shared=True, consent=False, channel="proxy")

    with database.read() as session:
        rows = session.execute(select(Need.shared, Need.consent).order_by(Need.id)).all()
    assert [tuple(row) for row in rows] == [(False, None), (True, False)]


def test_the_private_link_is_kept_as_a_hash_only(client: FlaskClient, database: Database) -> None:
    told = report(client)

    with database.read() as session:
        row = session.execute(select(Need.__table__)).mappings().one()
    assert told["token"] not in str(dict(row))
    assert row["reference"] == told["reference"]


def test_the_same_report_sent_again_is_the_same_need(client: FlaskClient, official: FlaskClient) -> None:
    body = {"lon": LNG, "lat": LAT, "service": "medicine", "contact": "13800000001"}

    first = client.post("/api/v1/needs", json=body, headers=KEY)
    again = client.post("/api/v1/needs", json=body, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert needs_on_the_map(official) == 1


def test_the_same_report_sent_twice_at_once_is_one_need(make_app: MakeApp, official: FlaskClient) -> None:
    applications = [make_app(), make_app()]  # as two processes; within one, requests take turns
    body = {"lon": LNG, "lat": LAT, "service": "medicine"}
    answers: list[TestResponse] = []
    together = threading.Barrier(4)

    def send(client: FlaskClient) -> None:
        together.wait()
        answers.append(client.post("/api/v1/needs", json=body, headers=KEY))

    threads = [threading.Thread(target=send, args=(app.test_client(),)) for app in applications * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.get_json()["reference"] for answer in answers}) == 1
    assert needs_on_the_map(official) == 1


def test_of_many_that_arrive_together_each_gets_its_own_answer(app: Flask, official: FlaskClient) -> None:
    bodies = [{"lon": LNG, "lat": LAT, "service": "food", "words": f"{number}"} for number in range(12)]
    for body in bodies[::4]:
        body["service"] = "nobody_offers_this"
    answers: dict[int, TestResponse] = {}
    together = threading.Barrier(len(bodies))

    def send(number: int, client: FlaskClient) -> None:
        together.wait()
        answers[number] = client.post("/api/v1/needs", json=bodies[number])

    threads = [threading.Thread(target=send, args=(number, app.test_client())) for number in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answers[number].status_code for number in range(12)] == [400, 201, 201, 201] * 3
    assert "nobody_offers_this" in problem_of(answers[0], 400)["errors"][0]["reason"]
    references = {answer.get_json()["reference"] for answer in answers.values() if answer.status_code == 201}
    assert len(references) == 9
    assert needs_on_the_map(official) == 9


def test_while_one_waits_for_the_store_to_write_others_are_answered(
    app: Flask, client: FlaskClient, store_url: str
) -> None:
    sent = threading.Thread(target=report, args=(app.test_client(),))
    read = threading.Thread(target=client.get, args=(f"/api/v1/cells?bbox={BOX}",))
    with open_database(store_url) as another_process:
        with another_process.write():
            sent.start()
            read.start()
            read.join(10)
            assert not read.is_alive()
        sent.join()


def test_the_same_key_with_another_report_is_refused(client: FlaskClient, official: FlaskClient) -> None:
    body = {"lon": LNG, "lat": LAT, "service": "medicine"}
    client.post("/api/v1/needs", json=body, headers=KEY)

    for other in ({"service": "food"}, {"lat": LAT + 0.001}, {"words": "x"}, {"urgency": "urgent"}):
        problem = problem_of(client.post("/api/v1/needs", json={**body, **other}, headers=KEY), 400)
        assert problem["errors"][0]["field"] == "Idempotency-Key"
    assert needs_on_the_map(official) == 1


def test_a_key_is_kept_as_a_hash(client: FlaskClient, database: Database) -> None:
    client.post("/api/v1/needs", json={"lon": LNG, "lat": LAT, "service": "food"}, headers=KEY)

    with database.read() as session:
        (kept,) = session.execute(select(IdempotencyKey.__table__)).mappings()
    assert KEY["Idempotency-Key"] not in str(dict(kept))


def test_a_need_goes_to_the_states_its_table_allows_and_to_no_other(client: FlaskClient, official: FlaskClient) -> None:
    kept = report(client)["id"]
    for way in WAYS:
        state, before = ("reported", *way)[-1], ("", "reported", *way)[-2]
        need = 0
        for to_state in (*NEEDS, *TAKEN_BACK, "open"):
            if not need:
                need = report(client)["id"]
                for step in way:
                    assert move(official, need, step, duplicate_of=kept).status_code == 200
            answer = move(official, need, to_state, duplicate_of=kept)
            if to_state in legal_for("needs", state, before):
                assert answer.status_code == 200, (way, to_state)
                assert state_of(official, need) == to_state
                need = 0
            else:
                problem_of(answer, 409)
                assert state_of(official, need) == state, (way, to_state)


def test_what_a_move_takes_is_asked_for(client: FlaskClient, official: FlaskClient) -> None:
    need, kept = report(client)["id"], report(client)["id"]

    def missing(to_state: str, **details: Any) -> str:
        field: str = problem_of(move(official, need, to_state, **details), 400)["errors"][0]["field"]
        return field

    assert missing("declined", reason=None) == "reason"
    assert missing("duplicate") == "duplicate_of"
    assert missing("duplicate", duplicate_of=need) == "duplicate_of"
    assert missing("duplicate", duplicate_of=9999) == "duplicate_of"
    move(official, need, "withdrawn", reason=None)
    assert missing("reported", reason=None) == "reason"
    move(official, need, "reported")
    move(official, need, "acknowledged", reason=None)
    assert missing("assigned", organization=None) == "organization"
    assert move(official, need, "assigned", reason=None).status_code == 200
    assert move(official, kept, "duplicate", duplicate_of=need).status_code == 200
    assert missing("duplicate", duplicate_of=kept) == "duplicate_of"


def test_the_first_acknowledgement_is_kept_and_a_step_back_takes_back_what_it_undoes(
    client: FlaskClient, official: FlaskClient, database: Database
) -> None:
    need = report(client)["id"]

    def stamps(to_state: str) -> dict[str, Any]:
        assert move(official, need, to_state).status_code == 200
        columns = (Need.acknowledged_at, Need.assigned_at, Need.met_at, Need.organization)
        with database.read() as session:
            return dict(session.execute(select(*columns)).mappings().one())

    first = stamps("acknowledged")["acknowledged_at"]
    assert stamps("assigned")["organization"] == "志愿队"
    handed_back = stamps("acknowledged")
    assert handed_back == {"acknowledged_at": first, "assigned_at": None, "met_at": None, "organization": None}
    assert stamps("declined")["acknowledged_at"] == first
    assert stamps("acknowledged")["acknowledged_at"] == first
    assigned = stamps("assigned")["assigned_at"]
    assert stamps("met")["met_at"] is not None
    assert stamps("assigned") == {
        "acknowledged_at": first, "assigned_at": assigned, "met_at": None, "organization": "志愿队"
    }  # fmt: skip


def test_a_report_is_private_but_for_what_helping_takes(client: FlaskClient, database: Database) -> None:
    private = {"words": "三楼独居老人", "contact": "13812345678", "building": "7幢", "unit": "三〇二室"}
    lon, lat = LNG + 0.0001234, LAT + 0.0004321
    report(client, **private, lon=lon, lat=lat)

    with database.read() as session:
        need = dict(session.execute(select(Need.__table__)).mappings().one())
        kept = dict(session.execute(select(NeedPrivate.__table__)).mappings().one())
        told = str([dict(row) for row in session.execute(select(JournalRow.__table__)).mappings()])
    assert {name: kept[name] for name in private} == private
    assert (round(kept["lng"], 9), round(kept["lat"], 9)) == (round(lon, 9), round(lat, 9))
    for secret in (*private.values(), "120.1201", "30.2804"):
        assert secret not in str(need) and secret not in told


def test_a_place_from_a_chinese_map_app_is_kept_where_it_really_is(client: FlaskClient, database: Database) -> None:
    report(client, datum="gcj02")

    with database.read() as session:
        lng, lat = session.execute(select(NeedPrivate.lng, NeedPrivate.lat)).one()
    assert 0.003 < LNG - lng < 0.006 and abs(LAT - lat) < 0.004


def test_a_report_that_cannot_be_taken_is_refused_with_its_reason(client: FlaskClient, official: FlaskClient) -> None:
    good = {"lon": LNG, "lat": LAT, "service": "food"}
    for wrong in (
        {"lon": None}, {"lon": 181}, {"lat": -91}, {"lat": "north"}, {"service": ""}, {"service": "dragons"},
        {"people": 0}, {"people": 10**6}, {"urgency": "very"}, {"words": "x" * 2001}, {"datum": "mars"},
        {"channel": "file"}, {"state": "confirmed"}, {"reported_at": later(0)}, {"source_id": "1"},
    ):  # fmt: skip
        problem = problem_of(client.post("/api/v1/needs", json={**good, **wrong}), 400)
        assert problem["detail"], wrong
    for key in ("short", "x" * 201):
        problem_of(client.post("/api/v1/needs", json=good, headers={"Idempotency-Key": key}), 400)
    problem_of(client.post("/api/v1/needs", data="{", content_type="application/json"), 400)
    problem_of(client.post("/api/v1/needs", data="lon=1", content_type="text/plain"), 415)
    assert needs_on_the_map(official) == 0


def test_only_staff_read_and_move_needs(client: FlaskClient, signed_in: SignedIn) -> None:
    need = report(client)["id"]

    problem_of(client.get("/api/v1/needs"), 401)
    problem_of(move(client, need, "acknowledged"), 401)
    problem_of(move(in_a_page(signed_in("volunteer")), 999, "acknowledged"), 404)


def test_a_report_is_on_the_officials_map_at_once(client: FlaskClient, official: FlaskClient) -> None:
    assert needs_on_the_map(official) == 0

    report(client, urgency="urgent")

    assert needs_on_the_map(official) == 1


def needs_on_the_map(official: FlaskClient) -> int:
    """How many open needs the official's map shows."""
    cells = official.get(f"/api/v1/cells?bbox={BOX}&res=9").get_json()["cells"]
    return sum(cell.get("needs", 0) for cell in cells.values())


def state_of(official: FlaskClient, need: int) -> str:
    """The state of a need, as staff read it."""
    found = official.get(f"/api/v1/needs?after={need - 1}&limit=1").get_json(force=True)["features"]
    assert found[0]["id"] == need
    return str(found[0]["properties"]["state"])


def test_a_stranger_is_told_no_number_and_staff_move_the_need_by_what_the_stranger_says(
    client: FlaskClient, official: FlaskClient
) -> None:
    told = client.post("/api/v1/needs", json={"lon": LNG, "lat": LAT, "service": "food"}).get_json()

    assert told["id"] == told["reference"]
    moved = move(official, told["id"], "acknowledged")
    assert (moved.status_code, moved.get_json()["reference"]) == (200, told["reference"])
    assert state_of(official, moved.get_json()["id"]) == "acknowledged"
    problem_of(move(official, "AAA-AAA-AAAA", "acknowledged"), 404)
    problem_of(move(official, "1;DROP", "acknowledged"), 400)
