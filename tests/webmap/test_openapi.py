"""The API describes itself, at one address and with the problems every route can answer."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from flask_openapi3 import APIBlueprint

from webmap.access import allowed
from webmap.openapi import Parameters


class Query(Parameters):
    """The arguments of the test's own route."""

    bbox: str


def test_the_description_is_at_its_address_and_no_page_shows_it(client: FlaskClient) -> None:
    description = client.get("/openapi.json").get_json()

    assert description["openapi"].startswith("3.")
    assert description["info"]["title"] == "Linli"
    for path in ("/openapi", "/openapi/", "/openapi/swagger", "/openapi/openapi.json"):
        assert client.get(path).status_code == 404


def test_a_route_is_described_with_its_arguments_and_the_shared_problems(app: Flask) -> None:
    probe = APIBlueprint("probe", __name__, url_prefix="/api/v1")

    @probe.get("/probe")
    @allowed("cells.read")
    def read(query: Query) -> dict[str, str]:
        """What holds in a box."""
        return {"bbox": query.bbox}

    app.register_api(probe)  # type: ignore[attr-defined]
    description = app.test_client().get("/openapi.json").get_json()
    operation = description["paths"]["/api/v1/probe"]["get"]

    assert operation["summary"] == "What holds in a box."
    assert [(one["name"], one["in"], one["required"]) for one in operation["parameters"]] == [("bbox", "query", True)]
    for status in ("400", "401", "403", "404", "413", "500", "503"):
        reference = operation["responses"][status]["$ref"].split("/")
        problem = description["components"][reference[2]][reference[3]]
        assert list(problem["content"]) == ["application/problem+json"]
    assert set(description["components"]["schemas"]["Problem"]["required"]) == {"type", "title", "status", "detail"}


def test_every_reference_in_the_description_leads_somewhere(client: FlaskClient) -> None:
    description = client.get("/openapi.json").get_json()

    def check(node: object) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    found = description
                    for part in value.removeprefix("#/").split("/"):
                        found = found[part]
                check(value)
        elif isinstance(node, list):
            for value in node:
                check(value)

    check(description)
