"""My round, with plain forms: what waits, what is ours, by building, and the run sheet; each step said in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from data.database import Database
from data.journal import JournalRow
from layers.needs.record import Need
from tests.webmap.conftest import SignedIn
from tests.webmap.official import in_a_page, report

BLUE = "Blue & Sons"
HOME = {"compound": "桂花苑", "building": "3幢", "unit": "502", "words": "<b>rice</b>", "contact": "138 1234 5678"}


@pytest.fixture
def blue(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("volunteer", organization=BLUE, name="Li"))


@pytest.fixture
def red(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("coordinator", organization="Red Scarves", name="Wang"))


@pytest.fixture
def waits(client: FlaskClient, signed_in: SignedIn) -> list[int]:
    """Two needs of one building that wait for an organization."""
    official = in_a_page(signed_in("city_official"))
    ids = [int(report(client, **HOME)["id"]) for _ in range(2)]
    for one in ids:
        assert official.post(f"/api/v1/needs/{one}/moves", json={"to": "acknowledged"}).status_code == 200
    return ids


def post(client: FlaskClient, step: str, needs: list[Any], **fields: str) -> TestResponse:
    return client.post("/round", data={"step": step, "needs": [str(one) for one in needs], **fields})


def text_of(client: FlaskClient, path: str, language: str = "en") -> str:
    answer = client.get(f"{path}?lang={language}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data(as_text=True)


def row_of(database: Database, need_id: int) -> Any:
    with database.read() as session:
        return session.execute(select(Need.__table__).where(Need.id == need_id)).one()


def test_an_empty_round_says_what_to_do_next_in_both_languages(blue: FlaskClient) -> None:
    assert "/round/waiting" in text_of(blue, "/round")
    assert "贵组织目前没有求助任务" in text_of(blue, "/round", "zh")
    assert "No request waits for an organization" in text_of(blue, "/round/waiting")


def test_what_waits_is_taken_as_a_round_and_listed_by_building(
    blue: FlaskClient, waits: list[int], database: Database
) -> None:
    offered = text_of(blue, "/round/waiting")
    answer = post(blue, "take", waits, taken_by="小李")

    assert "桂花苑" not in offered  # where somebody lives is for whoever has taken it
    assert all(f'value="{one}"' in offered for one in waits)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/round?done=take&count=2")
    page = text_of(blue, "/round")
    assert page.count("桂花苑 3幢") == 1
    assert "小李" in page
    assert "1 h 5" in page
    assert "502" not in page and "138 1234 5678" not in page
    assert {row_of(database, one).organization for one in waits} == {BLUE}


def test_who_comes_second_reads_who_has_it_and_keeps_the_rest(
    blue: FlaskClient, red: FlaskClient, waits: list[int], database: Database
) -> None:
    post(blue, "take", waits[:1], taken_by="小李")
    answer = post(red, "take", waits, taken_by="Wang")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 409
    assert "is taken: 小李 (Blue &amp; Sons) has it until" in page
    assert "Yours now: 1." in page
    assert row_of(database, waits[1]).organization == "Red Scarves"


def test_the_run_sheet_shows_words_and_door_notes_each_reading_and_takes_nothing(
    blue: FlaskClient, red: FlaskClient, waits: list[int], database: Database
) -> None:
    post(blue, "take", waits[:1], taken_by="Li")
    fields = {"needs": [str(one) for one in waits]}
    sheet = blue.post("/round/sheet", data=fields)
    others = red.post("/round/sheet", data=fields)

    page = sheet.get_data(as_text=True)
    assert "502" in page and "138 1234 5678" in page and "&lt;b&gt;rice&lt;/b&gt;" in page
    assert "138 1234 5678" not in others.get_data(as_text=True)
    assert sheet.headers["Cache-Control"] == "no-store"
    assert row_of(database, waits[1]).state == "acknowledged"
    with database.read() as session:
        query = select(func.count()).where(JournalRow.verb == "read_contact")
        assert session.execute(query).scalar() == 1


def test_met_in_part_then_in_full(blue: FlaskClient, waits: list[int], database: Database) -> None:
    post(blue, "take", waits, taken_by="Li")

    wordless = post(blue, "met_in_part", waits[:1], given=" ")
    part = post(blue, "met_in_part", waits[:1], given="rice")
    whole = post(blue, "met", waits[:1])

    assert (wordless.status_code, part.status_code, whole.status_code) == (400, 303, 303)
    assert "Write what was given" in wordless.get_data(as_text=True)
    assert row_of(database, waits[0]).state == "met"


@pytest.mark.parametrize(
    ("step", "fields", "said"),
    [
        ("take", {"taken_by": ""}, "Say who goes"),
        ("hand_on", {"taken_by": "x" * 81}, "Say who goes"),
        ("hand_back", {"reason": "mine"}, "Choose why"),
        ("hand_over", {"organization": "Nobody"}, "Choose another organization"),
        ("explode", {}, "Choose at least one"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_changes_nothing(
    blue: FlaskClient, waits: list[int], database: Database, step: str, fields: dict[str, str], said: str
) -> None:
    if step != "take":
        post(blue, "take", waits, taken_by="Li")
    before = [row_of(database, one) for one in waits]

    answer = post(blue, step, waits, **fields)

    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)
    assert [row_of(database, one) for one in waits] == before


def test_handed_back_handed_over_handed_on_and_extended(
    blue: FlaskClient, red: FlaskClient, waits: list[int], database: Database
) -> None:
    post(blue, "take", waits, taken_by="Li")
    first, second = waits

    assert post(blue, "extend", waits).status_code == 303
    assert post(blue, "extend", waits).status_code == 409
    assert post(blue, "hand_on", [first], taken_by="Zhao").status_code == 303
    assert row_of(database, first).taken_by == "Zhao"
    assert post(blue, "hand_over", [first], organization="Red Scarves").status_code == 303
    assert "Given to your organization" in text_of(red, "/round")
    assert post(blue, "hand_back", [second], reason="no_time").status_code == 303
    assert row_of(database, second).state == "acknowledged"


def test_a_claim_that_ended_is_not_on_the_round_any_more(
    blue: FlaskClient, waits: list[int], database: Database
) -> None:
    post(blue, "take", waits, taken_by="Li")
    with database.write() as session:
        session.execute(update(Need).values(claim_until=datetime.now(UTC) - timedelta(seconds=1)))

    assert "桂花苑" not in text_of(blue, "/round")
    assert "the time of your claim ended" in post(blue, "met", waits).get_data(as_text=True)


def test_the_round_is_for_members_of_an_organization(signed_in: SignedIn, client: FlaskClient) -> None:
    assert client.get("/round").status_code == 302
    assert in_a_page(signed_in("community_official")).get("/round").status_code == 403
    assert in_a_page(signed_in("volunteer")).get("/round").status_code == 403


def test_a_request_is_found_by_its_reference_as_it_is_said_on_the_phone(
    blue: FlaskClient, waits: list[int], database: Database
) -> None:
    said = row_of(database, waits[0]).reference.lower().replace("-", " ")
    found = blue.get("/round/waiting", query_string={"q": said}).get_data(as_text=True)
    refused = blue.post("/round", data={"step": "take", "needs": [str(waits[0])], "taken_by": "", "q": said})
    strange = blue.get("/round/waiting", query_string={"q": "ZZZZZZZZZZZZ<b>"}).get_data(as_text=True)

    for page in (found, refused.get_data(as_text=True)):
        assert f'value="{waits[0]}"' in page and f'value="{waits[1]}"' not in page
    assert refused.status_code == 400
    assert "with “ZZZZZZZZZZZZ&lt;b&gt;” in its reference waits" in strange
    assert '<a href="/round/waiting">Find requests to take</a>' in strange
