"""The map of shortfall of a city beside plain cell state of the same box, both as a process that serves has them."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from benchmarks import servers, town
from benchmarks.measuring import paired, write_table
from data.database import Database, open_database
from data.people import add_account
from geo.coordinates import Box
from layers.cell_state.present import Present
from layers.planning.kept_shortfall import KeptShortfall
from layers.planning.rules import USUAL_WINDOW, Request

NEEDS, ROUNDS = 200_000, 9
ZONE = ZoneInfo("Asia/Shanghai")
CITY = Box(town.WEST, town.SOUTH, town.WEST + town.WIDTH, town.SOUTH + town.HEIGHT)

#: The resolution the cells of the city are asked for at: the finest of which one answer holds them all.
RES = 8


def measure(store: str, url: str) -> Iterator[str]:
    """The table of one empty store, which is filled."""
    now = town.this_moment()
    with open_database(url) as database:
        database.upgrade()
        with database.write() as session:
            add_account(session, servers.EMAIL, servers.PASSWORD, servers.ROLE, now)
        town.add_ground(database, now)
        town.add_needs(database, 0, NEEDS, now)
        present, kept = Present(database, ZONE, internal=True), KeptShortfall(database, ZONE)
        jobs = (lambda: _cells(present, now), lambda: _shortfall(kept, now))
        first = [_seconds(job) for job in jobs]
        again = paired(jobs, ROUNDS)
        written = _written(database, jobs, now)
        with servers.linli(url) as ours:
            pages = _over_http(ours)
    rows = [
        _row("the first look of a process", *first, ""),
        _row("nothing was written since", *again, "1.5"),
        _row("one need was written since", *written, "1.5"),
        _row("over HTTP, as JSON and as a page", *pages, ""),
    ]
    lines = [
        f"## The map of shortfall of a city: {store}",
        "",
        f"{NEEDS:,} open needs, the whole town, milliseconds. Cell state: the cells of resolution {RES}. Shortfall: "
        "the points of a role in cells of resolution 11, shaded as on the map, and the places that lack most.",
        "",
    ]
    write_table(lines, ("when", "cell state", "shortfall", "ratio", "promised"), rows)
    yield from lines


def _cells(present: Present, now: datetime) -> None:
    assert present.in_box(CITY, RES, now).members


def _shortfall(kept: KeptShortfall, now: datetime) -> None:
    found = kept.of(Request("delivery", 1, 10, now, now + USUAL_WINDOW, CITY), now)
    assert len(found.shaded[0])
    assert found.places


def _written(database: Database, jobs: tuple[Callable[[], None], ...], now: datetime) -> list[float]:
    """Medians of looks that each come after another need was written."""
    seen = []
    for number in range(NEEDS, NEEDS + ROUNDS):
        town.add_needs(database, number, number + 1, now)
        seen.append([_seconds(job) for job in jobs])
    return [statistics.median(times) for times in zip(*seen, strict=True)]


def _over_http(ours: str) -> list[float]:
    """Medians of the cells and of the page, in turns."""
    name, cookie = servers.session_cookie(ours).split(": ", 1)
    connection = http.client.HTTPConnection(urlsplit(ours).netloc)  # kept open: one process answers it all

    def ask(address: str) -> None:
        connection.request("GET", address, headers={name: cookie})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (address, answer.status)

    bbox = f"{CITY.west},{CITY.south},{CITY.east},{CITY.north}"
    addresses = (f"/api/v1/cells?bbox={bbox}&res={RES}", "/plan")
    found = paired([lambda one=address: ask(one) for address in addresses], ROUNDS)
    connection.close()
    return found


def _seconds(job: Callable[[], None]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def _row(when: str, state: float, shortfall: float, promised: str) -> tuple[str, ...]:
    return when, f"{state * 1000:.2f}", f"{shortfall * 1000:.2f}", f"{shortfall / state:.2f}", promised
