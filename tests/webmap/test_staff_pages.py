"""Administrators see every account, say what it answers for, and shut it out or let it in again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from data import people
from data.areas import AreaRow, put_areas
from data.database import Database
from data.journal import JournalRow
from tests.webmap.official import LAT, LNG, in_a_page, report
from tests.webmap.people import PASSWORD, email_of

SignedIn = Callable[..., FlaskClient]
NOW = datetime.now(UTC)
OFFICIAL = email_of("community_official")


@pytest.fixture
def chief(signed_in: SignedIn, database: Database) -> FlaskClient:
    """An administrator, where a few communities are known; of one only its name."""
    found = [
        AreaRow(
            "community",
            f"33010600501{number}",
            f"桂花{number}社区",
            geometry=shapely.box(LNG, LAT, LNG + 1 / 50, LAT + 1 / 50),
        )
        for number in range(3)
    ]
    with database.write() as session:
        put_areas(session, [*found, AreaRow("community", "330106005019", "无界社区")], NOW)
    return in_a_page(signed_in("administrator"))


def number_of(database: Database, email: str) -> int:
    with database.read() as session:
        return people.existing_account(session, email).id


def set_area(chief: FlaskClient, account: int, *areas: str, **form: str) -> TestResponse:
    data: dict[str, Any] = {"area": list(areas), "step": "save", **form}
    return chief.post(f"/account/staff/{account}/duty-area", data=data)


def verbs(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.scalars(select(JournalRow).where(JournalRow.layer == "accounts").order_by(JournalRow.seq))
        return [row.verb for row in rows if row.actor == email_of("administrator")]


def test_a_duty_area_counts_from_the_next_request_on_and_is_in_the_journal(
    chief: FlaskClient, signed_in: SignedIn, database: Database
) -> None:
    official = in_a_page(signed_in("community_official", duty=None))
    need = report(chief, lon=LNG + 0.01, lat=LAT + 0.01)["id"]
    move = {"path": f"/api/v1/needs/{need}/moves", "json": {"to": "acknowledged"}}
    refused = official.post(**move)
    assert refused.status_code == 403 and "has no duty area yet" in refused.get_json()["detail"]

    answer = set_area(chief, number_of(database, OFFICIAL), "community:330106005011")

    assert answer.status_code == 303
    assert "桂花1社区" in official.get("/account").get_data(as_text=True)
    assert official.post(**move).status_code == 200
    assert verbs(database)[-1] == "duty_area_defined"

    set_area(chief, number_of(database, OFFICIAL))
    assert official.post(f"/api/v1/needs/{need}/private").status_code == 403
    assert verbs(database)[-1] == "duty_area_removed"


def test_looking_for_an_area_keeps_what_is_ticked_and_changes_nothing(
    chief: FlaskClient, signed_in: SignedIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webmap.pages.staff_areas.MOST_AT_ONCE", 2)  # more areas than a page lists at once
    signed_in("community_official", duty=None)
    account = number_of(database, OFFICIAL)

    page = set_area(chief, account, "community:330106005011", step="find", find="桂花2").get_data(as_text=True)

    assert 'value="community:330106005011" checked' in page
    assert 'value="community:330106005012">' in page
    assert "330106005010" not in page and "330106005019" not in page
    assert "duty_area_defined" not in verbs(database)


@pytest.mark.parametrize("area", ["community:330106005019", "community:1", "nonsense", "x" * 101 + ":1"])
def test_an_area_without_an_outline_is_no_duty_area(
    chief: FlaskClient, signed_in: SignedIn, database: Database, area: str
) -> None:
    signed_in("community_official", duty=None)

    set_area(chief, number_of(database, OFFICIAL), area)

    with database.read() as session:
        assert people.existing_account(session, OFFICIAL).duty_area is None


def test_an_organization_is_given_no_area(chief: FlaskClient, signed_in: SignedIn, database: Database) -> None:
    signed_in("volunteer")

    answer = set_area(chief, number_of(database, email_of("volunteer")), "community:330106005011")

    assert (answer.status_code, "answers for no area" in answer.get_data(as_text=True)) == (400, True)


def test_another_role_is_given_and_ends_the_sessions(
    chief: FlaskClient, signed_in: SignedIn, database: Database
) -> None:
    official = signed_in("community_official")
    form = {"role": "coordinator", "name": "李娜", "organization": "蓝马甲"}

    chief.post(f"/account/staff/{number_of(database, OFFICIAL)}/rights", data=form)

    assert official.get("/account").status_code == 302
    with database.read() as session:
        account = people.existing_account(session, OFFICIAL)
        assert (account.roles[0].name, account.name, account.organization) == ("coordinator", "李娜", "蓝马甲")
        assert account.duty_area is None


@pytest.mark.parametrize(
    ("step", "verb", "words"),
    [
        ("disable", "disabled", "shut out"),
        ("end-sessions", "sessions_ended", "is over"),
        ("reset-second-factor", "second_factor_reset", "set up anew"),
    ],
)
def test_one_button_ends_what_an_account_is_doing(
    chief: FlaskClient, signed_in: SignedIn, database: Database, step: str, verb: str, words: str
) -> None:
    official = signed_in("community_official")
    address = f"/account/staff/{number_of(database, OFFICIAL)}"

    told = chief.post(address, data={"step": step}, follow_redirects=True).get_data(as_text=True)

    assert words in told
    assert official.get("/account").status_code == 302
    assert verbs(database)[-1] == verb
    chief.post(address, data={"step": "enable"})
    with database.read() as session:
        assert people.existing_account(session, OFFICIAL).active


def test_nobody_shuts_themselves_out_or_gives_themselves_a_role(chief: FlaskClient, database: Database) -> None:
    own = f"/account/staff/{number_of(database, email_of('administrator'))}"

    assert chief.post(own, data={"step": "disable"}).status_code == 400
    assert chief.post(f"{own}/rights", data={"role": "volunteer"}).status_code == 400
    assert chief.get("/account/staff").status_code == 200


def test_a_demo_account_has_no_say_over_real_ones(signed_in: SignedIn, database: Database) -> None:
    demo = in_a_page(signed_in("administrator", is_demo=True))
    with database.write() as session:
        real = people.add_account(session, "real@linli.example.org", PASSWORD, "administrator", NOW).id
    address = f"/account/staff/{real}"

    assert "real@linli.example.org" not in demo.get("/account/staff").get_data(as_text=True)
    assert demo.get(address).status_code == demo.post(address, data={"step": "end-sessions"}).status_code == 403
    assert demo.post(f"{address}/rights", data={"role": "volunteer"}).status_code == 403
    assert set_area(demo, real).status_code == 403


@pytest.mark.parametrize("account", ["999", "99999999999999999999999999"])
def test_an_account_that_is_not_there_is_told_as_any_page(chief: FlaskClient, account: str) -> None:
    assert chief.get(f"/account/staff/{account}").status_code == 404
