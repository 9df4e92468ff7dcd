"""What a zone means at one's own door, in the administrator's words, and the countdown to its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from tests.webmap.forms import hidden, page
from tests.webmap.official import in_a_page, later, put, square
from tests.webmap.test_zones_page import zones
from webmap.cli.zones import zones as command
from webmap.service import Service

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """An official in whose map a lockdown began five days ago over one of two compounds."""
    client = in_a_page(signed_in("city_official"))
    put(client, "compounds", square(), name="桂花苑")
    put(client, "compounds", square(120.5), name="海棠苑")
    put(client, "quarantine_zones", name="一号", level="lockdown", reason="两例", valid_from=later(-5 * 24))
    return client


def day(app: Flask, ago: int) -> str:
    """A day, so many days ago, at the service's place."""
    place: Service = app.extensions["linli"]
    return (datetime.now(place.zone).date() - timedelta(days=ago)).isoformat()


def record(client: FlaskClient, **days: str) -> int:
    """Reads the list and enters the days of the one zone; the status of the answer."""
    seen = hidden(page(client.get("/zones")), "seen")
    return client.post(f"/zones/{zones(client)[0]['id']}/days", data={**days, "seen": seen}).status_code


def test_of_two_who_enter_days_at_once_the_second_is_told_and_keeps_what_was_written(
    official: FlaskClient, app: Flask
) -> None:
    seen = hidden(page(official.get("/zones")), "seen")
    assert record(official, last_case_on=day(app, 3)) == 303

    late = official.post(f"/zones/{zones(official)[0]['id']}/days", data={"last_case_on": day(app, 1), "seen": seen})

    assert (late.status_code, zones(official)[0]["properties"]["last_case_on"]) == (409, day(app, 3))
    assert "not kept yet" in page(late)
    assert f'name="last_case_on" max="{day(app, 0)}" value="{day(app, 1)}"' in page(late)


def read(client: FlaskClient, compound: str) -> str:
    return page(client.get("/rules", query_string={"compound": compound}))


def test_a_resident_reads_what_holds_at_the_own_door_without_an_account(
    official: FlaskClient, client: FlaskClient
) -> None:
    behind, outside = read(client, "桂花苑"), read(client, "海棠苑")

    assert "Nobody leaves the home" in behind
    assert "两例" in behind
    assert "In 9 days at the earliest" in behind
    assert "you may come and go" in outside
    assert 'role="alert"' in read(client, "没有这个院")


def test_a_new_case_begins_the_count_again(official: FlaskClient, client: FlaskClient, app: Flask) -> None:
    assert record(official, last_case_on=day(app, 1)) == 303

    assert "In 13 days at the earliest" in read(client, "桂花苑")


def test_when_everything_is_met_the_page_says_so_and_an_old_test_counts_no_more(
    official: FlaskClient, client: FlaskClient, app: Flask
) -> None:
    long_ago = {"last_case_on": day(app, 20), "last_contact_on": day(app, 14)}
    record(official, **long_ago, all_negative_on=day(app, 2))
    assert "Everything it waits for is met" in read(client, "桂花苑")

    record(official, **long_ago, all_negative_on=day(app, 3))
    assert "counts no more" in read(client, "桂花苑")


@pytest.mark.parametrize("written", ["yesterday", "2999-01-01", "2026-02-30"])
def test_a_day_to_come_and_what_is_no_day_are_refused(official: FlaskClient, written: str) -> None:
    assert record(official, last_case_on=written) == 400
    assert zones(official)[0]["properties"]["last_case_on"] is None


def test_an_administrator_changes_words_and_days(
    official: FlaskClient, client: FlaskClient, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_DATABASE_URL", store_url)
    run = CliRunner().invoke

    changed = run(command, ["set", "lockdown", "--case-days", "7", "--contact-days", "-1", "--call-en", "Ring 0571."])

    assert changed.exit_code == 0, changed.output
    told = read(client, "桂花苑")
    assert "Ring 0571." in told
    assert "In 2 days at the earliest" in told
    assert "since the last contact" not in told
    assert "not asked" in run(command, ["list"]).output
