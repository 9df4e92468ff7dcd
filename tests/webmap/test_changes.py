"""Changes for staff: in order and whole, by number or as they happen; nothing private; never at the map's expense."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.database import Database
from geo.cells import from_hex, leaf_ranges
from tests.webmap.official import BOX, LAT, LNG, in_a_page, put, report
from tests.webmap.problems import problem_of
from webmap import feed
from webmap.service import STREAMS, THREADS

SignedIn = Callable[..., FlaskClient]
CHANGES = "/api/v1/changes"


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("city_official"))


def since(client: FlaskClient, seq: int, **more: Any) -> dict[str, Any]:
    """What came after a number."""
    answer = client.get(CHANGES, query_string={"since": seq, **more})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def stream(client: FlaskClient, after: int | None = None) -> tuple[TestResponse, Iterator[bytes]]:
    """An open stream, its first words read."""
    answer = client.get(CHANGES, headers={} if after is None else {"Last-Event-ID": str(after)})
    parts = iter(answer.iter_encoded())
    assert b"connected" in next(parts)
    return answer, parts


def told(parts: Iterator[bytes], count: int) -> list[dict[str, Any]]:
    """So many changes from a stream, in however many parts they come."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        found += events(next(parts))
    return found


def events(part: bytes) -> list[dict[str, Any]]:
    """The changes in one part of a stream, each under the number it is resumed by."""
    found = []
    for event in part.decode().strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in event.split("\n"))
        change = orjson.loads(lines["data"])
        assert (lines["event"], lines["id"]) == ("change", str(change["seq"]))
        found.append(change)
    return found


def test_everything_that_happened_is_told_in_order_and_can_be_had_in_parts(
    client: FlaskClient, official: FlaskClient
) -> None:
    need = report(client)["id"]
    zone = put(official, "quarantine_zones")
    official.post(f"/api/v1/needs/{need}/moves", json={"to": "acknowledged"})

    whole = since(official, 0)
    rows = [(one["layer"], one["feature"], one["verb"], one["from"], one["to"]) for one in whole["changes"]]
    assert rows == [
        ("needs", need, "create", None, "reported"),
        ("quarantine_zones", zone, "create", None, "in_force"),
        ("needs", need, "move", "reported", "acknowledged"),
    ]
    parts, seq = [], 0
    while (found := since(official, seq, limit=1))["changes"]:
        parts, seq = [*parts, *found["changes"]], found["seq"]
        assert found["last"] == whole["last"]
    assert parts == whole["changes"]
    assert since(official, whole["last"]) == {"seq": whole["last"], "last": whole["last"], "changes": []}


def test_a_change_says_where_by_cells_no_finer_than_a_building_and_nothing_private(
    client: FlaskClient, official: FlaskClient
) -> None:
    words = {"words": "两个孩子没有奶粉", "contact": "13800000001", "building": "77", "unit": "505"}
    report(client, **words)

    answer = official.get(CHANGES, query_string={"since": 0})

    text = answer.get_data(as_text=True)
    assert [word for word in (*words.values(), str(LAT), str(LNG)) if word in text] == []
    (change,) = answer.get_json()["changes"]
    assert [int(cell[1], 16) for cell in change["cells"]] == [11]


@pytest.mark.parametrize("query", ["since=-1", "since=x", "limit=0", "since=0&limit=1001", "since=0&nonsense=1"])
def test_a_number_that_cannot_be_one_is_told(official: FlaskClient, query: str) -> None:
    problem_of(official.get(f"{CHANGES}?{query}"), 400)


def test_a_stream_tells_what_happens_from_now_on(client: FlaskClient, official: FlaskClient) -> None:
    report(client)
    answer, parts = stream(official)

    need = report(client)["id"]

    assert [(one["feature"], one["verb"]) for one in told(parts, 1)] == [(need, "create")]
    answer.close()


def test_a_stream_that_broke_off_is_resumed_with_nothing_lost_and_nothing_twice(
    client: FlaskClient, official: FlaskClient
) -> None:
    first = report(client)["id"]
    answer, parts = stream(official, after=0)
    seen = told(parts, 1)
    answer.close()
    others = [report(client)["id"] for _ in range(3)]

    answer, parts = stream(official, after=seen[-1]["seq"])
    again = told(parts, 3)
    answer.close()

    assert [one["feature"] for one in seen] == [first]
    assert [one["feature"] for one in again] == others


def test_a_stream_further_behind_than_is_kept_in_memory_reads_the_record(
    client: FlaskClient, official: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = [report(client)["id"] for _ in range(6)]
    monkeypatch.setattr(feed, "MOST", 2)
    answer, parts = stream(official, after=0)

    found = [one["feature"] for one in told(parts, 6)]
    answer.close()

    assert found == needs


def test_a_number_to_resume_from_that_is_none_is_told(official: FlaskClient) -> None:
    for wrong in ("x", "-1", "1" * 30, "１"):
        problem_of(official.get(CHANGES, headers={"Last-Event-ID": wrong.encode().decode("latin-1")}), 400)


def test_streams_take_half_of_the_threads_at_most_and_the_map_goes_on(app: Flask, official: FlaskClient) -> None:
    open_streams = [stream(official)[0] for _ in range(STREAMS)]

    refused = official.get(CHANGES)

    assert STREAMS * 2 <= THREADS
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert since(official, 0)["changes"] == []
    assert official.get(f"/api/v1/cells?bbox={BOX}&res=8").status_code == 200
    open_streams.pop().close()
    open_streams.append(stream(official)[0])
    for one in open_streams:
        one.close()


def test_an_official_is_told_of_what_touches_the_duty_area_and_of_no_other_cell(
    client: FlaskClient, official: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = report(client)["id"]
    report(client, lon=LNG + 0.1)
    zone = put(official, "quarantine_zones")
    cell = since(official, 0)["changes"][0]["cells"][0]
    first, last = leaf_ranges(np.array([from_hex(cell)]))
    area = ((int(first[0]), int(last[0])),)
    changes = feed.changes_since(database_of(app), 0, 10)

    inside = [one for change in changes if (one := change.told(area)) is not None]

    assert [(one["layer"], one["feature"]) for one in inside] == [("needs", here), ("quarantine_zones", zone)]
    assert {name for one in inside for name in one["cells"]} == {cell}
    as_json = [one for change in changes if (one := change.told_as_json(area)) is not None]
    assert [orjson.loads(one) for one in as_json] == inside


def database_of(app: Flask) -> Database:
    held: Database = app.extensions["linli"].database
    return held


def test_only_staff_are_told(client: FlaskClient) -> None:
    problem_of(client.get(f"{CHANGES}?since=0"), 401)
    problem_of(client.get(CHANGES), 401)
