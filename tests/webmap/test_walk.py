"""Every route by every role, inside the duty area and outside: the table, the duty rule, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webmap.official import DUTY, LAT, LNG, in_a_page, report
from webmap.access import METRICS_TOKEN, PERMISSIONS, THIS_MACHINE, permission_of
from webmap.caller import MACHINE_PATHS
from webmap.roles import ADMINISTRATOR, COORDINATOR, EVERYONE, OFFICIALS, RESIDENT, STAFF, VOLUNTEER

SignedIn = Callable[..., FlaskClient]

#: What stands in an address: something that is not there, so that whoever is let in is told 404 and changes nothing.
NOT_THERE = {"path:filename": "base.css", "token": "A" * 22, "name": "no-access", "layer_name": "nothing"}

#: Walked last, because the session ends with them.
ENDS = ("/sign-out", "/account/end-sessions")

#: What each route that opens or changes one need takes; the walk fails on a new one that is not here.
BODIES: dict[str, dict[str, Any]] = {
    "moves": {"to": "met"},
    "private": {},
    "photos/<int:photo_id>": {},
    "messages": {"text": "我们在路上"},
    "words": {"hidden": True},
    "place": {"lon": LNG, "lat": LAT},
}
OF_ONE_NEED = "/api/v1/needs/<int:need_id>/"
VESTS = "蓝马甲"


def steps(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, address and mark of every route."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule in ENDS, rule.rule))
    for rule in rules:
        address = re.sub(r"<([^>]+)>", lambda found: NOT_THERE.get(found[1], "999999"), rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, address, str(permission_of(app, rule.endpoint))


def ask(client: FlaskClient, method: str, address: str) -> TestResponse:
    """Asks as a page of this site would, from another machine, so that being on this one opens nothing."""
    more: dict[str, Any] = {"json": {}} if method == "POST" and address.startswith("/api/") else {}
    query = "?since=0" if address == "/api/v1/changes" else ""
    return client.open(address + query, method=method, environ_base={"REMOTE_ADDR": "203.0.113.9"}, **more)


def verdict(answer: TestResponse) -> str:
    """Whether the answer lets in, asks to sign in, or refuses."""
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/sign-in?next="):
        return "sign in"
    return "no" if answer.status_code == 403 else "yes"


def expected(role: str, mark: str) -> str:
    """What the table says."""
    who = PERMISSIONS[mark].who
    if role in who:
        return "yes"
    return "sign in" if role == RESIDENT and set(who) & set(STAFF) else "no"


@pytest.mark.parametrize("role", EVERYONE)
def test_every_route_lets_in_whom_the_table_names_and_nobody_else(
    app: Flask, signed_in: SignedIn, client: FlaskClient, role: str
) -> None:
    person = in_a_page(client if role == RESIDENT else signed_in(role, organization=VESTS))
    walked, wrong = 0, []
    for method, address, mark in steps(app):
        if address == "/healthz" or (address in ENDS and role == RESIDENT):
            continue  # the first is up or not, for everyone alike; a visitor has nothing to end
        with ask(person, method, address) as answer:
            walked += 1
            if verdict(answer) != expected(role, mark):
                wrong.append((method, address, mark, answer.status))

    assert wrong == []
    assert walked > 60


def test_the_circumstances_of_the_table_are_those_the_walk_leaves_out() -> None:
    circumstances = {one for rule in PERMISSIONS.values() for one in rule.who} - set(EVERYONE)

    assert circumstances == {THIS_MACHINE, METRICS_TOKEN}


def of_one_need(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, what follows the need's number, and mark, of every route that opens or changes one need."""
    for rule in app.url_map.iter_rules():
        mark = str(permission_of(app, rule.endpoint))
        if "need_id" in rule.rule and mark != "needs.read":
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield method, rule.rule.removeprefix(OF_ONE_NEED), mark


def act(client: FlaskClient, method: str, need: int, what: str) -> int:
    """The status of doing this to the need."""
    address = f"/api/v1/needs/{need}/{what.replace('<int:photo_id>', '1')}"
    body: dict[str, Any] = {"json": BODIES[what]} if method == "POST" else {}
    return client.open(address, method=method, **body).status_code


