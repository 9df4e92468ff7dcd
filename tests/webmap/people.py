"""How a person signs in through the page."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SECRET_KEY = "only-for-tests-0123456789-abcdefghijkl"  # noqa: S105
PASSWORD = "a long enough password"  # noqa: S105


def email_of(role: str) -> str:
    """The address of the account a test has for a role."""
    return f"{role}@linli.example.org"


def token_on(page: str) -> str:
    """The token in the form of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None, "the page has no form token"
    return found[1]


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, next_page: str = "", **request: Any
) -> TestResponse:
    """Opens the sign-in page and sends its form; `request` is where from and how."""
    page = client.get("/sign-in", **request).get_data(as_text=True)
    form = {"email": email, "password": password, "csrf_token": token_on(page), "next": next_page}
    return client.post("/sign-in", data=form, **request)
