"""How a person signs in through the pages, with the second factor where one is asked for."""

from __future__ import annotations

import re
import time
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from data.people import account_of_email, existing_account, set_up_second_factor
from webmap.second_factor import needs_second_factor

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
    """Sends the form of the sign-in page, and where it is asked for the code of the phone, which was set up before.

    The answer is that of the last step. `request` is where from and how.
    """
    set_up_where_needed(client.application, email)
    answer = give_password(client, email, password, next_page, **request)
    if "/sign-in/code" in answer.headers.get("Location", ""):
        answer = give_code(client, answer.location, code_of(client.application, email), **request)
    return answer


def give_password(
    client: FlaskClient, email: str, password: str = PASSWORD, next_page: str = "", **request: Any
) -> TestResponse:
    """Opens the sign-in page and sends its form."""
    page = client.get("/sign-in", **request).get_data(as_text=True)
    form = {"email": email, "password": password, "csrf_token": token_on(page), "next": next_page}
    return client.post("/sign-in", data=form, **request)


def give_code(client: FlaskClient, page: str, code: str, **request: Any) -> TestResponse:
    """Opens the page that asks for the code, and sends it."""
    form = {"code": code, "csrf_token": token_on(client.get(page, **request).get_data(as_text=True))}
    return client.post(page, data=form, **request)


def set_up_where_needed(app: Flask, email: str) -> None:
    """Gives the account, if there is one, the second factor its role needs, unless it has one."""
    with app.extensions["linli"].database.read() as session:
        account = account_of_email(session, email)
        if account is None or account.totp_secret or not needs_second_factor(account.roles[0].name, account.is_demo):
            return
    set_up(app, email)


def set_up(app: Flask, email: str) -> list[str]:
    """Gives the account a second factor, as its owner would have set it up; the recovery codes."""
    secret = app.extensions["security"].totp_factory.generate_totp_secret()
    with app.extensions["linli"].database.write() as session:
        return set_up_second_factor(session, existing_account(session, email).id, secret)


def code_of(app: Flask, email: str) -> str:
    """What the phone of the account's owner shows: the code of now, or the next one where that was used already."""
    with app.extensions["linli"].database.read() as session:
        account = existing_account(session, email)
        secret, used = account.totp_secret, account.totp_last_step or 0
    phone: TOTP = app.extensions["security"].totp_factory._totp.from_source(secret)
    step = max(used + 1, int(time.time()) // phone.period)
    code: str = phone.generate(step * phone.period).token
    return code
