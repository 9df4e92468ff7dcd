"""The application over a fresh store of either kind, and people who sign in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from shapely import Polygon
from werkzeug.routing import Rule

from data.database import Database
from data.people import By, add_account, define_duty_area, of_polygon
from tests.webmap.official import DUTY
from tests.webmap.people import PASSWORD, SECRET_KEY, email_of, let_in
from webmap import create_app
from webmap.duty import EVERYWHERE_UNLESS_DEFINED
from webmap.roles import OFFICIALS
from webmap.settings import Settings


class Compiled(BytecodeCache):
    """Templates as they were compiled for an earlier test: each application has an environment of its own."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Routes:
    """What builds the address of a route, as it was made for an earlier test.

    Werkzeug compiles two functions a route when an application is made: four fifths of the time of making one, and the
    most expensive thing most tests do. They depend on nothing but the rule.
    """

    def __init__(self) -> None:
        self.plain, self.kept = Rule._compile_builder, {}  # type: ignore[var-annotated]

    def builder(self, rule: Rule, append_unknown: bool) -> Callable[..., tuple[str, str]]:
        """In place of Rule._compile_builder."""
        key = (rule.rule, rule.subdomain, rule.host, rule.endpoint, append_unknown)
        if key not in self.kept:
            self.kept[key] = self.plain(rule, append_unknown)
        return self.kept[key]


ROUTES = Routes()
Rule._compile_builder = lambda rule, append_unknown=True: ROUTES.builder(rule, append_unknown)  # type: ignore[method-assign, assignment]

#: Covering the usual area with cells takes longer than all else that makes an account.
_cells_of = lru_cache(maxsize=8)(lambda duty: of_polygon(duty, "tests"))

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
        made[-1].jinja_env.bytecode_cache = COMPILED
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
    """`signed_in(role)` is a browser in which somebody of that role has signed in; more words go to the account.

    An official who needs a duty area answers for the places of tests.webmap.official; `duty` is another one, or None.
    """

    def browser(role: str, duty: Polygon | str | None = "usual", **account: object) -> FlaskClient:
        now = datetime.now(UTC)
        if duty == "usual":
            duty = DUTY if role in OFFICIALS and role not in EVERYWHERE_UNLESS_DEFINED else None
        with database.write() as session:
            made = add_account(session, email_of(role), PASSWORD, role, now, **account)  # type: ignore[arg-type]
            if isinstance(duty, Polygon):
                define_duty_area(session, made, _cells_of(duty), By("tests", "administrator", now))
        client = app.test_client()
        let_in(client, email_of(role))
        assert client.get("/account").status_code == 200
        return client

    return browser
