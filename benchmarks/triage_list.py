"""The list of triage over HTTP with 10,000 open needs, by several filters; promised 200 ms at the server."""

from __future__ import annotations

import statistics
import time
import urllib.request
from collections.abc import Iterator

from benchmarks import servers, town
from benchmarks.measuring import write_table
from data.database import open_database
from data.people import add_account

NEEDS, TIMES, PAGE = 10_000, 30, 500

#: What an official narrows the list by, and the address for it.
FILTERS = {
    "nothing": "",
    "a service and a state": "service=medicine&state=reported",
    "overdue": "overdue=true",
    "age": "older=24",
    "the screen": "bbox=120.1,30.2,120.3,30.4",
    "part of a reference": "q=7K",
}


def measure(store: str, url: str) -> Iterator[str]:
    """The table of one empty store, which is filled."""
    database = open_database(url)
    database.upgrade()
    now = town.this_moment()
    with database.write() as session:
        add_account(session, servers.EMAIL, servers.PASSWORD, servers.ROLE, now)
    town.add_needs(database, 0, NEEDS, now)
    database.close()
    with servers.linli(url) as ours:
        cookie = servers.session_cookie(ours)
        rows = [
            (name, *_times(f"{ours}/api/v1/triage?limit={PAGE}&{query}", cookie)) for name, query in FILTERS.items()
        ]
    lines = [f"## The list of triage: {store}", ""]
    lines += [f"{NEEDS:,} open needs, the first {PAGE} of those that fit with all counts; promised 200 ms.", ""]
    write_table(lines, ("filtered by", "median, ms", "slowest of 30, ms"), rows)
    yield from lines


def _times(address: str, cookie: str) -> tuple[str, str]:
    request = urllib.request.Request(address, headers=dict([cookie.split(": ", 1)]))
    times = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        urllib.request.urlopen(request).read()
        times.append(time.perf_counter() - began)
    times = times[1:]  # the first one wakes the process
    return f"{statistics.median(times) * 1000:.0f}", f"{max(times) * 1000:.0f}"
