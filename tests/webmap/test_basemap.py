"""The base map is served by Linli itself, in ranges, and a page is told what there is to draw."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_content_range_header
from werkzeug.test import TestResponse

from data.database import Database
from data.keeping import keep
from tests.webmap.conftest import MakeApp
from tests.webmap.people import SECRET_KEY
from webmap import create_app
from webmap.settings import Settings

BOUNDS = (120.09, 30.28, 120.14, 30.33)


def pmtiles(body: bytes) -> bytes:
    """A file that begins as PMTiles does: magic, version, zooms and bounds where the format has them."""
    head = bytearray(127)
    head[:8] = b"PMTiles\x03"
    head[100:102] = bytes((4, 15))
    head[102:118] = struct.pack("<4i", *(round(side * 1e7) for side in BOUNDS))
    return bytes(head) + body


CONTENT = pmtiles(bytes(range(256)) * 20)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the base map would lie; nothing is there yet."""
    path = tmp_path / "base" / "basemap.pmtiles"
    path.parent.mkdir()
    monkeypatch.setenv("LINLI_BASEMAP", str(path))
    return path


@pytest.fixture
def loaded(place: Path) -> Path:
    """A base map in its place."""
    place.write_bytes(CONTENT)
    return place


def fetch(client: FlaskClient, url: str, headers: dict[str, str] | None = None) -> TestResponse:
    """The answer with all its bytes, and the file behind it let go of."""
    return client.get(url, headers=headers, buffered=True)


# ---- what there is


def test_with_no_base_map_the_page_is_told_there_is_none(client: FlaskClient) -> None:
    told = client.get("/basemap.json").get_json()
    assert told["kind"] == "none"
    assert told["streets"] is None
    assert fetch(client, "/basemap.pmtiles").status_code == 404
    assert client.get("/basemap/streets.json").status_code == 404


def test_a_loaded_base_map_is_told_with_its_bounds_and_its_licence(client: FlaskClient, loaded: Path) -> None:
    told = client.get("/basemap.json").get_json()
    assert told["kind"] == "pmtiles"
    assert told["bounds"] == pytest.approx(BOUNDS)
    assert told["max_zoom"] == 15
    assert told["attribution"] == "© OpenStreetMap contributors (ODbL)"


def test_a_file_that_is_no_base_map_is_not_offered(client: FlaskClient, place: Path) -> None:
    place.write_bytes(b"something else")
    assert client.get("/basemap.json").get_json()["kind"] == "none"


def test_the_demos_streets_stand_in_for_a_base_map(client: FlaskClient, database: Database, place: Path) -> None:
    streets = {"type": "FeatureCollection", "features": [], "note": "向阳路"}
    with database.write() as session:
        keep(session, "demo_streets", json.dumps(streets, ensure_ascii=False))
    told = client.get("/basemap.json").get_json()
    assert told["kind"] == "demo"
    answer = client.get(told["streets"])
    assert answer.get_json() == streets
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(told["streets"], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    place.write_bytes(CONTENT)
    assert client.get("/basemap.json").get_json()["kind"] == "pmtiles"


def test_the_base_map_is_read_where_the_settings_say(make_app: MakeApp, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.pmtiles"
    elsewhere.write_bytes(CONTENT)
    assert make_app(basemap=str(elsewhere)).test_client().get("/basemap.json").get_json()["kind"] == "pmtiles"


# ---- the file


def test_the_whole_file_is_given_to_who_asks_for_no_range(client: FlaskClient, loaded: Path) -> None:
    answer = fetch(client, "/basemap.pmtiles")
    assert answer.status_code == 200
    assert answer.data == CONTENT
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert not answer.headers["ETag"].startswith("W/")


def test_only_its_head_is_told_to_who_asks_for_that(client: FlaskClient, loaded: Path) -> None:
    answer = client.head("/basemap.pmtiles", buffered=True)
    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(CONTENT)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """One application for the many examples of a law; its store is never asked."""
    folder = tmp_path_factory.mktemp("shared")
    return create_app(Settings(database_url=f"sqlite:///{folder}/store.sqlite", secret_key=SECRET_KEY)).test_client()


@given(first=st.integers(0, len(CONTENT) + 10), length=st.integers(1, len(CONTENT) + 10))
def test_a_range_gives_exactly_its_bytes_of_the_file(
    shared: FlaskClient, tmp_path_factory: pytest.TempPathFactory, first: int, length: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        path = tmp_path_factory.getbasetemp() / "range.pmtiles"
        if not path.exists():
            path.write_bytes(CONTENT)
        patch.setenv("LINLI_BASEMAP", str(path))
        answer = fetch(shared, "/basemap.pmtiles", headers={"Range": f"bytes={first}-{first + length - 1}"})
    if first >= len(CONTENT):
        assert answer.status_code == 416
        return
    expected = CONTENT[first : first + length]
    assert answer.status_code == 206
    assert answer.data == expected
    told = parse_content_range_header(answer.headers["Content-Range"])
    assert told is not None
    assert (told.start, told.stop, told.length) == (first, first + len(expected), len(CONTENT))


def test_the_last_bytes_can_be_asked_for_from_the_end(client: FlaskClient, loaded: Path) -> None:
    answer = fetch(client, "/basemap.pmtiles", headers={"Range": "bytes=-16"})
    assert (answer.status_code, answer.data) == (206, CONTENT[-16:])


def test_a_range_beyond_the_end_is_refused_with_the_size(client: FlaskClient, loaded: Path) -> None:
    answer = fetch(client, "/basemap.pmtiles", headers={"Range": f"bytes={len(CONTENT)}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_a_range_of_a_file_that_was_replaced_gives_the_new_file_whole(client: FlaskClient, loaded: Path) -> None:
    before = fetch(client, "/basemap.pmtiles", headers={"Range": "bytes=0-99"}).headers["ETag"]
    asked = {"Range": "bytes=0-99", "If-Range": before}
    assert fetch(client, "/basemap.pmtiles", headers=asked).status_code == 206
    replacement = loaded.with_name("new")
    replacement.write_bytes(pmtiles(b"new"))
    replacement.replace(loaded)
    answer = fetch(client, "/basemap.pmtiles", headers=asked)
    assert (answer.status_code, answer.data) == (200, pmtiles(b"new"))
    assert answer.headers["ETag"] != before


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient, loaded: Path) -> None:
    tag = fetch(client, "/basemap.pmtiles").headers["ETag"]
    assert fetch(client, "/basemap.pmtiles", headers={"If-None-Match": tag}).status_code == 304


def test_the_address_of_a_version_is_kept_for_good_and_any_other_is_asked_again(
    client: FlaskClient, loaded: Path
) -> None:
    url = client.get("/basemap.json").get_json()["url"]
    assert fetch(client, url).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert fetch(client, "/basemap.pmtiles").headers["Cache-Control"] == "no-cache"
    assert fetch(client, "/basemap.pmtiles?v=old").headers["Cache-Control"] == "no-cache"


def test_a_file_replaced_while_it_is_sent_is_sent_to_its_end(client: FlaskClient, loaded: Path) -> None:
    answer = client.get("/basemap.pmtiles")
    replacement = loaded.with_name("new")
    replacement.write_bytes(pmtiles(b"new"))
    replacement.replace(loaded)
    assert answer.data == CONTENT
    answer.close()
