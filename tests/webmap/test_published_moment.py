"""The public is told of which publication the figures are, now and in the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from data.database import Database
from layers.publication.actions import publish
from tests.webmap.conftest import SignedIn
from webmap.viewport import in_rfc3339

NOW = datetime.now(UTC)
FIRST, SECOND = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
BOX = {"bbox": "120.10,30.28,120.16,30.32", "res": "9"}


def told(client: FlaskClient, at: datetime | None = None, tile: bool = False) -> dict[str, Any]:
    """The answer for a place, now or at a moment."""
    query = {} if at is None else {"at": in_rfc3339(at)}
    answer = (
        client.get("/api/v1/cells/12/3415/1686", query_string=query)
        if tile
        else client.get("/api/v1/cells", query_string={**BOX, **query})
    )
    content: dict[str, Any] = answer.get_json()
    return content


@pytest.fixture
def twice(database: Database) -> None:
    """A store that has published two times."""
    assert publish(database, FIRST)
    assert publish(database, SECOND)


def test_before_the_first_publication_there_is_none(client: FlaskClient) -> None:
    assert told(client)["published"] is None


@pytest.mark.parametrize("tile", [False, True], ids=["box", "tile"])
@pytest.mark.usefixtures("twice")
def test_the_newest_publication_is_named(client: FlaskClient, tile: bool) -> None:
    assert told(client, tile=tile)["published"] == in_rfc3339(SECOND)


@pytest.mark.parametrize(
    ("at", "published"),
    [
        (FIRST - timedelta(minutes=1), None),
        (FIRST + timedelta(minutes=1), in_rfc3339(FIRST)),
        (SECOND + timedelta(minutes=1), in_rfc3339(SECOND)),
        (NOW + timedelta(days=1), in_rfc3339(SECOND)),
    ],
    ids=["before the first", "between", "after", "to come"],
)
@pytest.mark.usefixtures("twice")
def test_a_moment_has_the_last_publication_before_it(client: FlaskClient, at: datetime, published: str | None) -> None:
    assert told(client, at)["published"] == published


@pytest.mark.usefixtures("twice")
def test_a_new_publication_is_told_at_once(client: FlaskClient, database: Database) -> None:
    told(client)
    assert publish(database, NOW)

    assert told(client)["published"] == in_rfc3339(NOW)


@pytest.mark.usefixtures("twice")
def test_staff_see_needs_as_they_are_and_no_publication(signed_in: SignedIn) -> None:
    staff = signed_in("district_official")

    assert set(told(staff)) == set(told(staff, FIRST)) == {"res", "at", "seq", "cells"}
