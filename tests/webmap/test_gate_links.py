"""A helper without an account counts at one gate by a link: for that shift, at that gate, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from data.database import Database
from data.journal import JournalRow
from layers.checkpoints.record import GateLink
from tests.webmap.forms import hidden, page
from tests.webmap.official import LNG, in_a_page, load, point, put
from tests.webmap.problems import problem_of
from tests.webmap.test_gate_counts import press, total

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """An official of the community, with one gate on the map."""
    client = in_a_page(signed_in("community_official"))
    put(client, "checkpoints")
    return client


def in_china(hours: float) -> str:
    """A moment so many hours from now, as a form at the gate has it."""
    return (datetime.now(UTC) + timedelta(hours=8 + hours)).strftime("%Y-%m-%dT%H:%M")


def link(official: FlaskClient, hours: float = 8) -> str:
    """Makes a link for the gate; its token."""
    answer = official.post("/gates/1/links", data={"ends_at": in_china(hours)})
    assert answer.status_code == 200, page(answer)
    assert answer.headers["Cache-Control"] == "private, no-store"
    found = re.search(r"/gate/([A-Za-z0-9_-]{22})\"", page(answer))
    assert found, page(answer)
    return found[1]


def send(client: FlaskClient, token: str, *presses: dict[str, Any]) -> Any:
    body = {"sent_at": datetime.now(UTC).isoformat(), "presses": list(presses)}
    return client.post(f"/api/v1/gate_links/{token}/counts", json=body)


def end(database: Database, ago: timedelta) -> None:
    """Lets the one link have ended so long ago."""
    with database.write() as session:
        session.query(GateLink).one().ends_at = datetime.now(UTC) - ago


def test_with_the_link_a_helper_counts_at_that_gate_each_press_once_and_takes_one_back(
    official: FlaskClient, client: FlaskClient, database: Database
) -> None:
    token = link(official)
    opened = client.get(f"/gate/{token}")
    assert (opened.status_code, opened.headers["Referrer-Policy"], opened.headers["Cache-Control"]) == (
        200, "no-referrer", "no-store",
    )  # fmt: skip
    assert "东门" in page(opened) and "Hand over this shift" not in page(opened)

    by_form = {"key": hidden(page(opened), "key"), "kind": "passed"}
    for _ in range(2):  # an impatient thumb
        assert client.post(f"/gate/{token}", data=by_form).status_code == 303
    for _ in range(2):  # a lost answer
        told = send(client, token, press(1), press(2), press(3, kind="referred")).get_json()
    assert len(told["settled"]) == 3 and "since" not in told
    assert send(client, token, press(2, undone=True)).status_code == 200

    assert total(official, 1) == {"passed": 2, "temperature_high": 0, "referred": 1}
    with database.read() as session:
        kept = session.execute(select(GateLink.token_hash)).scalars().all()
        journal = [str(vars(row)) for row in session.execute(select(JournalRow)).scalars()]
    assert token not in str(kept) and token not in str(journal)


def test_the_link_opens_nothing_else(official: FlaskClient, client: FlaskClient) -> None:
    put(official, "checkpoints", name="西门")
    token = link(official)
    client.get(f"/gate/{token}")

    for address in ("/gates", "/gates/1", "/gates/2", "/gates/1/counts"):
        assert client.get(address).status_code == 302
    problem_of(client.post("/api/v1/checkpoints/1/counts", json={}), 401)
    assert send(client, token, press(1)).status_code == 200
    assert sum(total(official, 2).values()) == 0


def test_a_link_is_over_by_itself_and_what_was_pressed_before_still_counts(
    official: FlaskClient, client: FlaskClient, database: Database
) -> None:
    token = link(official)
    end(database, timedelta(minutes=10))

    over = client.get(f"/gate/{token}")
    assert (over.status_code, "This link is over" in page(over)) == (404, True)
    assert client.post(f"/gate/{token}", data={"key": "k" * 16, "kind": "passed"}).status_code == 404

    told = send(client, token, press(1, ago=900), press(2, ago=60)).get_json()
    assert (len(told["settled"]), [one["why"] for one in told["refused"]]) == (1, ["over"])
    assert total(official, 1)["passed"] == 1


def test_a_link_that_was_taken_back_opens_and_takes_nothing(official: FlaskClient, client: FlaskClient) -> None:
    token, kept = link(official), link(official, 4)
    listed = page(official.get("/gates/1/links"))
    assert listed.count("/withdraw") == 2 and token not in listed
    for _ in range(2):
        assert official.post("/gates/1/links/1/withdraw").status_code == 303

    assert client.get(f"/gate/{token}").status_code == 404
    problem_of(send(client, token, press(1)), 404)
    assert client.get(f"/gate/{kept}").status_code == 200
    assert official.post("/gates/2/links/1/withdraw").status_code == 404


@pytest.mark.parametrize("hours", [-1, 25, 24 * 400])
def test_a_link_is_for_a_day_at_most(official: FlaskClient, hours: float) -> None:
    answer = official.post("/gates/1/links", data={"ends_at": in_china(hours)})

    assert (answer.status_code, "within 24 hours" in page(answer)) == (400, True)
    assert official.post("/gates/1/links", data={"ends_at": "soon"}).status_code == 400


def test_links_are_made_where_one_answers_for_the_gate(app: Flask, official: FlaskClient, signed_in: SignedIn) -> None:
    far = load(app, "checkpoints", point(LNG + 1), name="远门")

    refused = official.post(f"/gates/{far}/links", data={"ends_at": in_china(8)})
    assert (refused.status_code, "not inside your duty area" in page(refused)) == (403, True)
    assert signed_in("volunteer").get("/gates/1/links").status_code == 403
    link(in_a_page(signed_in("coordinator", organization="志愿队")))
