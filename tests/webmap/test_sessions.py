"""A session ends when its owner, an administrator or time says so, and a copy of its cookie ends with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from data import people
from data.database import Database
from tests.webmap.official import in_a_page
from tests.webmap.people import email_of, sign_in

SignedIn = Callable[..., FlaskClient]
OFFICIAL = email_of("district_official")


def copy_of(browser: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie, as somebody has who took it."""
    cookie = browser.get_cookie("linli_session")
    assert cookie is not None
    thief = browser.application.test_client()
    thief.set_cookie("linli_session", cookie.value)
    return thief


def is_signed_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


def test_a_cookie_seen_before_is_refused_once_it_is_too_old_or_was_changed(app: Flask, signed_in: SignedIn) -> None:
    browser = signed_in("district_official")
    thief = copy_of(browser)
    assert is_signed_in(thief)

    cookie = thief.get_cookie("linli_session")
    assert cookie is not None
    for forged in (cookie.value[1:], cookie.value[:-1], cookie.value.replace(".", ".x", 1)):
        thief.set_cookie("linli_session", forged)
        assert not is_signed_in(thief)
    thief.set_cookie("linli_session", cookie.value)
    assert is_signed_in(thief)
    app.permanent_session_lifetime = timedelta(seconds=-1)
    assert not is_signed_in(thief)


def test_what_a_request_does_with_its_session_is_not_seen_by_the_next_one_with_the_cookie(app: Flask) -> None:
    with app.test_request_context("/"):
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = signer.dumps({"name": "one", "notices": ["kept"]})

    for _ in range(2):
        with app.test_request_context("/", headers={"Cookie": f"linli_session={cookie}"}):
            assert dict(session) == {"name": "one", "notices": ["kept"], "renewed": session["renewed"]}
            session["name"] = "other"
            session["notices"].append("added")


def give_role(account: people.Account) -> None:
    from sqlalchemy.orm import object_session

    session: Any = object_session(account)
    people.set_role(session, account, "volunteer", people.By("x", "administrator", datetime.now(UTC)))


@pytest.mark.parametrize(
    "change",
    [
        people.disable,
        people.end_sessions,
        people.reset_second_factor,
        give_role,
        lambda account: people.set_password(account, "another long password"),
    ],
    ids=["disabled", "sessions ended", "second factor reset", "another role", "another password"],
)
def test_a_change_of_the_account_ends_every_session(
    signed_in: SignedIn, database: Database, change: Callable[[people.Account], None]
) -> None:
    browser = signed_in("district_official")
    thief = copy_of(browser)
    assert is_signed_in(browser) and is_signed_in(thief)

    with database.write() as session:
        change(people.existing_account(session, OFFICIAL))

    assert not is_signed_in(browser) and not is_signed_in(thief)


def test_signing_out_ends_the_session_with_every_copy_and_no_other(signed_in: SignedIn) -> None:
    browser = signed_in("district_official")
    phone = browser.application.test_client()
    sign_in(phone, OFFICIAL)
    thief = copy_of(browser)
    assert is_signed_in(thief)

    in_a_page(browser).post("/sign-out")

    assert not is_signed_in(browser) and not is_signed_in(thief)
    assert is_signed_in(phone)


def test_signing_out_everywhere_ends_them_all(signed_in: SignedIn) -> None:
    browser = signed_in("district_official")
    phone = browser.application.test_client()
    sign_in(phone, OFFICIAL)

    assert in_a_page(browser).post("/account/end-sessions").location == "/sign-in"

    assert not is_signed_in(browser) and not is_signed_in(phone)


def test_a_session_of_before_sessions_had_names_is_not_believed(signed_in: SignedIn) -> None:
    browser = signed_in("district_official")
    with browser.session_transaction() as session:
        session.pop("name")

    assert not is_signed_in(browser)


def test_an_ended_session_is_forgotten_when_its_cookie_has_run_out(store: Database) -> None:
    now = datetime.now(UTC)
    with store.write() as session:
        people.end_session(session, "first", now, now)
        people.end_session(session, "second", now.replace(year=now.year + 1), now.replace(year=now.year + 2))

    with store.read() as session:
        assert not people.is_ended(session, "first")
        assert people.is_ended(session, "second")
