"""What officials wait for: what a zone over 2,000 compounds will do, the figures of the dashboard, what changed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy.orm import Session

from benchmarks import town
from benchmarks.measuring import write_table
from data.database import open_database
from layers.cell_state.past import Past
from layers.cell_state.present import Present
from layers.situation.comparing import compare
from layers.situation.overview import A_DAY, AREA, EVERYWHERE, figures_before, figures_now
from layers.situation.since import since
from layers.zone_effects import effects_of

NEEDS, TIMES = 200_000, 9
ZONE = ZoneInfo("Asia/Shanghai")

#: How far back one compares.
BACK = timedelta(days=3)

#: Half of the town, with half of its 4,000 compounds.
OUTLINE = shapely.box(town.WEST, town.SOUTH, town.WEST + town.WIDTH / 2, town.SOUTH + town.HEIGHT)


def measure(store: str, url: str) -> Iterator[str]:
    """The table of one empty store, which is filled."""
    now = town.this_moment()
    with open_database(url) as database:
        database.upgrade()
        town.add_ground(database, now)
        town.add_needs(database, 0, NEEDS, now)
        present = Present(database, ZONE, internal=True)
        past = Past(database, ZONE)
        for ready in (present.gaps(AREA, now), past.state_at(EVERYWHERE, AREA, now - BACK, now)):
            assert ready  # as a process that serves has them
        with database.snapshot() as session:
            inside = len(effects_of(session, OUTLINE, now, None).inside)
            rows = [
                (f"a zone over {inside:,} compounds", *_times(session, now, _preview), "300"),
                ("figures of the dashboard", *_times(session, now, _figures_of(present)), "200"),
                ("the same of a day ago", *_times(session, now, _figures_before(past)), "kept for 10 minutes"),
                ("two moments compared", *_times(session, now, _compared(past)), ""),
                ("what changed since one looked", *_times(session, now, _changed), ""),
            ]
    lines = [f"## What officials wait for: {store}", "", f"{NEEDS:,} open needs.", ""]
    write_table(lines, ("what", "median, ms", f"slowest of {TIMES}, ms", "promised, ms"), rows)
    yield from lines


def _preview(session: Session, now: datetime) -> Any:
    return effects_of(session, OUTLINE, now, None)


def _figures_of(present: Present) -> Callable[[Session, datetime], Any]:
    return lambda session, now: figures_now(session, now, ZONE, present.gaps(AREA, now))


def _figures_before(past: Past) -> Callable[[Session, datetime], Any]:
    return lambda session, now: figures_before(
        session, now - A_DAY, past.state_at(EVERYWHERE, AREA, now - A_DAY, now).values()
    )


def _compared(past: Past) -> Callable[[Session, datetime], Any]:
    return lambda session, now: compare(*(past.state_at(EVERYWHERE, AREA, at, now) for at in (now - BACK, now)))


def _changed(session: Session, now: datetime) -> Any:
    return since(session, 0, None)


def _times(session: Session, now: datetime, job: Callable[[Session, datetime], Any]) -> tuple[str, str]:
    times = []
    for _ in range(TIMES):
        session.expire_all()
        began = time.perf_counter()
        job(session, now)
        times.append(time.perf_counter() - began)
    return f"{statistics.median(times) * 1000:.0f}", f"{max(times) * 1000:.0f}"
