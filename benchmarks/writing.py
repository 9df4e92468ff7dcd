"""A pin written through the API, beside a bare route that only inserts; how it grows; many writers on one cell."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson
import psycopg
import pysqlite3.dbapi2 as sqlite3

from benchmarks import servers
from benchmarks.measuring import Target, rounds, write_table

CLIENTS, HOT_WRITERS, HOT_EACH = 8, 16, 25

_SCRIPT = """
math.randomseed(os.time())
local n = 0
local pattern = '{"lon":%.6f,"lat":%.6f,"service":"food","contact":"c%d","words":"rice for two"}'
request = function()
  n = n + 1
  local lon = 120.0 + math.random() * 0.5
  local lat = 30.1 + math.random() * 0.4
  local body = string.format(pattern, lon, lat, math.random(1000000))
  local key = string.format("%d-%d-%d", os.time(), n, math.random(1000000000))
  return wrk.format("POST", "PATH", {["Content-Type"]="application/json", ["Idempotency-Key"]=key}, body)
end
"""


def make_tables(peer: dict[str, str]) -> None:
    """The tables of the bare routes."""
    connection = sqlite3.connect(peer["PEER_SQLITE"])
    connection.execute(
        "CREATE TABLE bench_needs (id INTEGER PRIMARY KEY, lng REAL, lat REAL, service TEXT, contact TEXT)"
    )
    connection.commit()
    connection.close()
    with psycopg.connect(peer["PEER_POSTGRES"]) as pg:
        pg.execute(
            "CREATE TABLE bench_needs (id bigserial PRIMARY KEY, lng float8, lat float8, service text, contact text)"
        )


@dataclass
class Writes:
    """Collects the figures of one store over its sizes."""

    store: str
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def measure(self, ours: str, bare: str, count: int) -> None:
        """One size: the API beside the bare insert, and the hot cell."""
        insert = f"/insert-{self.store}"
        api, plain = rounds(
            [
                Target(ours, _SCRIPT.replace("PATH", "/api/v1/needs")),
                Target(bare, _SCRIPT.replace("PATH", insert)),
            ],
            CLIENTS,
        )
        wrong = _hot_cell(ours)
        self.rows.append(
            (f"{count:,}", f"{api.per_second:,.0f} ({api.p99_ms:,.0f} ms, {api.errors} errors)",
             f"{plain.per_second:,.0f} ({plain.errors} errors)", f"{api.per_second / plain.per_second:.2f}", wrong)
        )  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The table of the store."""
        lines = [f"## Pins written: {self.store}", ""]
        lines += [f"{CLIENTS} clients; every write checked, journaled, rolled up and durable; promised 0.5.", ""]
        head = (
            "needs",
            "ours, a second (p99)",
            "bare insert",
            "ratio",
            f"{HOT_WRITERS} writers on one cell: lost or failed",
        )
        write_table(lines, head, self.rows)
        yield from lines


def _hot_cell(ours: str) -> int:
    """How many of 16 × 25 writes to one place failed or are missing from the cell's count."""
    cookie = servers.session_cookie(ours)
    before = _count(ours, cookie)
    failed: list[int] = []

    def write(number: int) -> None:
        for turn in range(HOT_EACH):
            body = orjson.dumps({"lon": 120.6123, "lat": 30.0101, "service": "repairs", "contact": f"{number}-{turn}"})
            asked = urllib.request.Request(f"{ours}/api/v1/needs", body, {"Content-Type": "application/json"})
            try:
                urllib.request.urlopen(asked, timeout=60).read()
            except OSError:
                failed.append(1)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(HOT_WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(failed) + HOT_WRITERS * HOT_EACH - (_count(ours, cookie) - before)


def _count(ours: str, cookie: str) -> int:
    url = f"{ours}/api/v1/cells?bbox=120.61,30.008,120.615,30.013&res=9"
    found = orjson.loads(
        urllib.request.urlopen(urllib.request.Request(url, headers=dict([cookie.split(": ", 1)]))).read()
    )
    return sum(cell.get("services", {}).get("repairs", 0) for cell in found["cells"].values())
