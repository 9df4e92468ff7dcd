"""The private link as a talk: words go both ways, help is rated, and what is late is said to be late."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.database import Database
from layers.actor import SYSTEM
from layers.needs import actions, additions
from layers.needs.queries import by_token, messages
from layers.needs.rules import WORDS_LONGEST, Feature
from tests.webmap.forms import Form

MET = ("acknowledged", "assigned", "met")


def asked(database: Database, *states: str, ago: timedelta = timedelta(), **details: Any) -> str:
    """The private link of a need reported some time ago and taken through these states."""
    now = datetime.now(UTC)
    with database.write() as session:
        need = Feature(service="food", reported_at=now - ago)
        token = actions.report(session, need, 120.1, 30.2, now).token
    for state in states:
        with database.write() as session:
            row = by_token(session, token, now)
            assert row is not None
            given = {"organization": "Spring & Sons", "reason": "elsewhere", **details}
            actions.move(session, [row["id"]], state, SYSTEM, now, **given)
    return f"/needs/{token}"


def row_of(database: Database, link: str) -> dict[str, Any]:
    with database.read() as session:
        row = by_token(session, link.rsplit("/", 1)[1], datetime.now(UTC))
    assert row is not None
    return row


def talk_of(database: Database, link: str) -> list[str]:
    with database.read() as session:
        return [one["text"] for one in messages(session, row_of(database, link)["id"])]


def words_of(answer: TestResponse) -> str:
    """What the page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("now there are <b>three</b> of us", "now there are <b>three</b> of us"),
        ("🥬 مرحبا \u202eabc", "🥬 مرحبا \u202eabc"),
        ("ri\x00ce\x1b", "rice"),
        ("'); DROP TABLE needs; --", "'); DROP TABLE needs; --"),
        ("x" * WORDS_LONGEST, "x" * WORDS_LONGEST),
    ],
    ids=["markup", "emoji and right to left", "unseen", "SQL", "full length"],
)
def test_words_are_added_as_they_were_written_and_never_become_markup(
    client: FlaskClient, database: Database, words: str, kept: str
) -> None:
    link = asked(database, "acknowledged")

    assert client.post(link, data={"step": "say", "words": words}).status_code == 303
    assert talk_of(database, link) == [kept]
    assert "b" not in Form(client.get(link).get_data(as_text=True)).tags


@pytest.mark.parametrize("words", ["", " \x00 ", "x" * (WORDS_LONGEST + 1)], ids=["none", "unseen", "too long"])
def test_words_that_cannot_be_taken_are_shown_again(client: FlaskClient, database: Database, words: str) -> None:
    link = asked(database)

    answer = client.post(link, data={"step": "say", "words": words})

    form = Form(answer.get_data(as_text=True))
    assert answer.status_code == 400
    assert form.said["problem-words"]
    assert form.fields["words"] == words.replace("\x00", "").strip()
    assert talk_of(database, link) == []


def test_an_impatient_second_press_says_it_once(client: FlaskClient, database: Database) -> None:
    link = asked(database)

    assert [client.post(link, data={"step": "say", "words": "come by the back"}).status_code for _ in "ab"] == [303] * 2
    assert talk_of(database, link) == ["come by the back"]


def test_nobody_fills_the_store_through_one_link(client: FlaskClient, database: Database) -> None:
    link = asked(database)
    for number in range(20):
        assert client.post(link, data={"step": "say", "words": f"word {number}"}).status_code == 303

    answer = client.post(link, data={"step": "say", "words": "one more"})

    assert answer.status_code == 400
    assert Form(answer.get_data(as_text=True)).fields["words"] == "one more"
    assert len(talk_of(database, link)) == 20


def test_what_staff_say_and_what_was_brought_is_shown_with_who_says_it(client: FlaskClient, database: Database) -> None:
    link, now = asked(database, "acknowledged", "assigned", taken_by="Li"), datetime.now(UTC)
    row = row_of(database, link)
    with database.write() as session:
        additions.say(session, row, "official", "West office", "message", "we <i>come</i> at six", SYSTEM, now)
        additions.say(session, row, "organization", "", "given", "two bags of rice", SYSTEM, now)

    said = words_of(client.get(link))

    assert re.search(r"West office · .* we &lt;i&gt;come&lt;/i&gt; at six", said)
    assert re.search(r"The organization · What was brought · .* two bags of rice", said)
    assert "Taken by Spring &amp; Sons: Li" in said


def test_a_reason_of_the_list_is_read_in_the_residents_language(client: FlaskClient, database: Database) -> None:
    link = asked(database, "declined")

    assert "Another office is responsible" in words_of(client.get(link))
    assert "由其他部门负责" in words_of(client.get(link, headers={"Accept-Language": "zh-CN"}))


@pytest.mark.parametrize("states", [MET, (*MET, "confirmed")], ids=["met", "confirmed"])
def test_help_that_came_is_rated_and_rated_again(
    client: FlaskClient, database: Database, states: tuple[str, ...]
) -> None:
    link = asked(database, *states)

    for stars in ("2", "5"):
        assert client.post(link, data={"step": "rate", "rating": stars}).status_code == 303
        assert row_of(database, link)["rating"] == int(stars)
        assert Form(client.get(link).get_data(as_text=True)).fields["rating"] == stars


@pytest.mark.parametrize("stars", ["", "0", "6", "1.5", "five", "٣", "9" * 5000])
def test_a_rating_is_one_of_five(client: FlaskClient, database: Database, stars: str) -> None:
    link = asked(database, *MET)

    answer = client.post(link, data={"step": "rate", "rating": stars})

    assert answer.status_code == 400
    assert Form(answer.get_data(as_text=True)).said["problem-rating"]
    assert row_of(database, link)["rating"] is None


def test_help_that_has_not_come_is_not_rated(client: FlaskClient, database: Database) -> None:
    link = asked(database, "acknowledged")

    assert client.post(link, data={"step": "rate", "rating": "5"}).status_code == 409
    assert row_of(database, link)["rating"] is None


@pytest.mark.parametrize(
    ("ago", "states", "late"),
    [
        (timedelta(minutes=5), (), []),
        (timedelta(hours=3), (), ["To be checked by"]),
        (timedelta(hours=3), ("acknowledged",), []),
        (timedelta(days=2), (), ["To be checked by", "Help is to come by"]),
        (timedelta(days=2), ("acknowledged", "assigned"), ["Help is to come by"]),
        (timedelta(days=2), MET, []),
        (timedelta(days=2), ("withdrawn",), []),
    ],
)
def test_the_page_says_by_when_and_owns_up_to_being_late(
    client: FlaskClient, database: Database, ago: timedelta, states: tuple[str, ...], late: list[str]
) -> None:
    page = client.get(asked(database, *states, ago=ago)).get_data(as_text=True)

    promised = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert [title for title, by in promised if "late" in by] == late
    assert all("<time datetime" in by for _title, by in promised)
    assert ("We are late" in page) == bool(late)


def test_the_link_comes_as_a_code_for_another_telephone_right_after_sending_only(
    client: FlaskClient, database: Database
) -> None:
    link = asked(database)

    assert 'src="data:image/svg+xml' in client.get(f"{link}?new=1").get_data(as_text=True)
    assert "data:image/svg+xml" not in client.get(link).get_data(as_text=True)
