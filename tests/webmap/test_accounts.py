"""Staff sign in with an account; nobody else is asked who they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import itsdangerous.timed
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from data.database import Database
from data.keeping import keep
from data.people import add_account, disable, existing_account, set_password
from tests.webmap.people import PASSWORD, email_of, sign_in, token_on

SignedIn = Callable[..., FlaskClient]
ELSEWHERE = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
OFFICIAL = email_of("district_official")


def is_signed_in(client: FlaskClient, **request: object) -> bool:
    return client.get("/account", **request).status_code == 200


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The SQL that reaches the store meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def add(database: Database, email: str = OFFICIAL, **account: object) -> None:
    with database.write() as session:
        add_account(session, email, PASSWORD, "district_official", datetime.now(UTC), **account)  # type: ignore[arg-type]


def test_signing_in_leads_to_the_page_the_person_wanted(client: FlaskClient, database: Database) -> None:
    add(database, name="Li Na")

    answer = sign_in(client, OFFICIAL, next_page="/account")

    assert (answer.status_code, answer.location) == (302, "/account")
    assert "Li Na" in client.get("/account").get_data(as_text=True)


def test_an_address_is_the_same_however_it_is_spelled(client: FlaskClient, database: Database) -> None:
    add(database, email="Li.Na@Linli.Example.ORG")

    assert sign_in(client, "  LI.NA@linli.example.org ").status_code == 302


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(client: FlaskClient, database: Database, wanted: str) -> None:
    add(database)

    answer = sign_in(client, OFFICIAL, next_page=wanted)

    leads_to = urlsplit(urljoin("http://localhost/sign-in", answer.headers.get("Location", "").replace("\\", "/")))
    assert (leads_to.scheme, leads_to.netloc) == ("http", "localhost")


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: FlaskClient, database: Database) -> None:
    add(database)

    wrong = sign_in(client, OFFICIAL, "not the password").get_data(as_text=True)
    unknown = sign_in(client, "nobody@linli.example.org").get_data(as_text=True)

    assert "do not belong to an active account" in wrong
    assert wrong.replace(OFFICIAL, "") == unknown.replace("nobody@linli.example.org", "").replace(
        token_on(unknown), token_on(wrong)
    )
    assert not is_signed_in(client)


def test_a_disabled_account_is_told_no_more_than_an_unknown_one(client: FlaskClient, database: Database) -> None:
    add(database)
    with database.write() as session:
        disable(existing_account(session, OFFICIAL))

    assert "do not belong to an active account" in sign_in(client, OFFICIAL).get_data(as_text=True)


@pytest.mark.parametrize("change", [disable, lambda account: set_password(account, "another long password")])
def test_disabling_and_a_new_password_end_every_session(
    signed_in: SignedIn, database: Database, change: Callable[..., None]
) -> None:
    browser = signed_in("district_official")
    assert is_signed_in(browser)

    with database.write() as session:
        change(existing_account(session, OFFICIAL))

    assert not is_signed_in(browser)


def test_signing_out_ends_the_session_and_drops_its_cookie(signed_in: SignedIn) -> None:
    browser = signed_in("district_official")

    answer = browser.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.location == "/"
    assert browser.get_cookie("linli_session") is None
    assert not is_signed_in(browser)


def test_a_session_ends_after_a_long_shift_without_a_request(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("district_official")
    now = time.time()

    def hours_later(hours: float) -> None:
        monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: now + hours * 3600)

    for used_at in (11.9, 23.8):
        hours_later(used_at)
        assert is_signed_in(browser)
    hours_later(23.8 + 12.1)
    assert not is_signed_in(browser)


def test_the_session_cookie_is_sent_anew_every_few_minutes_and_not_with_every_answer(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("district_official")
    now = time.time()

    assert "Set-Cookie" not in browser.get("/account").headers
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: now + 6 * 60)
    assert "linli_session=" in browser.get("/account").headers["Set-Cookie"]
    assert "Set-Cookie" not in browser.get("/account").headers


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, database: Database) -> None:
    add(database)

    plain = sign_in(client, OFFICIAL).headers["Set-Cookie"]
    https = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/sign-in"}}
    over_https = sign_in(client.application.test_client(), OFFICIAL, **https).headers["Set-Cookie"]

    assert "HttpOnly" in plain and "SameSite=Lax" in plain and "Secure" not in plain
    assert "Secure" in over_https


@pytest.mark.parametrize("path", ["/problems/too-much", "/openapi.json", "/static/base.css", "/nobody/lives/here"])
def test_a_visitor_gets_no_cookie_and_reads_no_account(client: FlaskClient, database: Database, path: str) -> None:
    with statements(database) as seen, client.get(path) as answer:
        assert "Set-Cookie" not in answer.headers
    assert not [statement for statement in seen if "accounts" in statement]


def test_a_cookie_without_a_sign_in_reads_no_account(client: FlaskClient, database: Database) -> None:
    client.get("/sign-in")
    assert client.get_cookie("linli_session") is not None

    with statements(database) as seen:
        client.get("/problems/too-much")

    assert not [statement for statement in seen if "accounts" in statement]


def test_an_account_is_read_once_a_request_and_for_a_file_never(signed_in: SignedIn, database: Database) -> None:
    browser = signed_in("district_official")
    with database.write() as session:
        keep(session, "accounts_version", "another")  # or what is remembered of the account would do

    with statements(database) as seen:
        browser.get("/account")
    assert len([statement for statement in seen if "FROM accounts" in statement]) == 1

    with statements(database) as seen, browser.get("/static/base.css"):
        assert seen == []


def test_the_last_use_of_an_account_is_kept_once_an_hour(signed_in: SignedIn, database: Database) -> None:
    def seen_at() -> datetime | None:
        with database.read() as session:
            return existing_account(session, OFFICIAL).last_seen_at

    official = signed_in("district_official")
    official.get("/account")
    first = seen_at()
    assert first is not None and abs((datetime.now(UTC) - first).total_seconds()) < 60

    official.get("/account")
    official.get("/dashboard")

    assert seen_at() == first


def test_there_is_no_sign_up_no_recovery_and_no_sign_in_by_token(app: Flask, signed_in: SignedIn) -> None:
    paths = {rule.rule for rule in app.url_map.iter_rules()}
    assert not {"/register", "/reset", "/login", "/verify", "/confirm"} & paths

    person = signed_in("administrator")
    with person.session_transaction() as session:
        identity = session["_user_id"]
    assert not is_signed_in(app.test_client(), headers={"Authentication-Token": identity})


def test_no_other_site_signs_a_visitor_in(client: FlaskClient, database: Database) -> None:
    add(database)
    form = {"email": OFFICIAL, "password": PASSWORD}

    answer = client.post("/sign-in", data=form, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert not is_signed_in(client)


def test_a_browser_that_says_where_a_form_comes_from_needs_no_token(client: FlaskClient, database: Database) -> None:
    add(database)
    form = {"email": OFFICIAL, "password": PASSWORD}

    answer = client.post("/sign-in", data=form, headers={"Origin": "http://localhost"})

    assert (answer.status_code, answer.location) == (302, "/sign-in/set-up")


def test_the_language_of_an_account_greets_a_browser_that_chose_none(client: FlaskClient, database: Database) -> None:
    add(database, language="zh_Hans")

    sign_in(client, OFFICIAL)

    assert 'lang="zh-Hans"' in client.get("/account").get_data(as_text=True)


class TestDemoAccounts:
    """Their password is published, so they open nothing to anybody elsewhere."""

    def test_they_sign_in_on_the_machine_itself(self, client: FlaskClient, database: Database) -> None:
        add(database, is_demo=True)

        assert sign_in(client, OFFICIAL).status_code == 302
        assert is_signed_in(client)

    @pytest.mark.parametrize(
        "request_from",
        [
            ELSEWHERE,
            {"headers": {"X-Forwarded-For": "198.51.100.7"}},
            {"headers": {"X-Forwarded-For": "127.0.0.1"}},
            {"base_url": "http://tunnel.example.com"},
        ],
        ids=["another machine", "a proxy", "a caller who claims to be local", "a tunnel"],
    )
    def test_they_do_not_sign_in_from_elsewhere_and_are_told_why(
        self, client: FlaskClient, database: Database, request_from: dict[str, object]
    ) -> None:
        add(database, is_demo=True)

        answer = sign_in(client, OFFICIAL, **request_from)

        assert "This is a demo account" in answer.get_data(as_text=True)
        assert not is_signed_in(client, **request_from)

    def test_their_session_is_worth_nothing_elsewhere(self, signed_in: SignedIn) -> None:
        browser = signed_in("coordinator", is_demo=True)

        assert is_signed_in(browser)
        assert not is_signed_in(browser, **ELSEWHERE)

    def test_a_wrong_password_does_not_tell_that_an_account_is_one_of_the_demo(
        self, client: FlaskClient, database: Database
    ) -> None:
        add(database, is_demo=True)

        assert "demo account" not in sign_in(client, OFFICIAL, "wrong password", **ELSEWHERE).get_data(as_text=True)

    def test_they_do_not_sign_in_in_production(self, make_app: Callable[..., Flask]) -> None:
        app = make_app(production=True, hosts=("localhost",))
        add(app.extensions["linli"].database, is_demo=True)

        assert "This is a demo account" in sign_in(app.test_client(), OFFICIAL).get_data(as_text=True)


class TestGuessing:
    """Passwords cannot be tried one after another."""

    def test_the_eleventh_wrong_try_has_to_wait(self, client: FlaskClient, database: Database) -> None:
        add(database)
        for _ in range(10):
            assert sign_in(client, OFFICIAL, "wrong password").status_code == 200

        answer = sign_in(client, OFFICIAL)

        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 300
        assert "Too many tries" in answer.get_data(as_text=True)

    def test_another_account_and_another_address_are_not_held_up(self, client: FlaskClient, database: Database) -> None:
        add(database)
        for _ in range(11):
            sign_in(client, "somebody@linli.example.org", "wrong password")

        assert sign_in(client.application.test_client(), OFFICIAL).status_code == 302
        other = sign_in(client, "somebody@linli.example.org", "wrong password", **ELSEWHERE)
        assert other.status_code == 200

    def test_the_spelling_of_an_address_gives_no_new_tries(self, client: FlaskClient, database: Database) -> None:
        for number in range(10):
            sign_in(client, OFFICIAL.upper() if number % 2 else f" {OFFICIAL}", "wrong password")

        assert sign_in(client, OFFICIAL, "wrong password").status_code == 429

    def test_a_sign_in_that_succeeds_starts_the_count_again(self, client: FlaskClient, database: Database) -> None:
        add(database)
        for _ in range(9):
            sign_in(client, OFFICIAL, "wrong password")
        assert sign_in(client, OFFICIAL).status_code == 302

        again = client.application.test_client()
        assert [sign_in(again, OFFICIAL, "wrong password").status_code for _ in range(3)] == [200, 200, 200]
