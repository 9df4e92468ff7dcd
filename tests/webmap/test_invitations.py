"""Staff come by invitation: a link that works once and for a week, with which a person chooses a password."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from data import people
from data.areas import AreaRow, put_areas
from data.database import Database
from data.journal import JournalRow
from data.people import Invitation
from tests.webmap.official import DUTY, in_a_page
from tests.webmap.people import email_of, give_password

SignedIn = Callable[..., FlaskClient]
LI = "li@linli.example.org"
NOW = datetime.now(UTC)
BY = people.By("chief@linli.example.org", "administrator", NOW)
PASSWORD = {"password": "three short words", "again": "three short words"}


@pytest.fixture
def chief(signed_in: SignedIn, database: Database) -> FlaskClient:
    """An administrator, where one community is known."""
    with database.write() as session:
        put_areas(session, [AreaRow("community", "330106005012", "桂花社区", geometry=DUTY)], NOW)
    return in_a_page(signed_in("administrator"))


def link_for(database: Database, role: str = "volunteer", by: people.By = BY, **more: Any) -> str:
    with database.write() as session:
        return f"/invitation/{people.invite(session, LI, role, by, **more)[1]}"


def invite(chief: FlaskClient, **form: Any) -> tuple[int, str]:
    answer = chief.post("/account/staff/invite", data={"email": LI, "role": "volunteer", "step": "invite", **form})
    return answer.status_code, answer.get_data(as_text=True)


def link_on(page: str) -> str:
    found = re.search(r"http://localhost(/invitation/[A-Za-z0-9_-]{22})<", page)
    assert found is not None, page
    return found[1]


def test_an_invited_volunteer_chooses_a_password_and_is_signed_in(chief: FlaskClient, client: FlaskClient) -> None:
    status, page = invite(chief, organization="蓝马甲", name="李娜")
    shown = client.get(link_on(page)).get_data(as_text=True)

    answer = client.post(link_on(page), data=PASSWORD)

    assert status == 200 and LI in shown and "李娜" in shown
    assert answer.location == "/dashboard"
    assert "蓝马甲" in client.get("/account").get_data(as_text=True)


def test_an_invited_official_sets_up_the_second_factor_and_has_the_duty_area(
    chief: FlaskClient, client: FlaskClient, database: Database
) -> None:
    _, page = invite(chief, role="community_official", area="community:330106005012")

    answer = client.post(link_on(page), data=PASSWORD)

    assert answer.location == "/sign-in/set-up"
    assert client.get("/account").status_code == 302
    with database.read() as session:
        account = people.existing_account(session, LI)
        assert account.duty_area is not None
        assert account.duty_area.parts == [{"area": "community:330106005012", "name": "桂花社区"}]
        rows = session.scalars(select(JournalRow).where(JournalRow.layer == "accounts").order_by(JournalRow.seq)).all()
    told = [(row.verb, row.actor) for row in rows]
    chiefs = email_of("administrator")
    assert [("invited", chiefs), ("joined", chiefs), ("duty_area_defined", chiefs)] == told[-3:]
    assert rows[-1].details == {"areas": ["community:330106005012"]}


def test_the_link_is_kept_as_a_hash_and_its_page_nowhere(client: FlaskClient, database: Database) -> None:
    link = link_for(database)

    with database.read() as session:
        kept = str(session.scalars(select(Invitation)).one().__dict__)
    answer = client.get(link)

    assert link.rpartition("/")[2] not in kept
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_a_link_works_once(client: FlaskClient, database: Database) -> None:
    link = link_for(database)
    client.post(link, data=PASSWORD)

    for answer in (client.get(link), client.application.test_client().post(link, data=PASSWORD)):
        assert answer.status_code == 410
        assert "already" in answer.get_data(as_text=True)


def test_a_link_that_is_over_says_why(client: FlaskClient, database: Database) -> None:
    expired = link_for(database, by=people.By(BY.name, BY.role, NOW - timedelta(days=7, minutes=1)))
    replaced, pending = link_for(database), link_for(database)
    assert client.get(pending).status_code == 200
    with database.write() as session:
        found = people.pending_of_email(session, LI, NOW)
        assert found is not None
        people.revoke(session, found.id, BY)

    for link, words, status in [
        (expired, "seven days", 410),
        (replaced, "withdrawn", 410),
        (pending, "withdrawn", 410),
        ("/invitation/" + "A" * 22, "incomplete", 404),
    ]:
        for answer in (client.get(link), client.post(link, data=PASSWORD)):
            assert (answer.status_code, words in answer.get_data(as_text=True)) == (status, True)
    assert give_password(client, LI, PASSWORD["password"]).status_code == 200


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"password": "three short words", "again": "three other words"}, "not the same"),
        ({"password": "x" * 2000, "again": "x" * 2000}, "too long"),
        ({}, "at least 10 characters"),
    ],
)
def test_a_password_that_does_not_do_is_told_and_the_link_still_works(
    client: FlaskClient, database: Database, form: dict[str, str], words: str
) -> None:
    link = link_for(database)

    answer = client.post(link, data=form)

    assert (answer.status_code, words in answer.get_data(as_text=True)) == (400, True)
    assert client.post(link, data=PASSWORD).location == "/dashboard"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "nobody"}, "name@example.org"),
        ({"email": email_of("administrator")}, "already an account"),
        ({"role": "emperor"}, "Choose a role"),
        ({"role": "volunteer", "area": "community:330106005012"}, "answers for no area"),
        ({"role": "community_official", "area": "community:1"}, "no outline here"),
        ({"language": "tlh"}, "Choose a language"),
    ],
)
def test_an_invitation_that_cannot_be_is_told_with_everything_kept(
    chief: FlaskClient, form: dict[str, str], words: str
) -> None:
    status, page = invite(chief, **{"name": "李娜", **form})

    assert status == 400
    assert words in page and "李娜" in page and "/invitation/" not in page


def test_an_administrator_sees_who_is_invited_and_withdraws_it(
    chief: FlaskClient, client: FlaskClient, database: Database
) -> None:
    link = link_for(database)
    action = re.search(r"/account/staff/invitations/\d+", chief.get("/account/staff").get_data(as_text=True))
    assert action is not None

    done = chief.post(action[0], follow_redirects=True).get_data(as_text=True)

    assert "withdrawn" in done and LI not in done
    assert client.get(link).status_code == 410


def test_whom_a_demo_account_invites_has_a_demo_account(
    signed_in: SignedIn, client: FlaskClient, database: Database
) -> None:
    demo = in_a_page(signed_in("administrator", is_demo=True))
    _, page = invite(demo, role="administrator")

    client.post(link_on(page), data=PASSWORD)

    with database.read() as session:
        assert people.existing_account(session, LI).is_demo
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    assert client.get("/account").status_code == 200
    assert client.get("/account", **elsewhere).status_code == 302


def test_joining_on_a_device_where_somebody_is_signed_in_signs_them_out_there(
    chief: FlaskClient, database: Database
) -> None:
    assert chief.post(link_for(database), data=PASSWORD).location == "/dashboard"

    assert LI in chief.get("/account").get_data(as_text=True)
    assert chief.get("/account/staff").status_code == 403
