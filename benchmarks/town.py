"""A made-up city for measuring: needs in clusters over half a degree, compounds, zones, shifts. Seeded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import shapely

from data.database import Database
from layers import catalogue, features
from layers.actor import SYSTEM

WEST, SOUTH, WIDTH, HEIGHT = 120.0, 30.1, 0.5, 0.4
SERVICES = ("food", "medicine", "supplies", "elder_care", "child_care", "counselling", "medical_transport", "repairs")
BATCH = 5000


def places(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes, four fifths of them around 400 centres of some 300 m."""
    rng = np.random.default_rng(seed)
    centre = rng.random((400, 2))
    near = centre[rng.integers(0, 400, count)] + rng.normal(0, 0.006, (count, 2))
    anywhere = rng.random((count, 2))
    unit = np.where(rng.random((count, 1)) < 0.8, near, anywhere) % 1.0
    return WEST + unit[:, 0] * WIDTH, SOUTH + unit[:, 1] * HEIGHT


def add_needs(database: Database, first: int, last: int, now: datetime) -> None:
    """Needs number `first` up to `last`, open, in batches."""
    layer = catalogue.layer("needs")
    for start in range(first, last, BATCH):
        end = min(start + BATCH, last)
        lngs, lats = places(end - start, start)
        incoming = [
            features.Incoming(
                layer.feature(service=SERVICES[i % 8], urgency="urgent" if i % 11 == 0 else "ordinary", contact=str(i),
                              reported_at=now - timedelta(minutes=i % 20_000)),
                shapely.Point(lng, lat),
            )
            for i, lng, lat in zip(range(start, end), lngs.tolist(), lats.tolist(), strict=True)
        ]  # fmt: skip
        with database.write() as session:
            features.put(session, layer, incoming, SYSTEM, now)
    if not database.is_sqlite:  # what the server does by itself within a minute
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def add_ground(database: Database, now: datetime) -> None:
    """4,000 compounds, 60 zones, 2,000 shifts, 400 checkpoints and 1,000 drops."""
    rng = np.random.default_rng(7)
    for name, rows in (
        ("compounds", _compounds(rng)),
        ("quarantine_zones", _zones(rng, now)),
        ("volunteer_shifts", _shifts(rng, now)),
        (
            "checkpoints",
            _points(rng, 400, lambda i: {"name": f"gate {i}", "hours": "Mo-Su 06:00-22:00" if i % 3 else ""}),
        ),
        ("supply_drops", _points(rng, 1000, lambda i: _drop(i, now))),
    ):
        layer = catalogue.layer(name)
        incoming = [features.Incoming(features.check(layer, values), geometry) for values, geometry in rows]
        for start in range(0, len(incoming), BATCH):
            with database.write() as session:
                features.put(session, layer, incoming[start : start + BATCH], SYSTEM, now)


def _square(rng: np.random.Generator, metres: float) -> shapely.Polygon:
    lng, lat = WEST + rng.random() * WIDTH, SOUTH + rng.random() * HEIGHT
    return shapely.box(lng, lat, lng + metres / 96_000, lat + metres / 111_000)


def _compounds(rng: np.random.Generator) -> Iterator[tuple[dict[str, Any], Any]]:
    for i in range(4000):
        homes = int(rng.integers(100, 2500))
        yield (
            {"name": f"compound {i}", "households": homes, "population": homes * 5 // 2},
            _square(rng, 120 + rng.random() * 250),
        )


def _zones(rng: np.random.Generator, now: datetime) -> Iterator[tuple[dict[str, Any], Any]]:
    for i in range(60):
        level = ("lockdown", "control", "precaution")[i % 3]
        begins = now - timedelta(days=int(rng.integers(0, 14)))
        yield {"name": f"zone {i}", "level": level, "valid_from": begins}, _square(rng, 500 + rng.random() * 1500)


def _shifts(rng: np.random.Generator, now: datetime) -> Iterator[tuple[dict[str, Any], Any]]:
    for i in range(2000):
        begins = now + timedelta(hours=int(rng.integers(-14 * 24, 7 * 24)))
        values = {
            "organization": f"organization {i % 10}", "role": ("delivery", "care", "transport", "gate")[i % 4],
            "starts_at": begins, "ends_at": begins + timedelta(hours=4), "places_wanted": 6,
            "places_filled": int(rng.integers(0, 7)),
        }  # fmt: skip
        yield values, _square(rng, 400 + rng.random() * 1200)


def _points(rng: np.random.Generator, count: int, values_of: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    for i in range(count):
        yield values_of(i), shapely.Point(WEST + rng.random() * WIDTH, SOUTH + rng.random() * HEIGHT)


def _drop(i: int, now: datetime) -> dict[str, Any]:
    opens = now + timedelta(hours=(i % 300) - 150)
    return {"name": f"drop {i}", "window_from": opens, "window_to": opens + timedelta(hours=3)}


def boxes(count: int, zoom: int, seed: int) -> list[tuple[float, float, float, float]]:
    """Boxes of about 1,000 cells at the resolution of a zoom, inside the city where it is large enough."""
    from geo.tiles import resolution_of_zoom

    res = resolution_of_zoom(zoom)
    km2 = 1000 * 4_357_449.416 / 7.0**res
    height = min((km2 / 1.2) ** 0.5 / 111.0, HEIGHT)
    width = min(height * 1.2 * 111.0 / 96.0, WIDTH)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        west = WEST + rng.random() * (WIDTH - width)
        south = SOUTH + rng.random() * (HEIGHT - height)
        found.append((round(west, 5), round(south, 5), round(west + width, 5), round(south + height, 5)))
    return found


def this_moment() -> datetime:
    """Now, for a whole run."""
    return datetime.now(UTC)
