"""What a browser may do with our answers: nothing inline, nothing of a third party, nothing kept that is private."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from webmap.access import allowed

PAGES = ("/sign-in", "/problems/too-much", "/nobody/lives/here", "/api/v1/nothing", "/static/base.css", "/openapi.json")


def policy_of(header: str) -> dict[str, list[str]]:
    """A Content-Security-Policy as directive and sources."""
    return {name: sources for name, *sources in (part.split() for part in header.split(";"))}


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_what_is_not_ours(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        policy = policy_of(answer.headers["Content-Security-Policy"])

        assert policy["default-src"] == ["'none'"]
        assert policy["script-src"] == ["'self'"] and policy["style-src"] == ["'self'"]
        assert policy["frame-ancestors"] == ["'none'"] and policy["form-action"] == ["'self'"]
        assert not [source for sources in policy.values() for source in sources if "." in source or "*" in source]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers


def test_a_page_with_a_nonce_names_it_in_its_policy_and_no_two_are_alike(app: Flask) -> None:
    @allowed("pages.home")
    def view() -> str:
        return render_template_string('<script nonce="{{ csp_nonce() }}">"{{ csp_nonce() }}"</script>')

    app.add_url_rule("/inline", "inline", view)
    answers = [app.test_client().get("/inline") for _ in range(2)]

    nonces = [re.search(r'nonce="([^"]+)"', answer.get_data(as_text=True))[1] for answer in answers]  # type: ignore[index]
    policies = [policy_of(answer.headers["Content-Security-Policy"]) for answer in answers]
    assert [policy["script-src"] for policy in policies] == [["'self'", f"'nonce-{nonce}'"] for nonce in nonces]
    assert nonces[0] != nonces[1]


def test_our_own_pages_have_nothing_inline(client: FlaskClient) -> None:
    for path in ("/sign-in", "/problems/too-much"):
        page = client.get(path).get_data(as_text=True)
        assert not re.search(r"<(script|style)(?![^>]*\bsrc=)[^>]*>|\s(style|on[a-z]+)=", page), path


def test_https_is_asked_to_stay(client: FlaskClient) -> None:
    answer = client.get("/sign-in", base_url="https://localhost")

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_a_caller_cannot_claim_https_unless_a_proxy_is_announced(make_app: Callable[..., Flask]) -> None:
    claim = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}

    plain = make_app().test_client().get("/sign-in", headers=claim)
    proxied = make_app(proxies=1).test_client().get("/sign-in", headers=claim)

    assert "Strict-Transport-Security" not in plain.headers
    assert "Strict-Transport-Security" in proxied.headers


def test_a_host_name_that_is_not_ours_is_refused(make_app: Callable[..., Flask]) -> None:
    client = make_app(hosts=("linli.example.org",)).test_client()

    assert client.get("/problems/too-much", base_url="https://linli.example.org").status_code == 200
    assert client.get("/problems/too-much", base_url="https://evil.example").status_code == 400


def test_what_staff_see_is_kept_nowhere(client: FlaskClient, signed_in: Callable[..., FlaskClient]) -> None:
    browser = signed_in("coordinator")

    assert browser.get("/account").headers["Cache-Control"] == "private, no-store"
    assert browser.get("/problems/too-much").headers["Cache-Control"] == "private, no-store"
    assert client.get("/problems/too-much").headers["Cache-Control"] == "no-cache"
    assert client.get("/dashboard").headers["Cache-Control"] == "no-store"


def test_a_file_says_nothing_of_cookies_and_is_asked_for_again_cheaply(client: FlaskClient) -> None:
    with client.get("/static/base.css") as first:
        assert "Cookie" not in first.headers.get("Vary", "")
        assert first.headers["Cache-Control"] == "no-cache"

    with client.get("/static/base.css", headers={"If-None-Match": first.headers["ETag"]}) as again:
        assert again.status_code == 304