@pytest.fixture
def needs(client: FlaskClient, signed_in: SignedIn) -> dict[str, int]:
    """Assigned needs: inside the duty area and outside it, and inside one that the organization VESTS has taken."""
    chief = in_a_page(signed_in(ADMINISTRATOR))
    made = {
        "inside": report(client)["id"],
        "outside": report(client, lon=LNG + 1)["id"],
        "own": report(client, lat=LAT + 0.01)["id"],
    }
    for name, need in made.items():
        for body in ({"to": "acknowledged"}, {"to": "assigned", "organization": VESTS if name == "own" else "别的队"}):
            assert chief.post(f"/api/v1/needs/{need}/moves", json=body).status_code == 200
    return made


AREAS = [
    *((role, DUTY, {"inside", "own"}) for role in OFFICIALS),
    *((role, None, set()) for role in OFFICIALS[:3]),
    ("city_official", None, {"inside", "outside", "own"}),
    *((role, shapely.box(0, 0, 0.01, 0.01), set()) for role in OFFICIALS),
    (COORDINATOR, None, {"own"}),
    (VOLUNTEER, None, {"own"}),
]


@pytest.mark.parametrize(("role", "duty", "opens"), AREAS)
def test_a_need_is_opened_and_changed_only_where_one_answers_for_it(
    app: Flask, signed_in: SignedIn, needs: dict[str, int], role: str, duty: Any, opens: set[str]
) -> None:
    person = in_a_page(signed_in(role, duty=duty, organization=VESTS))
    for method, what, mark in of_one_need(app):
        for name, need in needs.items():
            allowed = name in opens and role in PERMISSIONS[mark].who
            status = act(person, method, need, what)
            assert (status != 403) is allowed, (method, what, name, status)


@pytest.mark.parametrize(("role", "duty", "opens"), AREAS)
def test_of_many_needs_only_those_one_answers_for_are_moved(
    signed_in: SignedIn, needs: dict[str, int], role: str, duty: Any, opens: set[str]
) -> None:
    person = in_a_page(signed_in(role, duty=duty, organization=VESTS))
    body = {"needs": [{"id": need} for need in needs.values()], "to": "met"}

    told = person.post("/api/v1/triage/moves", json=body).get_json()

    assert {one["id"] for one in told["moved"]} == {needs[name] for name in opens}
    assert {one["id"]: one["why"] for one in told["left"]} == {
        need: "outside" for name, need in needs.items() if name not in opens
    }


def test_an_official_follows_changes_inside_the_duty_area_and_without_one_none(
    signed_in: SignedIn, needs: dict[str, int]
) -> None:
    def followed(role: str, **account: Any) -> set[int]:
        told = signed_in(role, **account).get("/api/v1/changes?since=0").get_json()
        return {one["feature"] for one in told["changes"] if one["layer"] == "needs"}

    assert followed("community_official") == {needs["inside"], needs["own"]}
    assert followed("district_official", duty=None) == set()
    assert followed("city_official", duty=None) == followed("coordinator") == set(needs.values())


def test_no_form_is_taken_from_another_site(app: Flask, signed_in: SignedIn) -> None:
    person = signed_in(ADMINISTRATOR)
    forms = [(method, address) for method, address, _ in steps(app) if method == "POST"]
    taken = [
        address
        for _, address in forms
        if person.post(address, headers={"Origin": "https://evil.example"}, data={"step": "x"}).status_code != 403
    ]

    assert taken == []
    assert len(forms) > 20
    assert person.get("/account").status_code == 200


def test_every_form_on_a_page_carries_the_sessions_token(app: Flask, signed_in: SignedIn) -> None:
    person = signed_in(ADMINISTRATOR)
    found = 0
    for method, address, _ in [*steps(app), ("GET", "/account/staff/1", "")]:
        if method != "GET" or address.startswith((*MACHINE_PATHS, "/static", "/basemap")):
            continue
        with person.get(address) as answer:
            page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        for form in re.findall(r"<form[^>]*method=.post.*?</form>", page, re.S):
            found += 1
            assert 'name="csrf_token"' in form, (address, form[:200])

    assert found > 20
