"""Lists of features: what holds at a moment, and sent again only when it changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import shapely
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.database import Database
from tests.layers.town import OFFICIAL, Thing, put
from tests.webmap.conftest import SignedIn
from webmap.viewport import in_rfc3339

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
SQUARE = shapely.box(120.10, 30.28, 120.11, 30.29)


def zone(name: str, starts: datetime, ends: datetime | None = None) -> Thing:
    """A zone that holds for a while."""
    return Thing("quarantine_zones", {"name": name, "level": "control", "valid_from": starts, "valid_to": ends}, SQUARE)


def drop(name: str, starts: datetime, ends: datetime) -> Thing:
    """A drop with its window."""
    return Thing("supply_drops", {"name": name, "window_from": starts, "window_to": ends}, shapely.Point(120.1, 30.28))


def fill(database: Database, *things: Thing) -> None:
    """Puts things in, one after another."""
    with database.write() as session:
        for thing in things:
            put(session, [thing], NOW - 2 * HOUR, OFFICIAL)


def ask(client: FlaskClient, layer: str, at: datetime | None = NOW, tag: str = "") -> TestResponse:
    """A list, asked for a moment, with the ETag of an earlier answer."""
    query = {} if at is None else {"at": in_rfc3339(at)}
    return client.get(f"/api/v1/{layer}", query_string=query, headers={"If-None-Match": tag} if tag else {})


def names(answer: TestResponse) -> list[str]:
    """The names of the features in an answer."""
    return [feature["properties"]["name"] for feature in answer.get_json()["features"]]


def test_at_a_moment_only_drops_are_given_that_are_not_over_yet(client: FlaskClient, database: Database) -> None:
    fill(
        database,
        drop("over", NOW - 2 * HOUR, NOW - HOUR),
        drop("now", NOW - HOUR, NOW + HOUR),
        drop("next week", NOW + 100 * HOUR, NOW + 101 * HOUR),
    )

    assert names(ask(client, "supply_drops")) == ["now", "next week"]
    assert names(ask(client, "supply_drops", at=None)) == ["over", "now", "next week"]


def test_at_a_moment_only_zones_are_given_that_are_in_force(client: FlaskClient, database: Database) -> None:
    fill(
        database,
        zone("lifted", NOW - 2 * HOUR, NOW - HOUR),
        zone("in force", NOW - HOUR),
        zone("tomorrow", NOW + 24 * HOUR),
    )

    assert names(ask(client, "quarantine_zones")) == ["in force"]


@pytest.mark.parametrize("at", [NOW, None], ids=["moment", "all"])
def test_an_unchanged_list_is_not_sent_again(client: FlaskClient, database: Database, at: datetime | None) -> None:
    fill(database, zone("in force", NOW - HOUR))
    first = ask(client, "quarantine_zones", at)

    again = ask(client, "quarantine_zones", at, first.headers["ETag"])

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "public, max-age=30"


def test_a_list_is_sent_again_once_something_was_written(client: FlaskClient, database: Database) -> None:
    fill(database, zone("first", NOW - HOUR))
    first = ask(client, "quarantine_zones")
    fill(database, zone("second", NOW - HOUR))

    again = ask(client, "quarantine_zones", tag=first.headers["ETag"])

    assert (again.status_code, names(again)) == (200, ["first", "second"])


def test_a_list_of_a_later_minute_is_sent_only_if_a_boundary_lies_between(
    client: FlaskClient, database: Database
) -> None:
    fill(database, zone("until noon", NOW - HOUR, NOW + HOUR), zone("afternoon", NOW + HOUR, NOW + 2 * HOUR))
    tag = ask(client, "quarantine_zones").headers["ETag"]

    assert ask(client, "quarantine_zones", NOW + HOUR / 2, tag).status_code == 304
    assert names(ask(client, "quarantine_zones", NOW + HOUR, tag)) == ["afternoon"]


def test_compounds_are_sent_again_when_a_zone_over_them_begins(client: FlaskClient, database: Database) -> None:
    fill(database, Thing("compounds", {"name": "home"}, SQUARE), zone("soon", NOW + HOUR))
    tag = ask(client, "compounds").headers["ETag"]

    later = ask(client, "compounds", NOW + HOUR, tag)

    assert later.get_json()["features"][0]["properties"]["status"] == "controlled"


def test_the_tag_of_the_public_says_nothing_of_needs(client: FlaskClient, database: Database) -> None:
    before = ask(client, "quarantine_zones").headers["ETag"]
    report = {"lon": 120.1, "lat": 30.28, "service": "food", "contact": "5550100"}
    assert client.post("/api/v1/needs", json=report).status_code == 201

    assert ask(client, "quarantine_zones").headers["ETag"] == before


def test_staff_are_not_answered_with_what_the_public_knows(client: FlaskClient, signed_in: SignedIn) -> None:
    tag = ask(client, "quarantine_zones").headers["ETag"]
    staff = signed_in("district_official")

    answer = ask(staff, "quarantine_zones", tag=tag)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert ask(staff, "quarantine_zones", tag=answer.headers["ETag"]).status_code == 304
