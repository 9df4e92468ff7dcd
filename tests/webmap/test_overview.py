"""The figures at the top of the dashboard: what is counted, how it changed in a day, and the rows behind each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.database import Database
from layers.needs import actions
from layers.needs.rules import Feature
from tests.webmap.official import LAT, LNG, NOW, in_a_page, later, point, put, square

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """A city official at work."""
    return in_a_page(signed_in("city_official", duty=None))


def report(database: Database, hours_ago: float, service: str = "food") -> int:
    need = Feature.model_validate({"service": service, "reported_at": NOW - timedelta(hours=hours_ago)})
    with database.write() as session:
        return actions.report(session, need, LNG, LAT, NOW).need_id


def figures(app: Flask, client: FlaskClient) -> dict[str, tuple[int, str, str]]:
    """Number, trend and address of the rows of each figure, by its title."""
    for kept in ("linli_figures_now", "linli_figures_a_day_ago"):
        app.extensions.pop(kept, None)  # what served other readers a moment ago
    text = client.get("/dashboard/figures").get_data(as_text=True)
    line = re.compile(r'<a href="([^"]+)"><b>(\d+)</b> <span>([^<]*)</span>(?: <small>([^<]*)</small>)?')
    return {title: (int(number), trend, url) for url, number, title, trend in line.findall(text)}


def test_each_figure_counts_its_rows_and_says_how_it_changed_in_a_day(
    app: Flask, official: FlaskClient, database: Database
) -> None:
    report(database, 50)  # overdue, and there a day ago
    report(database, 1)
    put(official, "compounds", square(), name="桂花苑", households=120)
    put(official, "quarantine_zones", square(), level="lockdown", valid_from=later(-2))
    put(official, "checkpoints", point(), name="东门", hours="24/7")
    put(official, "supply_drops", window_from=later(-3), window_to=later(-1), state="planned")  # due a day ago
    put(official, "supply_drops", window_from=later(3), window_to=later(5), state="planned")
    put(official, "supply_drops", window_from=later(4), window_to=later(6), state="planned")

    assert figures(app, official) == {
        "open requests": (2, "+1 in a day", "/dashboard"),
        "overdue request": (1, "", "/dashboard?overdue=1"),
        "area nobody covers": (1, "as a day ago", "/plan"),
        "households in lockdown": (120, "+120 in a day", "/zones"),
        "drops in 24 hours": (2, "+1 in a day", "/drops"),
        "drop late": (1, "", "/drops"),
        "open gate unstaffed": (1, "", "/gates?show=unstaffed"),
    }
    for address in ("/dashboard", "/dashboard/list"):
        assert 'class="overview"' in official.get(address).get_data(as_text=True)


def test_the_overdue_are_those_of_the_list_whatever_was_answered(
    app: Flask, official: FlaskClient, database: Database
) -> None:
    for service in ("food", "medicine"):
        for hours in (0, 1, 10, 30, 100):
            for answered in (False, True):
                need_id = report(database, hours, service)
                if answered:
                    official.post(f"/api/v1/needs/{need_id}/moves", json={"to": "acknowledged"})
    listed = official.get("/api/v1/triage?overdue=true&limit=100").get_json()

    found = figures(app, official)

    assert found["open requests"][0] == 20
    assert found["overdue requests"][0] == len(listed["needs"])
    assert 4 < len(listed["needs"]) < 16


def test_a_shift_that_serves_takes_the_area_out_of_those_nobody_covers(
    app: Flask, official: FlaskClient, database: Database
) -> None:
    report(database, 1)
    put(official, "volunteer_shifts", square(LNG - 0.001, LAT - 0.001), role="delivery", places_filled=2)

    assert figures(app, official)["areas nobody covers"][0] == 0


def test_nobody_outside_is_told_what_is_thinly_staffed(client: FlaskClient) -> None:
    assert client.get("/dashboard/figures").status_code == 302
