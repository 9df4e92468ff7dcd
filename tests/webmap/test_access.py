"""Who may do what is one table, closed by default."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask_openapi3 import APIBlueprint

from layers.actor import Actor
from tests.webmap.problems import problem_of
from webmap.access import PERMISSIONS, allowed, current_actor, may, may_write
from webmap.openapi import Parameters
from webmap.roles import COORDINATOR, EVERYONE, RESIDENT, STAFF, VOLUNTEER


class Query(Parameters):
    """The arguments of the test's own route."""

    number: int


ELSEWHERE = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}


def with_route(app: Flask, path: str, permission: str | None) -> None:
    """Adds a route that answers with the caller's role."""

    def view() -> str:
        return current_actor().role

    app.add_url_rule(path, "probe", allowed(permission)(view) if permission else view)


def test_a_route_without_a_mark_is_refused_to_everyone(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    with_route(app, "/probe", None)

    assert app.test_client().get("/probe").status_code == 403
    assert signed_in("administrator").get("/probe").status_code == 403


def test_a_mark_that_is_not_in_the_table_cannot_be_given() -> None:
    with pytest.raises(LookupError, match=r"needs\.guess"):
        allowed("needs.guess")


def test_a_page_for_staff_leads_a_visitor_to_the_sign_in_page_and_back(client: FlaskClient) -> None:
    answer = client.get("/dashboard?view=gaps")

    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/dashboard?view%3Dgaps"


def test_the_api_tells_a_visitor_to_sign_in_with_a_problem(app: Flask) -> None:
    with_route(app, "/api/v1/probe", "needs.read")

    answer = app.test_client().get("/api/v1/probe")

    assert problem_of(answer, 401)["type"] == "/problems/sign-in-needed"
    assert "WWW-Authenticate" in answer.headers


def test_the_table_lets_in_the_roles_it_names_and_no_other(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    with_route(app, "/api/v1/probe", "layers.write")

    assert signed_in("coordinator").get("/api/v1/probe").get_data(as_text=True) == "coordinator"
    problem_of(signed_in("volunteer").get("/api/v1/probe"), 403)


def test_whoever_may_not_ask_is_not_told_what_is_wrong_with_the_question(app: Flask) -> None:
    api = APIBlueprint("probe", __name__)

    @api.get("/api/v1/probe")
    @allowed("needs.read")
    def probe(query: Query) -> dict[str, int]:
        return {"number": query.number}

    app.register_api(api)  # type: ignore[attr-defined]

    problem_of(app.test_client().get("/api/v1/probe?number=many"), 401)


def test_a_permission_nobody_declared_is_nobodys() -> None:
    assert not may(Actor("root", "administrator"), "everything")


def test_a_role_nobody_declared_may_do_nothing() -> None:
    assert not any(may(Actor("x", "superuser"), permission) for permission in PERMISSIONS)


@pytest.mark.parametrize(
    ("role", "layer", "expected"),
    [
        (RESIDENT, "supply_drops", False),
        (VOLUNTEER, "supply_drops", False),
        (COORDINATOR, "supply_drops", True),
        (COORDINATOR, "volunteer_shifts", True),
        (COORDINATOR, "quarantine_zones", False),
        (COORDINATOR, "compounds", False),
        ("community_official", "quarantine_zones", True),
        ("administrator", "compounds", True),
    ],
)
def test_an_organization_writes_its_goods_and_shifts_and_an_official_every_layer(
    role: str, layer: str, expected: bool
) -> None:
    assert may_write(Actor("x", role), layer) is expected


def test_everything_a_resident_may_do_staff_may_do() -> None:
    for name, permission in PERMISSIONS.items():
        if RESIDENT in permission.who:
            assert set(EVERYONE) <= set(permission.who), name


def test_every_role_of_staff_sees_the_internal_view_and_a_resident_does_not() -> None:
    assert all(may(Actor("x", role), "cells.internal") for role in STAFF)
    assert not may(Actor("", RESIDENT), "cells.internal")


def test_blueprints_keep_the_marks_of_their_views(app: Flask) -> None:
    pages = Blueprint("more", __name__)

    @pages.get("/more")
    @allowed("pages.home")
    def more() -> str:
        return current_actor().role

    app.register_blueprint(pages)

    assert app.test_client().get("/more", **ELSEWHERE).get_data(as_text=True) == RESIDENT
