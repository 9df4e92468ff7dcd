"""What an answer of the API to an error looks like, whatever the error."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse


def problem_of(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem in an answer, after checking that it is one (RFC 9457) and has this status."""
    assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json(force=True)
    assert answer.status_code == status == body["status"], body
    assert body["type"].startswith("/problems/")
    assert body["title"] and body["detail"]
    return body
