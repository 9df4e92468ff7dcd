"""The Flask application that describes itself: flask-openapi3, with RFC 9457 problems for every error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_openapi3 import Info, OpenAPI
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from webmap.errors import BY_STATUS, PROBLEM_JSON, problem_of_validation

#: Statuses that any route of the API can answer with; described once, shared by all.
STATUSES = (400, 401, 403, 404, 413, 429, 500, 503)


class Reason(BaseModel):
    """One field that could not be taken."""

    field: str
    reason: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(description="/problems/ and the name of the situation")
    title: str
    status: int
    detail: str
    errors: list[Reason] | None = Field(default=None, description="each field that could not be taken")


_SCHEMAS: dict[type[BaseModel], dict[str, Any]] = {}


class Parameters(BaseModel):
    """Parent of every model of query, path or header arguments. An argument nobody knows is an error.

    The schema is kept: flask-openapi3 asks for it in every request, which costs more than checking the arguments.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def model_json_schema(cls, *arguments: Any, **options: Any) -> dict[str, Any]:
        if arguments or options:
            return super().model_json_schema(*arguments, **options)
        if cls not in _SCHEMAS:
            _SCHEMAS[cls] = super().model_json_schema()
        return _SCHEMAS[cls]


class SelfDescribing(OpenAPI):
    """A Flask application whose routes say what they take and give."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: all of ours are plain, and asking each of them anew took a part of every answer."""
        return func

    def generate_spec_json(self) -> None:
        """Makes `spec_json`, with the problems every route shares."""
        super().generate_spec_json()
        schemas = self.spec_json["components"]["schemas"]
        for name, model in (("Problem", Problem), ("Reason", Reason)):
            schemas[name] = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas[name].pop("$defs", None)
        self.spec_json["components"]["responses"] = {
            f"Problem{status}": _problem_response(BY_STATUS[status].title.en) for status in STATUSES
        }
        for path, item in self.spec_json["paths"].items():
            for operation in item.values():
                _share_problems(operation, STATUSES if path.startswith("/api/") else (500, 503))


#: Of the API, not of the program: the first part is the one in `/api/v1`.
API_VERSION = "1.0"


def make_app() -> SelfDescribing:
    """An application without routes or documentation pages; `/openapi.json` is a route of webmap.api.description."""
    return SelfDescribing(
        "webmap",
        info=Info(title="Linli", version=API_VERSION, description="A participatory map service for a neighbourhood."),
        doc_ui=False,
        validation_error_status=400,
        validation_error_model=Problem,
        validation_error_callback=_refuse,
    )


def _refuse(error: ValidationError) -> Response:
    return problem_of_validation(error)


def _problem_response(title: str) -> dict[str, Any]:
    return {
        "description": title,
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _share_problems(operation: dict[str, Any], statuses: tuple[int, ...]) -> None:
    """Gives one operation the shared problems, in place of what flask-openapi3 writes for arguments it refuses."""
    responses = operation["responses"]
    if PROBLEM_JSON not in responses.get("400", {}).get("content", {}):
        responses.pop("400", None)
    for status in statuses:
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
