"""Accountability in public: the figures of closed months as a page and as JSON, without an account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from data.database import Database
from layers.accountability.record import ClosedMonth
from layers.accountability.rules import Figures, Group, Hours, Rating, Share, Vitality, as_kept

FIGURES = Figures(
    [
        Group("<东>", "food", Hours(3, 40), Hours(20, None), Share(85, 40), Share(None, 40, is_most=True),
              Hours(30, None), Share(70, 20), Share(None, 20), Rating(4.2, 15)),
        Group("", "", to_acknowledge=Hours(0, None)),
    ],
    [Vitality("<东>", 45, 1200)],
)  # fmt: skip


def keep(database: Database, month: str, figures: Figures) -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    with database.write() as session:
        session.add(ClosedMonth(month=month, computed_at=at, figures=as_kept(figures)))


@pytest.fixture
def march(database: Database) -> None:
    keep(database, "2026-02", Figures())
    keep(database, "2026-03", FIGURES)


def page_of(client: FlaskClient, path: str = "/accountability?lang=en") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_before_the_first_month_is_over_the_page_says_when_it_will_be_there(client: FlaskClient) -> None:
    page = page_of(client)
    told = client.get("/api/v1/accountability").get_json()

    assert "No month is told yet" in page
    assert datetime.now(UTC).strftime("%B %Y") in page or "2026" in page
    assert (told["month"], told["months"], told["groups"]) == (None, [], [])
    assert told["next_at"]


@pytest.mark.usefixtures("march")
def test_offices_stand_beside_residents_and_are_never_blended(client: FlaskClient) -> None:
    page = page_of(client)

    assert "March 2026" in page
    assert "&lt;东&gt;" in page
    for words in ("85%", "all but fewer than 5", "70%", "fewer than 5", "4.2", "nine of ten: 40 h", "under 1 h"):
        assert words in page
    assert page.index("What offices are measured on") < page.index("What residents said")
    assert "All other communities" in page
    assert "3.8%" in page


@pytest.mark.usefixtures("march")
def test_a_month_without_figures_says_so_and_each_month_has_its_address(client: FlaskClient) -> None:
    assert "no group of requests was large enough" in page_of(client, "/accountability?month=2026-02&lang=en")
    assert "2026年2月" in page_of(client, "/accountability?month=2026-02&lang=zh")


@pytest.mark.usefixtures("march")
def test_programs_read_the_same(client: FlaskClient) -> None:
    told = client.get("/api/v1/accountability?month=2026-03").get_json()

    assert (told["month"], told["months"]) == ("2026-03", ["2026-03", "2026-02"])
    assert {name: told[name] for name in ("groups", "vitality")} == as_kept(FIGURES)


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize(("month", "status"), [("2026-01", 404), ("2026-13", 400), ("march", 400), ("", 400)])
def test_a_month_that_is_not_there_is_told(client: FlaskClient, month: str, status: int) -> None:
    answer: Any = client.get(f"/api/v1/accountability?month={month}")

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    if month:
        assert client.get(f"/accountability?month={month}").status_code == 404
