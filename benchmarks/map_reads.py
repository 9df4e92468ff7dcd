"""Cell state of a viewport of about 1,000 cells over HTTP, beside what people do today and beside the limit."""

from __future__ import annotations

import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from benchmarks import servers, town
from benchmarks.measuring import Rate, Target, random_paths, rounds, write_table
from data.database import Database
from geo.coordinates import Box
from geo.tiles import resolution_of_zoom
from layers.cell_state.present import Present

ZOOMS = (11, 13, 15)
CONNECTIONS = 16
#: Each process reads what is open before its first answer, for some seconds in the largest town: asked so long before
#: anything is measured, both have done so.
READING_SECONDS = 15
#: Mean edge of a hexagon in metres by resolution (H3 documentation), stretched as the web map does at 30 N.
EDGE_3857 = {6: 3724.5 * 1.157, 8: 531.4 * 1.157, 10: 75.9 * 1.157}


def copy_points(database: Database, peer_url: str) -> None:
    """Gives the bare routes the same needs, as points with a spatial index."""
    with database.snapshot() as session, psycopg.connect(peer_url) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_points")
        connection.execute("CREATE TABLE bench_points (geom geometry(Point, 3857))")
        connection.execute("CREATE TEMP TABLE given (lng float8, lat float8)")
        from sqlalchemy import select

        from layers.needs.record import NeedPrivate

        rows = session.execute(select(NeedPrivate.lng, NeedPrivate.lat).execution_options(yield_per=50_000))
        with connection.cursor().copy("COPY given FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row))
        connection.execute(
            "INSERT INTO bench_points SELECT ST_Transform(ST_SetSRID(ST_MakePoint(lng, lat), 4326), 3857) FROM given"
        )
        connection.execute("CREATE INDEX ON bench_points USING gist (geom)")
        connection.execute("ANALYZE bench_points")


@dataclass
class Reads:
    """Collects the figures of one store over its sizes."""

    store: str
    rows: list[tuple[object, ...]] = field(default_factory=list)
    growth: dict[int, dict[int, float]] = field(default_factory=dict)

    def measure(self, database: Database, ours: str, bare: str, count: int, answer: Path, peer_url: str) -> None:
        """One size: every zoom beside the bare routes, the unchanged tile beside the empty route."""
        cookie = servers.session_cookie(ours)
        anywhere = Target(f"{ours}/api/v1/cells?bbox=120.1,30.1,120.2,30.2", headers=(cookie,))
        rounds([anywhere], CONNECTIONS, count=1, seconds=READING_SECONDS)
        for zoom in ZOOMS:
            self._viewport(database, ours, bare, count, zoom, cookie, answer)
            _end_what_goes_on(peer_url)
        z, x, y = 14, 13655, 6735
        path = f"/api/v1/cells/{z}/{x}/{y}"
        request = urllib.request.Request(ours + path)
        tag = urllib.request.urlopen(request).headers["ETag"]
        same, empty = rounds(
            [Target(ours + path, headers=(f"If-None-Match: {tag}",)), Target(f"{bare}/empty")], CONNECTIONS
        )
        ratio = f"{same.per_second / empty.per_second:.2f}"
        self.rows.append((f"{count:,}", "unchanged tile (304)", _told(same), _told(empty), ratio, "", "", ""))

    def _viewport(
        self, database: Database, ours: str, bare: str, count: int, zoom: int, cookie: str, answer: Path
    ) -> None:
        res = resolution_of_zoom(zoom)
        boxes = town.boxes(20, zoom, zoom)
        queries = [",".join(str(side) for side in box) for box in boxes]
        paths = [f"/api/v1/cells?bbox={query}&res={res}" for query in queries]
        first = urllib.request.Request(ours + paths[0], headers=dict([cookie.split(": ", 1)]))
        answer.write_bytes(urllib.request.urlopen(first).read())
        ask = Target(ours, random_paths(paths), (cookie,))
        limit = Target(f"{bare}/bytes?{count}-{zoom}")
        today = Target(bare, random_paths([f"/hexagons?bbox={query}&edge={EDGE_3857[res]:.1f}" for query in queries]))
        fast, memory = rounds([ask, limit], CONNECTIONS)
        (slow,) = rounds([today], CONNECTIONS, count=2, seconds=10 if count > 200_000 else 4)
        alone = _alone(database, boxes, res)
        self.growth.setdefault(zoom, {})[count] = fast.per_second
        sys.stdout.write(f"… {self.store}, {count:,}, zoom {zoom}: {_told(fast)}, today {_told(slow)}\n")
        sys.stdout.flush()
        self.rows.append(
            (
                f"{count:,}", f"zoom {zoom}", _told(fast), _told(memory), f"{fast.per_second / memory.per_second:.2f}",
                _told(slow), _times(fast, slow), f"{alone * 1000:.1f}",
            )
        )  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The tables of the store."""
        lines = [
            f"## Cell state over HTTP: {self.store}",
            "",
            f"{CONNECTIONS} connections, internal view, requests a second.",
            "",
        ]
        head = ("needs", "asked", "ours (p99)", "same bytes from memory / empty route", "ratio to it",
                "ST_HexagonGrid in PostGIS", "times its rate", "query alone, ms")  # fmt: skip
        write_table(lines, head, self.rows)
        sizes = sorted(next(iter(self.growth.values())))
        rows = [
            (f"zoom {zoom}", *(f"{rates[sizes[0]] / rates[size]:.2f}" for size in sizes), _flat(rates))
            for zoom, rates in self.growth.items()
        ]
        lines += ["Growth: time per request, smallest size = 1.", ""]
        write_table(lines, ("zoom", *(f"{size:,}" for size in sizes), "2,000,000 over 200,000 (promised 1.3)"), rows)
        yield from lines


def _end_what_goes_on(peer_url: str) -> None:
    """Ends the bare routes' queries that nobody waits for any more: at two million points they run on for a minute
    and would be measured with whatever comes next.
    """
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'"
    with psycopg.connect(peer_url, autocommit=True) as connection:
        while connection.execute(f"SELECT count(*) {others}").fetchone() != (0,):
            connection.execute(f"SELECT pg_cancel_backend(pid) {others}")
            time.sleep(0.5)


def _flat(rates: dict[int, float]) -> str:
    if 200_000 not in rates or 2_000_000 not in rates:
        return "not measured"
    return f"{rates[200_000] / rates[2_000_000]:.2f}"


def _told(rate: Rate) -> str:
    wrong = f", {rate.errors} errors" if rate.errors else ""
    return f"{rate.per_second:,.1f} ({rate.p99_ms:,.0f} ms{wrong})"


def _times(fast: Rate, slow: Rate) -> str:
    return f"{fast.per_second / slow.per_second:,.0f}" if slow.per_second else "nothing finished"


def _alone(database: Database, boxes: list[tuple[float, float, float, float]], res: int) -> float:
    """Median seconds of the answer in the process, without HTTP, once it is warm."""
    present = Present(database, ZoneInfo("Asia/Shanghai"), internal=True)
    now = datetime.now(UTC)
    times = []
    for _ in range(3):
        for box in boxes:
            began = time.perf_counter()
            present.in_box(Box(*box), res, now)
            times.append(time.perf_counter() - began)
    return statistics.median(times[len(boxes) :])
