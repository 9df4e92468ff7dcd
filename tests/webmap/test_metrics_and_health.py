"""The service says whether it is up to everyone, and how it is doing to its keepers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.database import Database
from layers.publication.actions import publish_if_due
from tests.webmap.problems import problem_of

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
TOKEN = "a-token-for-the-figures"  # noqa: S105


def test_the_service_is_healthy_once_there_is_a_publication(client: FlaskClient, database: Database) -> None:
    answer = client.get("/healthz")
    problem_of(answer, 503)
    assert answer.headers["Retry-After"] == "5"

    publish_if_due(database, datetime.now(UTC))

    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_a_store_that_is_away_is_told_as_unavailable_without_its_address(make_app: Callable[..., Flask]) -> None:
    app = make_app(database_url="postgresql://u:pw@127.0.0.1:1/none")

    told = problem_of(app.test_client().get("/healthz"), 503)
    page = app.test_client().get("/sign-in")

    assert "127.0.0.1" not in str(told) and "pw" not in str(told)
    assert page.status_code == 200


def test_the_machine_itself_reads_the_figures(client: FlaskClient) -> None:
    client.get("/problems/too-much")

    figures = client.get("/metrics")

    assert figures.status_code == 200
    line = 'linli_requests_total{method="GET",route="/problems/<name>",status="200"} 1.0'
    assert line in figures.get_data(as_text=True)


def test_the_figures_name_routes_and_never_addresses(client: FlaskClient) -> None:
    client.get("/nobody/lives/at/120.123,30.456")

    assert "120.123" not in client.get("/metrics").get_data(as_text=True)


@pytest.mark.parametrize(
    "request_from",
    [
        {"environ_base": ELSEWHERE},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Host": "rebound.example.com"}},
        {"environ_base": ELSEWHERE, "headers": {"Authorization": "Bearer wrong"}},
        {"environ_base": ELSEWHERE, "headers": {"Authorization": "Bearer "}},
    ],
    ids=["from elsewhere", "through a proxy", "under a foreign name", "wrong token", "empty token"],
)
def test_nobody_else_reads_the_figures(client: FlaskClient, request_from: dict[str, object]) -> None:
    problem_of(client.get("/metrics", **request_from), 401)


def test_whoever_carries_the_token_reads_the_figures_from_anywhere(make_app: Callable[..., Flask]) -> None:
    app = make_app(metrics_token=TOKEN)
    bearer = {"Authorization": f"Bearer {TOKEN}"}

    assert app.test_client().get("/metrics", environ_base=ELSEWHERE, headers=bearer).status_code == 200
    problem_of(app.test_client().get("/metrics", environ_base=ELSEWHERE), 401)
