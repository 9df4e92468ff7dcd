"""Anyone asks for help with one form: no script, no account, no cookie, and nothing written is ever lost."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.database import Database
from geo.datums import from_wgs84
from layers import catalogue
from layers.actor import SYSTEM
from layers.compounds import actions as compounds
from layers.compounds.rules import Feature
from layers.features import Incoming
from layers.queries import feature_rows
from tests.webmap.forms import Form

WEST_GARDEN = shapely.box(120.10, 30.28, 120.11, 30.29)
#: Bent round its own middle: its centroid lies outside of it.
HORSESHOE = shapely.box(120.12, 30.28, 120.13, 30.29) - shapely.box(120.122, 30.282, 120.13, 30.288)
NOWHERE = {"lat": "30.2", "lng": "120.2"}
INSIDE = {"lat": "30.285", "lng": "120.105"}

#: The least somebody has to say.
LEAST = {"service": "food", "urgency": "ordinary"}


@pytest.fixture(autouse=True)
def town(database: Database) -> None:
    """Two compounds with names of their own, and two that share one."""
    things = [
        (WEST_GARDEN, {"name": "West Garden", "aliases": ["西园"], "source_id": "wg-1"}),
        (HORSESHOE, {"name": "Horseshoe Court"}),
        (shapely.box(120.14, 30.28, 120.15, 30.29), {"name": "Rose Court", "community": "North"}),
        (shapely.box(120.16, 30.28, 120.17, 30.29), {"name": "Rose Court", "community": "South"}),
    ]
    incoming = [Incoming(Feature(**values), shapely.MultiPolygon([shape])) for shape, values in things]
    with database.write() as session:
        compounds.put(session, incoming, SYSTEM, datetime.now(UTC))


def opened(client: FlaskClient, **link: str) -> dict[str, str]:
    """The form as it stands when somebody opens it with a place in the link."""
    return Form(client.get("/report", query_string=link).get_data(as_text=True)).fields


def send(client: FlaskClient, link: dict[str, str] | None = None, **written: str) -> TestResponse:
    """Opens the form, writes into it, sends it."""
    return client.post("/report", data={**opened(client, **(link or {})), **LEAST, **written})


def needs(database: Database) -> list[dict[str, Any]]:
    """Every need there is, with what is private."""
    layer = catalogue.layer("needs")
    assert layer.private_table is not None
    with database.read() as session:
        private = {row["need_id"]: dict(row) for row in session.execute(layer.private_table.select()).mappings()}
        return [{**row, **private[row["id"]]} for row in feature_rows(session, layer, False, datetime.now(UTC))]


def refused(answer: TestResponse, *fields: str) -> Form:
    """The form shown again, after checking that exactly these fields have their problem beside them."""
    assert answer.status_code == 400
    form = Form(answer.get_data(as_text=True))
    beside = {key.removeprefix("problem-") for key, text in form.said.items() if key.startswith("problem-") and text}
    assert beside == set(fields)
    return form


def test_the_first_line_is_whom_to_call_when_life_is_in_danger(client: FlaskClient) -> None:
    page = client.get("/report").get_data(as_text=True)
    main = page[page.index("<main") :]

    assert all(main.index(f'href="tel:{number}"') < main.index("<h1>") for number in (110, 119, 120))


def test_a_pin_becomes_a_need_and_leads_to_its_private_link(client: FlaskClient, database: Database) -> None:
    written = {"building": "3", "unit": "502", "words": "two bags of rice", "people": "4", "contact": "138 0000 0000"}

    answer = send(client, INSIDE, urgency="urgent", **written)

    assert answer.status_code == 303
    assert re.fullmatch(r"/needs/[A-Za-z0-9_-]{22}\?new=1", answer.location)
    (need,) = needs(database)
    assert (need["lng"], need["lat"], need["compound"]) == (120.105, 30.285, "West Garden")
    assert {name: str(need[name]) for name in written} == written
    assert (need["service"], need["urgency"], need["channel"], need["state"]) == ("food", "urgent", "web", "reported")
    shown = client.get(answer.location).get_data(as_text=True)
    assert need["reference"] in shown
    assert answer.location.removesuffix("?new=1") in shown


def test_the_form_says_in_which_compound_the_pin_is(client: FlaskClient) -> None:
    assert opened(client, **INSIDE)["compound"] == "West Garden"
    assert opened(client, **NOWHERE)["compound"] == ""


@pytest.mark.parametrize("link", [{"lat": "x", "lng": "120"}, {"lat": "95", "lng": "120"}, {"lat": "nan", "lng": "1"}])
def test_a_link_with_an_unreadable_place_asks_for_the_place(client: FlaskClient, link: dict[str, str]) -> None:
    answer = client.get("/report", query_string=link)

    assert answer.status_code == 200
    assert "cannot be read" in Form(answer.get_data(as_text=True)).said["problem-compound"]
    refused(send(client, link), "compound")


@pytest.mark.parametrize("name", ["Horseshoe Court", " horseshoe  court", "ＨＯＲＳＥＳＨＯＥ court"])
def test_a_compound_by_name_is_placed_inside_its_outline(client: FlaskClient, database: Database, name: str) -> None:
    assert send(client, compound=name).status_code == 303
    (need,) = needs(database)

    assert HORSESHOE.contains(shapely.Point(need["lng"], need["lat"]))
    assert need["compound"] == "Horseshoe Court"


def test_a_compound_is_found_by_its_other_names_too(client: FlaskClient, database: Database) -> None:
    assert send(client, compound="西园").status_code == 303
    assert needs(database)[0]["compound"] == "West Garden"


def test_another_compound_than_the_pins_counts_and_a_place_no_list_knows_is_kept_as_words(
    client: FlaskClient, database: Database
) -> None:
    send(client, INSIDE, compound="Horseshoe Court")
    send(client, INSIDE, compound="the shed behind the market")
    moved, kept = needs(database)

    assert HORSESHOE.contains(shapely.Point(moved["lng"], moved["lat"]))
    assert (kept["lng"], kept["lat"], kept["compound"]) == (120.105, 30.285, "the shed behind the market")


def test_two_compounds_of_one_name_are_told_apart_in_the_list(client: FlaskClient, database: Database) -> None:
    refused(send(client, compound="Rose Court"), "compound")
    page = client.get("/report").get_data(as_text=True)

    assert '<option value="Rose Court (South)">' in page
    assert '<option value="West Garden">' in page
    assert send(client, compound="Rose Court (South)").status_code == 303
    assert 120.16 < needs(database)[0]["lng"] < 120.17


def test_coordinates_of_a_chinese_map_app_are_put_where_they_belong(client: FlaskClient, database: Database) -> None:
    lng, lat = (float(one[0]) for one in from_wgs84([120.105], [30.285], "gcj02"))

    assert send(client, lat=str(lat), lng=str(lng), datum="gcj02").status_code == 303
    (need,) = needs(database)
    assert (need["lng"], need["lat"]) == pytest.approx((120.105, 30.285), abs=1e-6)
    assert need["compound"] == "West Garden"


@pytest.mark.parametrize(
    ("written", "channel", "consent"),
    [
        ({}, "web", None),
        ({"consent": "yes"}, "web", None),
        ({"somebody_else": "yes"}, "proxy", False),
        ({"somebody_else": "yes", "consent": "yes"}, "proxy", True),
    ],
)
def test_somebody_elses_need_is_taken_as_such_with_whether_they_know(
    client: FlaskClient, database: Database, written: dict[str, str], channel: str, consent: bool | None
) -> None:
    send(client, INSIDE, **written)

    assert (needs(database)[0]["channel"], needs(database)[0]["consent"]) == (channel, consent)


def test_neighbours_may_see_a_need_only_where_whoever_asks_says_so(client: FlaskClient, database: Database) -> None:
    send(client, INSIDE)
    send(client, INSIDE, shared="yes")

    assert [need["shared"] for need in needs(database)] == [False, True]


@pytest.mark.parametrize(
    ("field", "bad", "also"),
    [
        ("service", "", {}),
        ("service", "weapons", {}),
        ("urgency", "", {}),
        ("urgency", "desperate", {}),
        ("people", "0", {}),
        ("people", "-1", {}),
        ("people", "two", {}),
        ("people", "1.5", {}),
        ("people", "9" * 5000, {}),
        ("words", "x" * 2001, {}),
        ("contact", "x" * 201, {}),
        ("building", "x" * 61, {}),
        ("unit", "x" * 61, {}),
        ("compound", "x" * 201, {}),
        ("compound", "", {"pin_lat": "", "pin_lng": ""}),
        ("compound", "Atlantis", {"pin_lat": "", "pin_lng": ""}),
        ("lat", "95", {"lng": "120"}),
        ("lat", "north", {"lng": "120"}),
        ("lat", "1e400", {"lng": "120"}),
        ("lat", "30.2", {"lng": "120.2", "compound": "West Garden"}),
        ("lng", "", {"lat": "30.2"}),
        ("datum", "mars", {"lat": "30.2", "lng": "120.2"}),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field_and_everything_written_is_kept(
    client: FlaskClient, database: Database, field: str, bad: str, also: dict[str, str]
) -> None:
    written = {
        "building": "3", "unit": "502", "words": "rice", "people": "4", "contact": "138", "somebody_else": "yes",
        "service": "medicine", "urgency": "urgent", **also, field: bad,
    }  # fmt: skip
    sent = {**opened(client, **INSIDE), **written}

    shown = refused(client.post("/report", data=sent), field).fields

    if field in ("service", "urgency", "datum"):  # an answer that is not on the list cannot stay chosen
        sent.pop(field), shown.pop(field, None)
    assert {name: shown.get(name) for name in sent} == sent
    assert needs(database) == []


def test_every_problem_is_told_at_once_in_the_language_of_the_page(client: FlaskClient) -> None:
    answer = client.post("/report", data={}, headers={"Accept-Language": "zh-CN"})

    form = refused(answer, "compound", "service", "urgency")
    assert form.said["problem-service"] == "请选择需要什么帮助。"


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "</textarea><b>x",
        "🥬 & 🍚",
        "第一行\n第二行",
        "\n leading",
        "{{ 7 * 7 }}",
        '"><img src=x>',
        "\u202egnp.exe مساعدة",
        "'); DROP TABLE needs; --",
    ],
)
def test_words_are_shown_again_as_they_were_and_never_become_markup(client: FlaskClient, words: str) -> None:
    page = send(client, INSIDE, words=words, contact=words, service="").get_data(as_text=True)
    form = Form(page)

    assert form.fields["words"].strip() == words.strip()
    own = Form(client.get("/report").get_data(as_text=True))
    assert form.tags.count("script") == own.tags.count("script")
    assert "img" not in form.tags


def test_characters_nobody_can_see_are_left_out(client: FlaskClient, database: Database) -> None:
    assert send(client, INSIDE, words="ri\x00ce\x1b", contact="\x00", building="\x07").status_code == 303
    (need,) = needs(database)

    assert (need["words"], need["contact"], need["building"]) == ("rice", "", "")


def test_words_of_the_full_length_are_taken_whatever_the_browser_ends_lines_with(client: FlaskClient) -> None:
    assert send(client, INSIDE, words="x\r\n" * 999 + "xx").status_code == 303


def test_an_impatient_second_press_is_the_same_need(client: FlaskClient, database: Database) -> None:
    form = {**opened(client, **INSIDE), **LEAST}

    first, second = (client.post("/report", data=form) for _ in range(2))

    assert first.location == second.location
    assert len(needs(database)) == 1


def test_two_presses_at_the_same_moment_are_one_need(app: Flask, database: Database) -> None:
    form = {**opened(app.test_client(), **INSIDE), **LEAST}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: app.test_client().post("/report", data=form), range(8)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(needs(database)) == 1


def test_going_back_and_writing_something_else_is_another_need_only_after_asking(
    client: FlaskClient, database: Database
) -> None:
    form = {**opened(client, **INSIDE), **LEAST}
    client.post("/report", data=form)

    again = refused(client.post("/report", data={**form, "service": "medicine"}), "key").fields
    assert len(needs(database)) == 1
    assert client.post("/report", data=again).status_code == 303
    assert [need["service"] for need in needs(database)] == ["food", "medicine"]


def test_two_openings_of_the_form_are_two_needs(client: FlaskClient, database: Database) -> None:
    send(client, INSIDE)
    send(client, INSIDE)

    assert len(needs(database)) == 2


@pytest.mark.parametrize("key", ["", "short", "x" * 500, "\x00" * 30])
def test_a_form_without_a_proper_key_is_taken_all_the_same(client: FlaskClient, key: str) -> None:
    assert send(client, INSIDE, key=key).status_code == 303


def test_nothing_is_kept_in_the_browser(client: FlaskClient) -> None:
    answers = [client.get("/report"), send(client, INSIDE, service=""), send(client, INSIDE)]

    assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[], [], []]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.headers["X-Robots-Tag"] for answer in answers} == {"noindex"}


def test_the_language_of_the_page_is_kept_with_the_need(client: FlaskClient, database: Database) -> None:
    form = {**opened(client, **INSIDE), **LEAST}
    client.post("/report", data=form, headers={"Accept-Language": "zh-CN"})

    assert needs(database)[0]["language"] == "zh"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_form_speaks_of_places_as_people_do(client: FlaskClient, language: str) -> None:
    page = client.get("/report", query_string={**INSIDE, "lang": language}).get_data(as_text=True)

    assert not re.search(r"\bgrid\b|\bcells?\b|\bH3\b|hexagon|网格|单元格|六边形", page, re.IGNORECASE)
    assert "This is" not in page or language == "en"
