"""Every error is told once and in one way: a problem to programs, a page to people."""

from __future__ import annotations

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from data.database import Database
from geo.cells import BadCell
from geo.coordinates import BadCoordinates
from geo.covers import TooMany
from layers.errors import BadInput, LinliError, MoveNotAllowed, NotAllowed, NotFound, TooMuch
from tests.webmap.problems import problem_of
from webmap.access import allowed
from webmap.errors import SITUATIONS
from webmap.openapi import Parameters


class Query(Parameters):
    """The arguments of the test's own route."""

    res: int = Field(ge=5, le=11)


class Body(BaseModel):
    """The body of the test's own route."""

    service: str
    people: int = Field(ge=1)


class Unforeseen(LinliError):
    """A situation the table does not name."""


@pytest.fixture
def raising(app: Flask) -> type[Exception] | list[Exception]:
    """Put an exception in this list; `/api/v1/raise` and `/raise` raise it."""
    what: list[Exception] = []

    @allowed("cells.read")
    def view() -> str:
        raise what[0]

    app.add_url_rule("/api/v1/raise", "api_raise", view)
    app.add_url_rule("/raise", "page_raise", view)
    return what


@pytest.fixture
def api(app: Flask) -> FlaskClient:
    """A client of an API with checked arguments and a checked body."""
    probe = APIBlueprint("probe", __name__)

    @probe.get("/api/v1/probe")
    @allowed("cells.read")
    def read(query: Query) -> dict[str, int]:
        return {"res": query.res}

    @probe.post("/api/v1/probe")
    @allowed("needs.report")
    def write(body: Body) -> dict[str, str]:
        return {"service": body.service}

    @probe.put("/api/v1/probe")
    @allowed("needs.report")
    def take() -> dict[str, int]:
        return {"bytes": len(request.get_data())}

    app.register_api(probe)  # type: ignore[attr-defined]
    return app.test_client()


CASES = [
    (BadInput("The box is inverted."), 400),
    (BadCoordinates("latitude 91 is not within -90 to 90"), 400),
    (BadCell("no cell"), 400),
    (Unforeseen("Something we have a word for."), 400),
    (NotAllowed("Only the organization that took it."), 403),
    (NotFound("There is no layer called dragons."), 404),
    (MoveNotAllowed("It is confirmed already."), 409),
    (TooMuch("31,000 cells: resolution 8 would do."), 413),
    (TooMany(31000, 8), 413),
]


@pytest.mark.parametrize(("error", "status"), CASES, ids=[type(error).__name__ for error, _ in CASES])
def test_a_situation_of_the_layers_is_told_with_its_status_and_words(
    raising: list[Exception], client: FlaskClient, error: Exception, status: int
) -> None:
    raising.append(error)

    assert problem_of(client.get("/api/v1/raise"), status)["detail"] == str(error)
    page = client.get("/raise")
    assert page.status_code == status
    assert "<h1>" in page.get_data(as_text=True) and str(error) in page.get_data(as_text=True)


def test_too_many_cells_say_which_resolution_would_do(raising: list[Exception], client: FlaskClient) -> None:
    raising.append(TooMany(31000, 8))

    assert problem_of(client.get("/api/v1/raise"), 413)["resolution_that_would_do"] == 8


def test_bad_input_names_each_field_and_its_reason(raising: list[Exception], client: FlaskClient) -> None:
    errors = [{"field": "people", "reason": "at least 1"}]
    raising.append(BadInput("One field cannot be taken.", errors))

    assert problem_of(client.get("/api/v1/raise"), 400)["errors"] == errors


def test_an_error_nobody_foresaw_tells_nothing_of_the_inside(app: Flask, raising: list[Exception]) -> None:
    raising.append(RuntimeError("secret path /etc/linli"))
    client = app.test_client()

    problem = problem_of(client.get("/api/v1/raise"), 500)
    page = client.get("/raise").get_data(as_text=True)

    assert "secret" not in str(problem) and "secret" not in page
    assert "Something went wrong on our side" in page


