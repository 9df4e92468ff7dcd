"""What a phone needs to install Linli and to send later what was written without signal."""

from __future__ import annotations

import json
import re
import secrets

import pytest
from flask.testing import FlaskClient

from tests.webmap.test_report_page import LEAST, NOWHERE

JSON = {"Accept": "application/json"}


def shell(client: FlaskClient) -> dict[str, list[str]]:
    """What the worker is told to keep."""
    code = client.get("/worker.js").get_data(as_text=True)
    found = re.match(r"self\.shell = (\{.*?\});\n", code)
    assert found is not None
    told: dict[str, list[str]] = json.loads(found[1])
    return told


def status(client: FlaskClient, path: str) -> int:
    """The status of an answer, which may be a file."""
    with client.get(path) as answer:
        return answer.status_code


def test_the_worker_speaks_for_the_whole_site_and_is_asked_for_anew_each_time(client: FlaskClient) -> None:
    answer = client.get("/worker.js")

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_everything_the_worker_keeps_at_once_is_there(client: FlaskClient) -> None:
    told = shell(client)

    assert {"/report", "/waiting"} == set(told["pages"])
    assert {"/static/tokens.css", "/static/offline/outbox.js"} < set(told["files"])
    assert [path for path in told["pages"] + told["files"] if status(client, path) != 200] == []


def test_the_kept_form_is_nobodys(client: FlaskClient) -> None:
    pages = [client.get(f"{path}?lang=zh-Hans&type=large") for path in shell(client)["pages"]]

    assert all('lang="zh-Hans" data-type="large"' in page.get_data(as_text=True) for page in pages)
    assert all("csrf_token" not in page.get_data(as_text=True) for page in pages)


@pytest.mark.parametrize(("language", "name"), [("en", "Linli"), ("zh", "邻里")])
def test_the_manifest_is_what_a_phone_asks_of_an_app(client: FlaskClient, language: str, name: str) -> None:
    answer = client.get("/manifest.webmanifest", headers={"Accept-Language": language})
    told = json.loads(answer.data)

    assert answer.mimetype == "application/manifest+json"
    assert told["short_name"] == name
    assert {one["sizes"] for one in told["icons"]} == {"192x192", "512x512"}
    addresses = [told["start_url"], *(one["src"] for one in told["icons"]), *(one["url"] for one in told["shortcuts"])]
    assert [one for one in addresses if status(client, one) != 200] == []
    assert client.get("/report").get_data(as_text=True).count('href="/manifest.webmanifest"') == 1


def sent(client: FlaskClient, key: str, **fields: str) -> tuple[int, dict[str, str]]:
    """The answer to what an outbox sends: the form's fields, days later, without a cookie."""
    form = {**LEAST, **NOWHERE, "key": key, "contact": "138", **fields}
    answer = client.post("/report?lang=zh-Hans", data=form, headers=JSON)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers or "linli_language" in answer.headers["Set-Cookie"]
    return answer.status_code, json.loads(answer.data)


def test_an_outbox_is_told_reference_and_link_and_the_same_again(client: FlaskClient) -> None:
    key = secrets.token_urlsafe(24)

    first = sent(client, key)
    again = sent(client, key)

    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert client.get(first[1]["link"]).status_code == 200


def test_an_outbox_is_told_what_to_mend_in_the_language_it_was_written_in(client: FlaskClient) -> None:
    status, told = sent(client, secrets.token_urlsafe(24), service="", lat="", lng="", compound="哪儿")

    assert status == 400
    assert {one["field"] for one in told["errors"]} == {"service", "compound"}  # type: ignore[index]
    assert all(re.search("[\\u4e00-\\u9fff]", one["reason"]) for one in told["errors"])  # type: ignore[index]


def test_a_person_is_answered_with_a_page_all_the_same(client: FlaskClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/json;q=0.8,*/*;q=0.7"}

    assert client.post("/report", data={**LEAST, **NOWHERE}, headers=browser).status_code == 303
    assert client.post("/report", data={}, headers=browser).mimetype == "text/html"
    assert client.post("/report", data={}, headers={"Accept": "*/*"}).mimetype == "text/html"


def test_what_waits_is_the_phones_alone(client: FlaskClient) -> None:
    page = client.get("/waiting").get_data(as_text=True)

    assert "kept on this phone" in page
    assert "<noscript>" in page
