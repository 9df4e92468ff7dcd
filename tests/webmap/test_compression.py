"""Answers are sent compressed to whoever asks for it, and mean the same in every coding."""

from __future__ import annotations

import gzip

import brotli
import pytest
from backports import zstd
from flask import Flask, Response
from flask.testing import FlaskClient

from tests.webmap.conftest import SignedIn
from webmap.access import allowed
from webmap.compression import SMALLEST

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}

#: A page, a script, a style, a symbol sheet, JSON.
LARGE = ("/", "/static/map/main.js", "/static/map/map.css", "/static/map/icons.svg", "/api/v1/layers", "/openapi.json")


@pytest.mark.parametrize("coding", UNPACK)
@pytest.mark.parametrize("path", LARGE[1:])
def test_an_answer_says_the_same_in_every_coding_and_is_shorter(client: FlaskClient, path: str, coding: str) -> None:
    with client.get(path) as plain, client.get(path, headers={"Accept-Encoding": coding}) as packed:
        assert packed.headers["Content-Encoding"] == coding
        assert UNPACK[coding](packed.data) == plain.data
        assert len(packed.data) < len(plain.data) / 2
        assert packed.mimetype == plain.mimetype
        assert packed.headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", LARGE)
def test_who_asks_for_no_coding_gets_none(client: FlaskClient, path: str) -> None:
    for asked in ({}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0, identity"}):
        with client.get(path, headers=asked) as answer:
            assert "Content-Encoding" not in answer.headers
            assert len(answer.data) == answer.content_length


@pytest.mark.parametrize("path", LARGE)
def test_a_cache_is_told_that_the_coding_depends_on_who_asks(client: FlaskClient, path: str) -> None:
    for asked in ("", "gzip"):
        with client.get(path, headers={"Accept-Encoding": asked}) as answer:
            assert "Accept-Encoding" in answer.headers["Vary"]


def test_what_browsers_ask_for_is_answered_in_the_quickest_coding(client: FlaskClient) -> None:
    answer = client.get("/api/v1/layers", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})

    assert answer.headers["Content-Encoding"] == "zstd"


@pytest.mark.parametrize("path", ["/static/map/main.js", "/api/v1/cells?bbox=120,30,120.1,30.1&res=9"])
@pytest.mark.parametrize("coding", ["", *UNPACK])
def test_an_unchanged_answer_is_not_sent_again_whatever_its_coding_was(
    client: FlaskClient, path: str, coding: str
) -> None:
    with client.get(path, headers={"Accept-Encoding": coding}) as first:
        tag = first.headers["ETag"]
    for next_coding in ("", "gzip", "zstd"):
        asked = {"Accept-Encoding": next_coding, "If-None-Match": tag}
        with client.get(path, headers=asked) as again:
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["ETag"] == tag
            assert "Content-Encoding" not in again.headers


def test_one_tag_for_all_codings_does_not_promise_the_same_bytes(client: FlaskClient) -> None:
    with client.get("/static/map/main.js") as plain:
        assert plain.headers["ETag"].startswith("W/")


def answers(app: Flask, **said: object) -> FlaskClient:
    """A visitor of an application that has one more route, `/more`, which answers this."""

    @allowed("pages.home")
    def view() -> Response:
        return Response(**said)  # type: ignore[arg-type]

    app.add_url_rule("/more", "more", view)
    return app.test_client()


@pytest.mark.parametrize(("length", "coding"), [(SMALLEST - 1, None), (SMALLEST, "gzip")])
def test_what_fits_into_one_packet_is_sent_as_it_is(app: Flask, length: int, coding: str | None) -> None:
    client = answers(app, response=b"a" * length, mimetype="application/json")

    assert client.get("/more", headers={"Accept-Encoding": "gzip"}).headers.get("Content-Encoding") == coding


@pytest.mark.parametrize(
    "said",
    [
        {"mimetype": "text/html", "headers": {"Cache-Control": "private, no-store"}},
        {"mimetype": "application/vnd.pmtiles"},
        {"mimetype": "image/png"},
        {"mimetype": "application/json", "status": 206},
    ],
    ids=["kept nowhere", "base map", "picture", "part"],
)
def test_some_answers_are_never_compressed(app: Flask, said: dict[str, object]) -> None:
    client = answers(app, response=b"a" * 9999, **said)

    answer = client.get("/more", headers={"Accept-Encoding": "gzip, br, zstd"})

    assert "Content-Encoding" not in answer.headers
    assert answer.data == b"a" * 9999


def test_a_page_of_somebody_signed_in_is_not_compressed(signed_in: SignedIn) -> None:
    page = signed_in("district_official").get("/", headers={"Accept-Encoding": "gzip, br, zstd"})

    assert page.status_code == 200
    assert "Content-Encoding" not in page.headers


def test_an_event_stream_is_never_compressed(signed_in: SignedIn) -> None:
    stream = signed_in("district_official").get("/api/v1/changes", headers={"Accept-Encoding": "gzip, br, zstd"})

    assert stream.mimetype == "text/event-stream"
    assert "Content-Encoding" not in stream.headers
    assert next(iter(stream.iter_encoded())).startswith(b"retry:")
    stream.close()