@pytest.mark.parametrize(
    "error", [RuntimeError("a fault of ours"), OperationalError("SELECT", {}, Exception("no disk"))]
)
def test_the_log_says_which_page_failed_and_holds_no_private_link_and_no_value(
    app: Flask, database: Database, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    @allowed("cells.read")
    def fails(token: str) -> str:
        raise error

    @allowed("cells.read")
    def fails_in_the_store(token: str) -> str:
        with database.read() as session:
            return str(session.execute(text("SELECT nothing FROM kept WHERE key = :word"), {"word": token}))

    for endpoint in ("follow.need", "shift_mine.mine", "gate_helper.one"):
        app.view_functions[endpoint] = fails
    app.view_functions["shift_take.form"] = fails_in_the_store
    for path in ("needs", "shifts/mine", "gate", "shifts/link"):
        assert app.test_client().get(f"/{path}/{'s3cret' * 3}abcd").status_code in (500, 503)

    assert "/shifts/mine/<token>" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("query", ["", "?res=4", "?res=12", "?res=many", "?res=9&colour=red"])
def test_arguments_that_cannot_be_taken_are_a_problem_that_names_them(api: FlaskClient, query: str) -> None:
    problem = problem_of(api.get(f"/api/v1/probe{query}"), 400)

    assert problem["errors"][0]["field"] in ("res", "colour")
    assert problem["errors"][0]["reason"]


def test_a_refused_value_is_not_sent_back(api: FlaskClient) -> None:
    answer = api.get("/api/v1/probe?res=%3Cscript%3E13812345678")

    assert "13812345678" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ('"food"', "application/json", 400),
        ('{"service": "food", "people": 0}', "application/json", 400),
        ("", "application/json", 400),
        ("service=food&people=2", "application/x-www-form-urlencoded", 415),
        ("<service>food</service>", "text/xml", 415),
    ],
)
def test_a_body_that_cannot_be_taken_is_a_problem(api: FlaskClient, body: str, content_type: str, status: int) -> None:
    problem_of(api.post("/api/v1/probe", data=body, content_type=content_type), status)


def test_a_good_body_is_taken(api: FlaskClient) -> None:
    assert api.post("/api/v1/probe", json={"service": "food", "people": 2}).get_json() == {"service": "food"}


def test_a_body_that_is_too_large_is_refused_unread(api: FlaskClient) -> None:
    problem_of(api.put("/api/v1/probe", data=b"x" * (2 * 1024 * 1024 + 1)), 413)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/dragons", "/api/v1/cells/9/a/b", "/ogc/nothing"])
def test_an_unknown_path_of_the_api_is_a_problem(client: FlaskClient, path: str) -> None:
    problem_of(client.get(path), 404)


def test_a_method_that_does_not_fit_is_told_with_those_that_do(api: FlaskClient) -> None:
    answer = api.delete("/api/v1/probe")

    problem_of(answer, 405)
    assert {"GET", "POST", "PUT"} <= set(answer.headers["Allow"].split(", "))


def test_an_unknown_page_is_told_in_the_readers_language(client: FlaskClient) -> None:
    english = client.get("/nobody/lives/here")
    chinese = client.get("/nobody/lives/here", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})

    assert english.status_code == chinese.status_code == 404
    assert english.mimetype == "text/html"
    assert "There is nothing here" in english.get_data(as_text=True)
    assert "找不到该页面" in chinese.get_data(as_text=True)


def test_a_path_that_only_begins_like_the_api_is_a_page(client: FlaskClient) -> None:
    assert client.get("/apiary").mimetype == "text/html"


@pytest.mark.parametrize(
    "situation", sorted(set(SITUATIONS.values()), key=lambda one: one.name), ids=lambda situation: situation.name
)
def test_the_type_of_every_problem_leads_to_its_meaning(client: FlaskClient, situation: object) -> None:
    assert client.get(f"/problems/{situation.name}").status_code == 200  # type: ignore[attr-defined]


def test_what_is_shown_of_an_error_is_escaped(raising: list[Exception], client: FlaskClient) -> None:
    raising.append(NotFound("<script>alert(1)</script>"))

    assert "<script>alert" not in client.get("/raise").get_data(as_text=True)
