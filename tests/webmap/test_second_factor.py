"""Officials and administrators give a code from their phone as well; demo accounts and organizations do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from data import people
from data.database import Database
from tests.webmap.official import in_a_page
from tests.webmap.people import (
    PASSWORD,
    SECRET_KEY,
    code_of,
    email_of,
    give_code,
    give_password,
    set_up,
    sign_in,
    token_on,
)

OFFICIAL = email_of("district_official")
SET_UP, CODE = "/sign-in/set-up", "/sign-in/code"
WRONG = "000000"


def add(database: Database, role: str = "district_official", **account: Any) -> None:
    with database.write() as session:
        people.add_account(session, email_of(role), PASSWORD, role, datetime.now(UTC), **account)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def letters_on(page: str) -> str:
    found = re.search(r'class="letters">([^<]+)<', page)
    assert found is not None
    return found[1].replace("-", "")


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code>", page)


@pytest.mark.parametrize("role", ["community_official", "city_official", "administrator"])
def test_the_password_alone_opens_nothing(client: FlaskClient, database: Database, role: str) -> None:
    add(database, role)

    assert give_password(client, email_of(role)).location == SET_UP
    assert not is_signed_in(client)
    assert client.get("/api/v1/needs").status_code == 401


def test_at_the_first_sign_in_the_phone_is_set_up_and_the_person_gets_recovery_codes(
    client: FlaskClient, database: Database
) -> None:
    add(database)
    page = give_password(client, OFFICIAL, next_page="/account").location
    shown = client.get(page).get_data(as_text=True)
    phone = TOTP(key=letters_on(shown))

    done = give_code(client, page, phone.generate().token)

    assert "<svg" in shown and "Set up your second factor" in shown
    assert len(set(codes_on(done.get_data(as_text=True)))) == 8
    assert 'href="/account"' in done.get_data(as_text=True)
    assert done.headers["Cache-Control"] == "no-store"
    assert is_signed_in(client)


def test_a_wrong_code_at_set_up_is_told_kindly_and_the_picture_stays_the_same(
    client: FlaskClient, database: Database
) -> None:
    add(database)
    give_password(client, OFFICIAL)
    letters = letters_on(client.get(SET_UP).get_data(as_text=True))

    answer = give_code(client, SET_UP, WRONG)

    assert answer.status_code == 400
    assert "Wait for the next one" in answer.get_data(as_text=True)
    assert letters_on(answer.get_data(as_text=True)) == letters
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "words", ["", "   ", "12345", "1234567", "not a code", "１２３４５６", "٠٠٠٠٠٠", "\x00", "x" * 5000]
)
def test_what_is_no_code_is_told_like_a_wrong_one(client: FlaskClient, database: Database, words: str) -> None:
    add(database)
    set_up(client.application, OFFICIAL)
    give_password(client, OFFICIAL)

    answer = give_code(client, CODE, words)

    assert (answer.status_code, is_signed_in(client)) == (400, False)
    assert "That code is not right" in answer.get_data(as_text=True)


def test_a_code_is_good_once(client: FlaskClient, database: Database) -> None:
    add(database)
    set_up(client.application, OFFICIAL)
    code = code_of(client.application, OFFICIAL)
    give_password(client, OFFICIAL)
    assert give_code(client, CODE, code).status_code == 302

    other = client.application.test_client()
    give_password(other, OFFICIAL)

    assert give_code(other, CODE, code).status_code == 400
    assert is_signed_in(client) and not is_signed_in(other)


def test_a_recovery_code_is_good_once_however_it_is_typed(client: FlaskClient, database: Database) -> None:
    add(database)
    code = set_up(client.application, OFFICIAL)[3]
    give_password(client, OFFICIAL)
    assert give_code(client, CODE, f" {code.upper()} ").status_code == 302
    assert "7 recovery codes left" in client.get("/account").get_data(as_text=True)

    other = client.application.test_client()
    give_password(other, OFFICIAL)

    assert give_code(other, CODE, code).status_code == 400


def test_codes_cannot_be_tried_one_after_another_from_wherever(client: FlaskClient, database: Database) -> None:
    add(database)
    set_up(client.application, OFFICIAL)
    give_password(client, OFFICIAL)
    for _ in range(5):
        assert give_code(client, CODE, WRONG).status_code == 400

    other = client.application.test_client()
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    give_password(other, OFFICIAL, **elsewhere)
    answer = give_code(other, CODE, code_of(client.application, OFFICIAL), **elsewhere)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("account", [("volunteer", False), ("coordinator", False), ("administrator", True)])
def test_organizations_and_demo_accounts_are_not_asked(
    client: FlaskClient, database: Database, account: tuple[str, bool]
) -> None:
    role, is_demo = account
    add(database, role, is_demo=is_demo)

    assert give_password(client, email_of(role)).location == "/dashboard"
    assert is_signed_in(client)


def test_whoever_has_a_second_factor_is_asked_in_another_role_too(client: FlaskClient, database: Database) -> None:
    add(database)
    set_up(client.application, OFFICIAL)
    with database.write() as session:
        by = people.By("x", "administrator", datetime.now(UTC))
        people.set_role(session, people.existing_account(session, OFFICIAL), "volunteer", by)

    assert give_password(client, OFFICIAL).location == CODE


@pytest.mark.parametrize("page", [SET_UP, CODE])
def test_without_the_password_the_second_step_leads_back_to_the_first(client: FlaskClient, page: str) -> None:
    assert client.get(page).location == client.post(page, data={"code": WRONG}).location == "/sign-in"


def test_the_second_factor_cannot_be_set_up_anew_with_the_password_alone(
    client: FlaskClient, database: Database
) -> None:
    add(database)
    give_password(client, OFFICIAL)
    client.get(SET_UP)
    set_up(client.application, OFFICIAL)  # by the owner, in another browser

    assert client.get(SET_UP).location == "/sign-in"


def test_the_secret_is_kept_enciphered_and_recovery_codes_as_hashes(client: FlaskClient, database: Database) -> None:
    add(database)
    codes = set_up(client.application, OFFICIAL)
    give_password(client, OFFICIAL)

    with database.read() as session:
        account = people.existing_account(session, OFFICIAL)
        kept = f"{account.totp_secret} {account.recovery_codes}"
    assert '"enckey"' in kept and '"key"' not in kept
    assert not [code for code in codes if code in kept]


def test_a_secret_under_another_key_opens_nothing(make_app: Callable[..., Flask], database: Database) -> None:
    add(database)
    before = make_app()
    set_up(before, OFFICIAL)
    code = code_of(before, OFFICIAL)
    client = make_app(secret_key=SECRET_KEY[::-1]).test_client()
    give_password(client, OFFICIAL)

    assert give_code(client, CODE, code).status_code == 400


def test_new_recovery_codes_need_the_phone_and_end_the_old_ones(client: FlaskClient, database: Database) -> None:
    add(database)
    sign_in(client, OFFICIAL)
    old = set_up_again(client, WRONG)
    assert (old.status_code, codes_on(old.get_data(as_text=True))) == (400, [])

    made = codes_on(set_up_again(client, code_of(client.application, OFFICIAL)).get_data(as_text=True))

    other = client.application.test_client()
    give_password(other, OFFICIAL)
    assert give_code(other, CODE, made[0]).status_code == 302


def set_up_again(client: FlaskClient, code: str) -> Any:
    token = token_on(client.get("/account").get_data(as_text=True))
    return in_a_page(client).post("/account/recovery-codes", data={"code": code, "csrf_token": token})
