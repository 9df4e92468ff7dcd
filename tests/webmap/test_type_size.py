"""Large type is switched on any page, without scripts, and holds on the next."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

LARGE, PLAIN = '<html lang="en" data-type="large">', '<html lang="en" data-type="plain">'


def page(client: FlaskClient, address: str) -> str:
    """A page in English, as text."""
    return client.get(address, headers={"Accept-Language": "en"}).get_data(as_text=True)


def test_what_was_chosen_on_one_page_holds_on_the_next(client: FlaskClient) -> None:
    first = page(client, "/sign-in?next=/account")
    assert PLAIN in first
    assert 'href="/sign-in?next=%2Faccount&amp;type=large"' in first

    assert LARGE in page(client, "/sign-in?next=/account&type=large")
    assert LARGE in page(client, "/report")
    assert LARGE in page(client, "/nowhere"), "pages that say what went wrong as well"
    assert 'href="/report?type=plain"' in page(client, "/report")

    assert PLAIN in page(client, "/report?type=plain")
    assert PLAIN in page(client, "/")


def test_nobody_gets_a_cookie_who_did_not_choose(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/report").headers


@pytest.mark.parametrize("asked", ["huge", "", "large<"])
def test_a_size_that_does_not_exist_is_not_kept(client: FlaskClient, asked: str) -> None:
    answer = client.get("/report", query_string={"type": asked}, headers={"Accept-Language": "en"})

    assert PLAIN in answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers


def test_a_program_gets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/api/v1/cells?bbox=120,30,120.1,30.1&type=large").headers
