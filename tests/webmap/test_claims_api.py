"""Organizations take needs: who has one and until when, told to whoever comes second; always in one's own name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from data.database import Database
from data.journal import JournalRow
from layers.needs.record import Need, NeedMessage
from tests.webmap.conftest import SignedIn
from tests.webmap.official import in_a_page, report

BLUE, RED = "蓝马甲", "Red Scarves"
HOUR = timedelta(hours=1)

Asked = Callable[..., int]


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("city_official"))


@pytest.fixture
def blue(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("volunteer", organization=BLUE, name="小李"))


@pytest.fixture
def red(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("coordinator", organization=RED))


@pytest.fixture
def asked(client: FlaskClient, official: FlaskClient) -> Asked:
    """`asked(service)` is a need that waits for an organization."""

    def one(service: str = "food", state: str = "acknowledged") -> int:
        need_id = int(report(client, service=service)["id"])
        if state == "acknowledged":
            assert official.post(f"/api/v1/needs/{need_id}/moves", json={"to": state}).status_code == 200
        return need_id

    return one


def post(client: FlaskClient, path: str, *needs: int, **more: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/claims{path}", json={"needs": list(needs), **more})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def mine(client: FlaskClient) -> list[int]:
    return [one["id"] for one in client.get("/api/v1/claims").get_json()["claims"]]


def row_of(database: Database, need_id: int) -> Any:
    with database.read() as session:
        return session.execute(select(Need.__table__).where(Need.id == need_id)).one()


def verbs(database: Database, need_id: int) -> list[str]:
    with database.read() as session:
        query = select(JournalRow.verb).where(JournalRow.feature_id == need_id).order_by(JournalRow.seq)
        return list(session.execute(query).scalars())


def let_pass(database: Database, need_id: int) -> None:
    """The end of a claim comes."""
    with database.write() as session:
        ended = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(Need).where(Need.id == need_id).values(claim_until=ended))


def test_a_claim_says_who_goes_and_until_when(blue: FlaskClient, asked: Asked, database: Database) -> None:
    visit, before = asked("elder_care"), datetime.now(UTC)

    (done,) = post(blue, "", visit)["done"]

    until = datetime.fromisoformat(done["claim_until"])
    assert (done["state"], done["organization"], done["taken_by"]) == ("assigned", BLUE, "小李")
    assert HOUR / 2 - timedelta(seconds=1) <= until - before <= HOUR / 2 + timedelta(minutes=1)
    assert mine(blue) == [visit]
    assert verbs(database, visit) == ["create", "move", "move"]


def test_several_taken_at_once_are_one_round_with_one_end(blue: FlaskClient, asked: Asked) -> None:
    needs, before = [asked("elder_care"), asked("food")], datetime.now(UTC)

    done = post(blue, "", *needs, taken_by="Zhao")["done"]

    ends = {datetime.fromisoformat(one["claim_until"]) for one in done}
    assert [one["taken_by"] for one in done] == ["Zhao", "Zhao"]
    assert len(ends) == 1
    assert ends.pop() - before >= 2 * HOUR - timedelta(seconds=1)


def test_who_comes_second_is_told_who_has_it(blue: FlaskClient, red: FlaskClient, asked: Asked) -> None:
    both, free, fresh = asked(), asked(), asked(state="reported")
    post(blue, "", both)

    answer = post(red, "", both, free, fresh, 10**9)

    assert [one["id"] for one in answer["done"]] == [free]
    left = {one["id"]: one for one in answer["left"]}
    assert {one: left[one]["why"] for one in left} == {both: "taken", fresh: "not_waiting", 10**9: "gone"}
    assert (left[both]["organization"], left[both]["taken_by"]) == (BLUE, "小李")
    assert left[both]["claim_until"]


def test_nobody_takes_in_anothers_name_or_without_an_organization(
    blue: FlaskClient, official: FlaskClient, asked: Asked, signed_in: SignedIn
) -> None:
    need_id = asked()
    nobodys = in_a_page(signed_in("coordinator"))

    assert blue.post("/api/v1/claims", json={"needs": [need_id], "organization": RED}).status_code == 400
    assert nobodys.post("/api/v1/claims", json={"needs": [need_id]}).status_code == 403
    assert official.post("/api/v1/claims", json={"needs": [need_id]}).status_code == 403


def test_what_an_official_gives_has_no_end_until_the_organization_takes_it_up(
    official: FlaskClient, blue: FlaskClient, red: FlaskClient, asked: Asked, database: Database
) -> None:
    need_id = asked()
    move = {"to": "assigned", "organization": BLUE}
    assert official.post(f"/api/v1/needs/{need_id}/moves", json=move).status_code == 200
    given = row_of(database, need_id)

    assert (given.claim_until, given.taken_by) == (None, None)
    assert post(red, "", need_id)["left"][0]["why"] == "taken"
    assert mine(blue) == [need_id]
    (taken,) = post(blue, "", need_id)["done"]
    assert (taken["taken_by"], bool(taken["claim_until"])) == ("小李", True)
    assert verbs(database, need_id)[-1] == "take"


def test_a_plain_move_by_a_volunteer_is_a_claim_with_an_end(
    blue: FlaskClient, asked: Asked, database: Database
) -> None:
    one, other = asked(), asked()
    move = {"to": "assigned", "organization": BLUE}

    assert blue.post(f"/api/v1/needs/{one}/moves", json=move).status_code == 200
    assert blue.post("/api/v1/triage/moves", json={**move, "needs": [{"id": other}]}).status_code == 200

    for need_id in (one, other):
        row = row_of(database, need_id)
        assert (row.organization, row.taken_by) == (BLUE, "小李")
        assert row.claim_until is not None


def test_a_claim_is_given_its_time_once_more_and_no_third_time(
    blue: FlaskClient, asked: Asked, database: Database
) -> None:
    need_id = asked()
    post(blue, "", need_id)
    first = row_of(database, need_id).claim_until

    (longer,) = post(blue, "/extend", need_id)["done"]
    again = post(blue, "/extend", need_id)

    assert datetime.fromisoformat(longer["claim_until"]) - first.replace(microsecond=0) == 2 * HOUR
    assert (again["done"], again["left"][0]["why"]) == ([], "yours")


def test_a_claim_that_ended_is_everybodys_again_at_once(
    blue: FlaskClient, red: FlaskClient, asked: Asked, database: Database
) -> None:
    need_id = asked()
    post(blue, "", need_id)
    let_pass(database, need_id)

    seen = red.get(f"/api/v1/triage?ids={need_id}&state=assigned").get_json()["needs"][0]
    assert (seen["state"], seen["organization"]) == ("acknowledged", None)
    assert mine(blue) == []
    assert blue.post(f"/api/v1/needs/{need_id}/private").status_code == 403
    assert post(blue, "/met", need_id)["left"][0]["why"] == "not_waiting"
    assert [one["organization"] for one in post(red, "", need_id)["done"]] == [RED]


def test_who_hands_back_says_why_and_the_need_waits_again(blue: FlaskClient, asked: Asked, database: Database) -> None:
    need_id = asked()
    post(blue, "", need_id)

    refused = blue.post("/api/v1/claims/hand-back", json={"needs": [need_id], "reason": "my own words"})
    (done,) = post(blue, "/hand-back", need_id, reason="no_time")["done"]

    assert refused.status_code == 400
    assert (done["state"], done["organization"], done["taken_by"], done["claim_until"]) == (
        "acknowledged", None, None, None,
    )  # fmt: skip
    assert row_of(database, need_id).reason == "no_time"


def test_handed_over_to_another_organization_it_waits_there_no_longer_than_a_claim(
    blue: FlaskClient, red: FlaskClient, asked: Asked
) -> None:
    need_id = asked()
    post(blue, "", need_id)

    unknown = blue.post("/api/v1/claims/hand-over", json={"needs": [need_id], "organization": "Nobody"})
    (done,) = post(blue, "/hand-over", need_id, organization=RED)["done"]

    assert unknown.status_code == 400
    assert (done["organization"], done["taken_by"]) == (RED, None)
    assert done["claim_until"]
    assert (mine(blue), mine(red)) == ([], [need_id])
    assert post(red, "", need_id)["done"][0]["taken_by"] == "coordinator"


def test_within_an_organization_somebody_else_goes_and_the_end_stays(blue: FlaskClient, asked: Asked) -> None:
    need_id = asked()
    (before,) = post(blue, "", need_id)["done"]

    (after,) = post(blue, "/hand-over", need_id, taken_by="老王")["done"]

    assert after == {**before, "taken_by": "老王"}
    assert blue.post("/api/v1/claims/hand-over", json={"needs": [need_id]}).status_code == 400


def test_met_in_part_stays_taken_tells_what_was_given_and_begins_the_time_anew(
    blue: FlaskClient, asked: Asked, database: Database
) -> None:
    need_id = asked()
    post(blue, "", need_id)
    post(blue, "/extend", need_id)

    wordless = blue.post("/api/v1/claims/met", json={"needs": [need_id], "in_part": True})
    (part,) = post(blue, "/met", need_id, in_part=True, given="10 kg rice,\x00 no oil yet")["done"]
    (whole,) = post(blue, "/met", need_id, given="oil")["done"]

    assert wordless.status_code == 400
    assert part["state"] == "assigned"
    assert datetime.fromisoformat(part["claim_until"]) < datetime.now(UTC) + 2 * HOUR + timedelta(minutes=1)
    assert (whole["state"], whole["claim_until"]) == ("met", None)
    with database.read() as session:
        query = select(NeedMessage.sender, NeedMessage.signed, NeedMessage.kind, NeedMessage.text)
        told = [tuple(row) for row in session.execute(query.order_by(NeedMessage.id))]
    assert told == [
        ("organization", BLUE, "given", "10 kg rice, no oil yet"),
        ("organization", BLUE, "given", "oil"),
    ]


def test_an_organization_acts_only_on_what_it_has(blue: FlaskClient, red: FlaskClient, asked: Asked) -> None:
    need_id = asked()
    post(blue, "", need_id)

    for path, more in (
        ("/extend", {}),
        ("/hand-back", {"reason": "no_time"}),
        ("/hand-over", {"organization": BLUE}),
        ("/hand-over", {"taken_by": "me"}),
        ("/met", {}),
        ("/met", {"in_part": True, "given": "x"}),
    ):
        answer = post(red, path, need_id, **more)
        assert (answer["done"], answer["left"][0]["why"]) == ([], "taken"), path
    assert mine(blue) == [need_id]


def test_a_need_that_was_not_met_after_all_is_given_back_to_the_organization_without_an_end(
    blue: FlaskClient, client: FlaskClient, official: FlaskClient, database: Database
) -> None:
    need = report(client)
    official.post(f"/api/v1/needs/{need['id']}/moves", json={"to": "acknowledged"})
    post(blue, "", need["id"])
    post(blue, "/met", need["id"])
    in_a_page(client).post(need["link"], data={"step": "not_met", "reason": "nothing_came"})

    row = row_of(database, need["id"])

    assert (row.state, row.organization, row.taken_by, row.claim_until, row.reopened) == (
        "assigned", BLUE, None, None, 1,
    )  # fmt: skip
    assert post(blue, "", need["id"])["done"][0]["claim_until"]


@pytest.mark.parametrize("needs", [[], [0.5], ["x"], list(range(1, 62))], ids=["none", "half", "word", "too many"])
def test_what_is_no_list_of_needs_is_refused(blue: FlaskClient, needs: list[Any]) -> None:
    assert blue.post("/api/v1/claims", json={"needs": needs}).status_code == 400
