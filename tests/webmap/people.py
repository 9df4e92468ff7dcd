"""How a person signs in through the pages, with the second factor where one is asked for."""

from __future__ import annotations

import re
import time
from typing import Any

from flask import Flask, make_response, session
from flask.testing import FlaskClient
from flask_security import login_user
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from data.people import account_of_email, existing_account, set_up_second_factor
from webmap.pages.sign_in import welcome
from webmap.second_factor import needs_second_factor

SECRET_KEY = "only-for-tests-0123456789-abcdefghijkl"  # noqa: S105
PASSWORD = "a long enough password"  # noqa: S105


def email_of(role: str) -> str:
    """The address of the account a test has for a role."""
    return f"{role}@linli.example.org"


def let_in(client: FlaskClient, email: str) -> None:
    """Gives the client the session and the cookies that signing in gives, without the pages on the way there: they have
    tests of their own.
    """
    app = client.application
    set_up_where_needed(app, email)
    with app.test_request_context("/sign-in", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert login_user(app.extensions["security"].datastore.find_user(email=email))
        answer = make_response()
        welcome(answer)
        kept = dict(session)
    with client.session_transaction() as opened:
        opened.update(kept)
    for header in answer.headers.getlist("Set-Cookie"):
        name, value = header.split(";")[0].split("=", 1)
        client.set_cookie(name, value)


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
    with app.extensions["linli"].database.read() as store:
        account = account_of_email(store, email)
        if account is None or account.totp_secret or not needs_second_factor(account.roles[0].name, account.is_demo):
            return
    set_up(app, email)


def set_up(app: Flask, email: str) -> list[str]:
    """Gives the account a second factor, as its owner would have set it up; the recovery codes."""
    secret = _secret_of(app, app.config["SECRET_KEY"])
    with app.extensions["linli"].database.write() as store:
        return set_up_second_factor(store, existing_account(store, email).id, secret)


_secrets: dict[str, str] = {}


def _secret_of(app: Flask, key: str) -> str:
    """A secret sealed with the application's key: sealing is slow on purpose, so it is done once."""
    if key not in _secrets:
        _secrets[key] = app.extensions["security"].totp_factory.generate_totp_secret()
    return _secrets[key]


def code_of(app: Flask, email: str) -> str:
    """What the phone of the account's owner shows: the code of now, or the next one where that was used already."""
    with app.extensions["linli"].database.read() as store:
        account = existing_account(store, email)
        secret, used = account.totp_secret, account.totp_last_step or 0
    phone: TOTP = app.extensions["security"].totp_factory._totp.from_source(secret)
    step = max(used + 1, int(time.time()) // phone.period)
    code: str = phone.generate(step * phone.period).token
    return code
