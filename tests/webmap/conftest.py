"""The application over a fresh store of either kind, and people who sign in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.database import Database
from data.people import add_account
from tests.webmap.people import PASSWORD, SECRET_KEY, email_of, sign_in
from webmap import create_app
from webmap.settings import Settings

MakeApp = Callable[..., Flask]
SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def settings(store_url: str) -> Settings:
    """Settings over a store of the test's own."""
    return Settings(database_url=store_url, secret_key=SECRET_KEY)


@pytest.fixture
def make_app(settings: Settings) -> Iterator[MakeApp]:
    """`make_app(proxies=1)` is another application over the test's store, with other settings."""
    made: list[Flask] = []

    def another(**changes: object) -> Flask:
        made.append(create_app(replace(settings, **changes)))  # type: ignore[arg-type]
        return made[-1]

    yield another
    for app in made:
        app.extensions["linli"].database.close()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The application. A test may add routes to it before its first request."""
    return make_app()


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's store."""
    held: Database = app.extensions["linli"].database
    return held


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor on this machine, without a cookie."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, database: Database) -> SignedIn:
    """`signed_in(role)` is a browser in which somebody of that role has signed in; more words go to the account."""

    def browser(role: str, **account: object) -> FlaskClient:
        with database.write() as session:
            add_account(session, email_of(role), PASSWORD, role, datetime.now(UTC), **account)  # type: ignore[arg-type]
        client = app.test_client()
        assert sign_in(client, email_of(role)).status_code == 302
        return client

    return browser
