"""A map that asks again for a tile it has is told that nothing has changed, exactly as long as nothing has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient

from data.database import Database
from layers.publication.actions import publish
from tests.webmap.official import in_a_page, report
from tests.webmap.problems import problem_of

SignedIn = Callable[..., FlaskClient]
TILE = "/api/v1/cells/14/13655/6735"


def tag_of(client: FlaskClient, address: str = TILE) -> dict[str, str]:
    """What a browser that has the tile asks with."""
    return {"If-None-Match": client.get(address).headers["ETag"]}


def test_an_unchanged_tile_is_said_to_be_unchanged(client: FlaskClient) -> None:
    first = client.get(TILE)

    again = client.get(TILE, headers=tag_of(client))

    assert (again.status_code, again.data) == (304, b"")
    for header in ("ETag", "Vary", "Cache-Control"):
        assert set(again.headers[header].split(", ")) <= set(first.headers[header].split(", "))


def test_after_a_publication_the_tile_is_sent_anew(client: FlaskClient, database: Database) -> None:
    asked = tag_of(client)

    report(client)
    assert client.get(TILE, headers=asked).status_code == 304  # nothing is told in public until it is published
    publish(database, datetime.now(UTC))

    assert client.get(TILE, headers=asked).status_code == 200


def test_staff_are_not_answered_what_holds_for_the_public(client: FlaskClient, signed_in: SignedIn) -> None:
    public = tag_of(client)
    official = in_a_page(signed_in("community_official"))

    answer = official.get(TILE, headers=public)

    assert answer.status_code == 200
    assert "private" in answer.headers["Cache-Control"]


def test_a_tag_does_not_make_a_bad_address_a_good_one(client: FlaskClient) -> None:
    asked = tag_of(client)

    problem_of(client.get("/api/v1/cells/14/99999/6735", headers=asked), 400)
    problem_of(client.get("/api/v1/cells/99/1/1", headers=asked), 400)
    problem_of(client.get(f"{TILE}?res=30", headers=asked), 400)


def test_an_unchanged_tile_is_counted_under_its_route(app: Flask, client: FlaskClient) -> None:
    asked = tag_of(client)
    client.get(TILE, headers=asked)

    counted = app.extensions["linli_figures"].text().decode()

    route = "/api/v1/cells/<int:z>/<int:x>/<int:y>"
    assert f'linli_requests_total{{method="GET",route="{route}",status="304"}} 1.0' in counted
