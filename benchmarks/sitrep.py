"""The situation report of 5,000 places over 14 days: seconds and megabytes, for staff and for the public."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from benchmarks import town
from benchmarks.measuring import write_table
from data.database import Database, open_database
from geo.boxes import cells_in_box
from geo.cells import centers
from geo.coordinates import Box
from layers import catalogue, features
from layers.actor import SYSTEM
from layers.publication.actions import publish
from layers.situation.queries import situation
from webmap.sitrep.document import About, document

PLACES, NEEDS, COMPOUNDS, ZONES, DAYS = 5000, 100_000, 2000, 30, 14
ZONE = ZoneInfo("Asia/Shanghai")


def measure(store: str, url: str) -> Iterator[str]:
    """Fills a store and makes each report once it is warm."""
    now = town.this_moment()
    with open_database(url) as database:
        database.upgrade()
        _fill(database, now)
        rows = [_measured(database, now, internal) for internal in (True, False)]
    lines = [
        f"## The situation report: {store}",
        "",
        f"{NEEDS:,} needs, {COMPOUNDS:,} compounds and {ZONES} zones in {PLACES:,} places; promised: 10 s and 5 MB.",
        "",
    ]
    write_table(lines, ("for", "places × moments", "reading, s", "drawing, s", "in all, s", "MB"), rows)
    yield from lines


def _measured(database: Database, now: datetime, internal: bool) -> tuple[str, ...]:
    began = time.perf_counter()
    with database.snapshot() as session:
        told = situation(session, now, now, ZONE, internal)
    read = time.perf_counter()
    text = document(told, About("en", ZONE, now, is_demo=False, streets=None))
    done = time.perf_counter()
    size = len(text.encode()) / 1e6
    places = f"{len(told.now.states):,} × {len(told.moments)}"
    return ("staff" if internal else "the public", places, f"{read - began:.1f}", f"{done - read:.1f}",
            f"{done - began:.1f}", f"{size:.1f}")  # fmt: skip


def _fill(database: Database, now: datetime) -> None:
    """Needs at the middles of places, so that no other place is touched; a publication for every day."""
    rng = np.random.default_rng(11)
    cells = cells_in_box(Box(120.0, 30.1, 120.245, 30.34), 9, 10 * PLACES)[:PLACES]
    lngs, lats = centers(cells)
    points = np.column_stack((lngs, lats))
    _put(database, "compounds", [
        ({"name": f"compound {i}", "households": 400, "population": 1000}, shapely.box(x, y, x + 4e-4, y + 4e-4))
        for i, (x, y) in enumerate(points[:: PLACES // COMPOUNDS][:COMPOUNDS].tolist())
    ], now)  # fmt: skip
    _put(database, "quarantine_zones", [
        ({"name": f"zone {i}", "level": ("lockdown", "control", "precaution")[i % 3],
          "valid_from": now - timedelta(days=i % DAYS)}, shapely.Point(x, y).buffer(0.004))
        for i, (x, y) in enumerate(points[:: PLACES // ZONES][:ZONES].tolist())
    ], now)  # fmt: skip
    where = points[rng.integers(0, PLACES, NEEDS)].tolist()
    _put(database, "needs", [
        ({"service": town.SERVICES[i % 8], "urgency": "urgent" if i % 11 == 0 else "ordinary", "contact": str(i),
          "reported_at": now - timedelta(minutes=i % (DAYS * 24 * 60)), "state": "acknowledged"}, shapely.Point(x, y))
        for i, (x, y) in enumerate(where)
    ], now)  # fmt: skip
    for back in reversed(range(DAYS)):
        publish(database, now - timedelta(days=back))


def _put(database: Database, name: str, rows: list[tuple[dict[str, object], object]], now: datetime) -> None:
    layer = catalogue.layer(name)
    for start in range(0, len(rows), town.BATCH):
        incoming = [
            features.Incoming(layer.feature(**values), shape) for values, shape in rows[start : start + town.BATCH]
        ]
        with database.write() as session:
            features.put(session, layer, incoming, SYSTEM, now)
