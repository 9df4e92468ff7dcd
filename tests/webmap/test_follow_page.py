"""The private link: whoever made a request sees where it stands, and has the last word on whether it was met."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.database import Database
from layers.actor import SYSTEM
from layers.needs import actions
from layers.needs.queries import by_token
from layers.needs.rules import Feature
from tests.webmap.forms import Form

SECRETS = {"words": "my words", "contact": "138 0000 0000", "building": "77", "unit": "505", "compound": "West Garden"}

#: The moves that lead a need to each of its states, as staff make them.
WAYS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "reported": [],
    "acknowledged": [("acknowledged", {})],
    "assigned": [("acknowledged", {}), ("assigned", {"organization": "Spring & Sons"})],
    "met": [("acknowledged", {}), ("assigned", {"organization": "Spring & Sons"}), ("met", {})],
    "confirmed": [
        ("acknowledged", {}),
        ("assigned", {"organization": "Spring & Sons"}),
        ("met", {}),
        ("confirmed", {}),
    ],
    "declined": [("acknowledged", {}), ("declined", {"reason": "<b>too far</b> away"})],
    "withdrawn": [("withdrawn", {})],
}

Asked = Callable[..., str]


@pytest.fixture
def asked(database: Database) -> Asked:
    """`asked(state)` is the private link of a need in this state."""

    def report(state: str = "reported") -> str:
        with database.write() as session:
            need = actions.report(session, Feature(service="food", **SECRETS), 120.1, 30.2, datetime.now(UTC))
        move(database, need.token, *WAYS[state])
        return f"/needs/{need.token}"

    return report


def move(database: Database, token: str, *steps: tuple[str, dict[str, Any]]) -> None:
    """Staff take the need along."""
    for to_state, details in steps:
        with database.write() as session:
            row = by_token(session, token, datetime.now(UTC))
            assert row is not None
            actions.move(session, [row["id"]], to_state, SYSTEM, datetime.now(UTC), **details)


def need_of(database: Database, link: str) -> dict[str, Any]:
    """The need behind a link, as it is kept."""
    with database.read() as session:
        row = by_token(session, link.rsplit("/", 1)[1], datetime.now(UTC))
    assert row is not None
    return row


def words_of(answer: TestResponse) -> str:
    """What the page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


@pytest.mark.parametrize(
    ("state", "english", "chinese"),
    [
        ("reported", "Received", "已收到"),
        ("acknowledged", "Checked", "已核实"),
        ("assigned", "Taken by Spring &amp; Sons", "已由 Spring &amp; Sons 认领"),
        ("met", "Delivered", "已送达"),
        ("confirmed", "You confirmed", "您已确认"),
        ("declined", "Closed without help", "已关闭，未能提供帮助"),
        ("withdrawn", "Withdrawn", "已撤回"),
    ],
)
def test_the_page_says_in_plain_words_where_the_request_stands(
    client: FlaskClient, asked: Asked, state: str, english: str, chinese: str
) -> None:
    link = asked(state)

    for language, words in (("en", english), ("zh", chinese)):
        page = client.get(link, headers={"Accept-Language": language}).get_data(as_text=True)
        (now,) = re.findall(r'aria-current="step".*?</li>', page, re.DOTALL)
        assert words in now
        assert '<time datetime="' in now, "since when"


def test_a_request_that_was_declined_says_why(client: FlaskClient, asked: Asked) -> None:
    assert "Reason: &lt;b&gt;too far&lt;/b&gt; away" in words_of(client.get(asked("declined")))


def test_a_duplicate_says_that_the_other_request_goes_on(client: FlaskClient, asked: Asked, database: Database) -> None:
    kept, link = asked(), asked()
    move(database, link.rsplit("/", 1)[1], ("duplicate", {"duplicate_of": need_of(database, kept)["id"]}))

    said = words_of(client.get(link))

    assert "The other request goes on" in said
    assert need_of(database, kept)["reference"] not in said


def test_the_page_shows_nothing_that_names_a_home_or_a_person(client: FlaskClient, asked: Asked) -> None:
    said = words_of(client.get(asked("assigned") + "?new=1"))

    assert [secret for secret in SECRETS.values() if secret in said] == []


def test_the_reference_is_shown_always_and_the_link_right_after_sending(
    client: FlaskClient, asked: Asked, database: Database
) -> None:
    link = asked()
    reference = need_of(database, link)["reference"]

    assert f"http://localhost{link}" in words_of(client.get(f"{link}?new=1"))
    assert f"http://localhost{link}" not in words_of(client.get(link))
    assert all(reference in words_of(client.get(address)) for address in (link, f"{link}?new=1"))


@pytest.mark.parametrize("state", ["reported", "acknowledged", "assigned"])
def test_an_open_request_can_be_withdrawn(client: FlaskClient, asked: Asked, database: Database, state: str) -> None:
    link = asked(state)

    answer = client.post(link, data={"step": "withdraw"})

    assert (answer.status_code, answer.location) == (303, f"{link}?done=1")
    assert need_of(database, link)["state"] == "withdrawn"
    assert "Noted, thank you." in words_of(client.get(answer.location))


def test_whoever_asked_confirms_that_the_help_came(client: FlaskClient, asked: Asked, database: Database) -> None:
    link = asked("met")

    assert client.post(link, data={"step": "confirm"}).status_code == 303
    assert need_of(database, link)["state"] == "confirmed"


