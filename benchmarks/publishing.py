"""What the public may see of a city, computed and written; and how the public map answers meanwhile."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import update

from benchmarks import servers, town
from benchmarks.measuring import Rate, Target, rounds, write_table
from data.database import Database, open_database
from layers.needs.record import Need
from layers.publication.actions import publish
from layers.publication.queries import latest_number, publication

SIZES = (20_000, 200_000)
PUBLISHED_EACH, CONNECTIONS = 5, 4


def measure(store: str, url: str) -> Iterator[str]:
    """Seconds by size, with contacts and without (then households are told by place), and the map's rate meanwhile."""
    rows = []
    with open_database(url) as database:
        database.upgrade()
        now = town.this_moment()
        clock = _slots(now)
        known = 0
        for size in SIZES:
            town.add_needs(database, known, size, now)
            known = size
            _all_acknowledged(database)
            with_contact = _seconds(lambda: publish(database, next(clock)))
            cells = _cells(database)
            still, moving = _map_meanwhile(database, url, clock)
            _forget_contacts(database)
            by_place = _seconds(lambda: publish(database, next(clock)))
            rows.append((f"{size:,}", f"{cells:,}", with_contact, by_place, "2", _told(still),
                         _told(moving)))  # fmt: skip
    lines = [
        f"## The public view: {store}",
        "",
        "A publication computed and written: seconds, and how many of them on the processor.",
        "",
    ]
    head = (
        "acknowledged needs",
        "cells published",
        "with contacts",
        "without",
        "promised",
        "public map, a second (p99)",
        "while one publication follows the other",
    )
    write_table(lines, head, rows)
    yield from lines


def _slots(now: datetime) -> Iterator[datetime]:
    """The clock's places ahead of now, so that the clock of the service finds nothing due."""
    at = now
    while True:
        at += timedelta(minutes=10)
        yield at


def _all_acknowledged(database: Database) -> None:
    """Each from a household of its own."""
    with database.write() as session:
        session.execute(update(Need).values(state="acknowledged", household=Need.reference))


def _forget_contacts(database: Database) -> None:
    """As if nobody had left a contact: households are told apart by place."""
    with database.write() as session:
        session.execute(update(Need).values(household=None))


def _seconds(job: Callable[[], object]) -> str:
    """Median seconds, and how many of them on the processor: the rest is waiting, for the store or for a core."""
    times = []
    for _ in range(PUBLISHED_EACH):
        began, worked = time.perf_counter(), time.process_time()
        job()
        times.append((time.perf_counter() - began, time.process_time() - worked))
    took, worked = (statistics.median(column) for column in zip(*times, strict=True))
    return f"{took:.2f} ({worked:.2f})"


def _cells(database: Database) -> int:
    with database.read() as session:
        return len(publication(session, latest_number(session)).cells)


def _map_meanwhile(database: Database, url: str, clock: Iterator[datetime]) -> tuple[Rate, Rate]:
    """How the map answers a visitor when nothing is published, and when one publication follows the other."""
    west, south, east, north = town.boxes(1, 14, 14)[0]
    with servers.linli(url) as ours:
        ask = Target(f"{ours}/api/v1/cells?bbox={west},{south},{east},{north}&res=9")
        (still,) = rounds([ask], CONNECTIONS)
        with _publishing(database, clock):
            (moving,) = rounds([ask], CONNECTIONS)
    return still, moving


@contextmanager
def _publishing(database: Database, clock: Iterator[datetime]) -> Iterator[None]:
    done = threading.Event()

    def go_on() -> None:
        while not done.is_set():
            publish(database, next(clock))

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _told(rate: Rate) -> str:
    wrong = f", {rate.errors} errors" if rate.errors else ""
    return f"{rate.per_second:,.0f} ({rate.p99_ms:,.0f} ms{wrong})"
