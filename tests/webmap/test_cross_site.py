"""Another site changes nothing with a person's session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webmap.people import token_on
from tests.webmap.problems import problem_of
from webmap.access import allowed, current_actor

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def change(app: Flask) -> str:
    """The address of a route of the API that changes something, open to everyone."""

    def view() -> str:
        return current_actor().role

    app.add_url_rule("/api/v1/change", "change", allowed("needs.report")(view), methods=["POST", "PUT", "DELETE"])
    return "/api/v1/change"


OWN = {
    "a browser that says same-origin": {"Sec-Fetch-Site": "same-origin"},
    "a browser that says only the origin": {"Origin": "http://localhost"},
}
FOREIGN = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another site that also says our origin": {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    "a neighbour under the same domain": {"Sec-Fetch-Site": "same-site"},
    "another origin": {"Origin": "https://evil.example"},
    "an origin that looks like ours": {"Origin": "http://localhost.evil.example"},
    "another port": {"Origin": "http://localhost:8001"},
    "an origin that is hidden": {"Origin": "null"},
    "nothing said": {},
}


@pytest.mark.parametrize("headers", OWN.values(), ids=OWN)
def test_our_own_pages_change_with_a_session(change: str, signed_in: SignedIn, headers: dict[str, str]) -> None:
    assert signed_in("coordinator").post(change, headers=headers).get_data(as_text=True) == "coordinator"


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_else_changes_with_a_session(
    change: str, signed_in: SignedIn, method: str, headers: dict[str, str]
) -> None:
    answer = signed_in("coordinator").open(change, method=method, headers=headers)

    assert problem_of(answer, 403)["type"] == "/problems/cross-site"


def test_the_token_of_a_form_is_as_good_as_a_browsers_word(change: str, signed_in: SignedIn) -> None:
    browser = signed_in("coordinator")
    token = token_on(browser.get("/account").get_data(as_text=True))

    assert browser.post(change, headers={"X-CSRFToken": token}).status_code == 200
    assert browser.post(change, data={"csrf_token": token}).status_code == 200
    problem_of(browser.post(change, headers={"X-CSRFToken": token[:-1]}), 403)


@pytest.mark.parametrize("headers", [*OWN.values(), {}], ids=[*OWN, "nothing said"])
def test_a_visitor_without_a_cookie_needs_no_token(change: str, client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post(change, headers=headers).get_data(as_text=True) == "resident"


def test_another_site_does_not_sign_a_person_out(signed_in: SignedIn) -> None:
    browser = signed_in("coordinator")

    refused = browser.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 403
    assert "did not come from a page of Linli" in refused.get_data(as_text=True)
    assert browser.get("/account").status_code == 200


def test_forms_carry_a_token_for_staff_and_none_for_a_visitor(client: FlaskClient, signed_in: SignedIn) -> None:
    assert "csrf_token" not in client.get("/problems/too-much").get_data(as_text=True)
    assert "csrf_token" in signed_in("coordinator").get("/problems/too-much").get_data(as_text=True)