def test_help_that_did_not_come_goes_back_to_the_organization_with_the_reason(
    client: FlaskClient, asked: Asked, database: Database
) -> None:
    link = asked("met")

    assert client.post(link, data={"step": "not_met", "reason": "only_part_came"}).status_code == 303
    need = need_of(database, link)
    assert (need["state"], need["reason"], need["organization"]) == ("assigned", "only_part_came", "Spring & Sons")
    assert "Only part of it came" in words_of(client.get(link))


@pytest.mark.parametrize("reason", ["", "because I say so at 12 Rose Lane"])
def test_what_went_wrong_is_chosen_from_a_list(
    client: FlaskClient, asked: Asked, database: Database, reason: str
) -> None:
    link = asked("met")

    answer = client.post(link, data={"step": "not_met", "reason": reason})

    assert answer.status_code == 400
    assert "Choose what went wrong" in Form(answer.get_data(as_text=True)).said["problem-reason"]
    assert need_of(database, link)["state"] == "met"


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (state, step)
        for state in WAYS
        for step in ("withdraw", "confirm", "not_met")
        if (state, step)
        not in {
            ("reported", "withdraw"), ("acknowledged", "withdraw"), ("assigned", "withdraw"),
            ("met", "confirm"), ("met", "not_met"),
            ("withdrawn", "withdraw"), ("confirmed", "confirm"),
        }
    ],
)  # fmt: skip
def test_a_step_that_is_not_possible_is_told_kindly_and_changes_nothing(
    client: FlaskClient, asked: Asked, database: Database, state: str, step: str
) -> None:
    link = asked(state)
    before = need_of(database, link)

    answer = client.post(link, data={"step": step, "reason": "nothing_came"})

    assert answer.status_code == 409
    assert "the request has moved on" in words_of(answer)
    assert before["reference"] in words_of(answer)
    assert need_of(database, link) == before


@pytest.mark.parametrize(("state", "step"), [("reported", "withdraw"), ("met", "confirm")])
def test_an_impatient_second_press_is_no_mistake(client: FlaskClient, asked: Asked, state: str, step: str) -> None:
    link = asked(state)

    assert [client.post(link, data={"step": step}).status_code for _ in range(2)] == [303, 303]


@pytest.mark.parametrize("step", ["", "acknowledged", "assigned", "duplicate"])
def test_the_link_lets_nobody_take_a_step_of_staff(
    client: FlaskClient, asked: Asked, database: Database, step: str
) -> None:
    link = asked()

    assert client.post(link, data={"step": step, "reason": "x"}).status_code == 400
    assert need_of(database, link)["state"] == "reported"


@pytest.mark.parametrize("state", WAYS)
def test_the_buttons_on_the_page_are_the_steps_that_are_possible(client: FlaskClient, asked: Asked, state: str) -> None:
    page = client.get(asked(state)).get_data(as_text=True)

    offered = set(re.findall(r'name="step" value="(\w+)"', page))
    assert offered == {
        "reported": {"say", "withdraw"},
        "acknowledged": {"say", "withdraw"},
        "assigned": {"say", "withdraw"},
        "met": {"say", "confirm", "not_met", "rate"},
        "confirmed": {"rate"},
    }.get(state, set())


@pytest.mark.parametrize("token", ["A" * 22, "x", "A" * 23, "ä" * 22, "%00" * 22, "K7Q-F2M-9XT"])
def test_a_link_that_leads_nowhere_says_no_more_than_any_other(client: FlaskClient, token: str) -> None:
    answers = [client.get(f"/needs/{token}"), client.post(f"/needs/{token}", data={"step": "withdraw"})]
    other = client.get("/nothing/here")

    assert {answer.status_code for answer in answers} == {404}
    assert {words_of(answer) for answer in answers} == {words_of(other)}


def test_the_reference_opens_nothing(client: FlaskClient, asked: Asked, database: Database) -> None:
    assert client.get(f"/needs/{need_of(database, asked())['reference']}").status_code == 404


def test_the_address_is_passed_on_to_nobody_and_the_page_is_kept_nowhere(client: FlaskClient, asked: Asked) -> None:
    link = asked("met")
    answers = [
        client.get(link),
        client.get("/needs/" + "A" * 22),
        client.post(link, data={"step": "not_met"}),
        client.post(link, data={"step": "confirm"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 400, 303]
    assert {answer.headers["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.headers["X-Robots-Tag"] for answer in answers} == {"noindex, nofollow"}
    assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[], [], [], []]
    assert '<meta name="robots" content="noindex' in answers[0].get_data(as_text=True)


def test_guessing_links_is_slowed_down_and_links_that_exist_still_open(client: FlaskClient, asked: Asked) -> None:
    tries = [client.get(f"/needs/{number:022d}") for number in range(61)]

    assert {answer.status_code for answer in tries[:60]} == {404}
    assert tries[60].status_code == 429
    assert int(tries[60].headers["Retry-After"]) > 0
    assert client.get(asked()).status_code == 200
    elsewhere = client.get("/needs/" + "A" * 22, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code == 404


def test_staff_with_the_link_act_as_the_one_who_asked(
    signed_in: Callable[..., FlaskClient], asked: Asked, database: Database
) -> None:
    staff, link = signed_in("community_official"), asked("met")
    page = staff.get(link).get_data(as_text=True)

    assert staff.post(link, data={"step": "confirm"}).status_code == 403, "another site cannot use their session"
    sent = {"step": "confirm", "csrf_token": Form(page).fields["csrf_token"]}
    assert staff.post(link, data=sent).status_code == 303
    with database.read() as session:
        entry = session.connection().exec_driver_sql("SELECT actor, role FROM journal ORDER BY seq DESC LIMIT 1").one()
    assert tuple(entry) == ("", "resident")
