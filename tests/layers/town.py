"""Small towns for properties: what each layer can hold, drawn around one place, with moments around one moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import h3
import numpy as np
import shapely
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import layers.cell_state.record  # noqa: F401 - features writes to its tables
from data.database import Database
from geo import shapes
from geo.coordinates import Box
from layers import catalogue, features
from layers.actor import Actor

OFFICIAL = Actor("official@linli.example.org", "community_official")
#: Who puts into force what the first has proposed.
SECOND_OFFICIAL = Actor("second@linli.example.org", "community_official")

#: Where the towns stand, about two kilometres wide, and a box around the centres of even their coarsest cells.
LNG, LAT, WIDE = 120.12, 30.28, 0.01
EVERYWHERE = Box(119.4, 29.6, 120.9, 30.9)

#: A Tuesday, 10:00 in UTC and 18:00 in China.
NOON = datetime(2026, 3, 3, 10, tzinfo=UTC)

SERVICES = (
    "food", "medicine", "supplies", "elder_care", "child_care", "counselling", "medical_transport", "repairs",
)  # fmt: skip
#: What each role serves, from the design; nothing serves repairs.
SERVES = {
    "delivery": ("food", "medicine", "supplies"),
    "care": ("elder_care", "child_care", "counselling"),
    "transport": ("medical_transport",),
    "gate": (),
    "sweep": (),
}
#: Opening hours and when they hold, by weekday (Monday is 0) and hour in China.
HOURS: dict[str, Callable[[int, int], bool]] = {
    "": lambda day, hour: True,
    "Mo-Su 06:00-22:00": lambda day, hour: 6 <= hour < 22,
    "Mo-Fr 08:00-18:00": lambda day, hour: day < 5 and 8 <= hour < 18,
    "Tu,We 18:00-20:00": lambda day, hour: day in (1, 2) and 18 <= hour < 20,
    "22:00-06:00": lambda day, hour: hour >= 22 or hour < 6,
    "off": lambda day, hour: False,
}


@dataclass(frozen=True)
class Thing:
    """One feature of a layer as it comes in."""

    layer: str
    values: dict[str, Any]
    geometry: shapely.Geometry | None

    def known_as(self, source_id: str | None) -> Thing:
        """The same under a source id."""
        return replace(self, values={**self.values, "source_id": source_id})


def put(session: Session, things: Sequence[Thing], at: datetime, actor: Actor = OFFICIAL) -> list[int]:
    """Puts things of one layer in as one batch; gives their numbers, new ones before those that were known."""
    if not things:
        return []
    layer = catalogue.layer(things[0].layer)
    incoming = [features.Incoming(features.check(layer, thing.values), thing.geometry) for thing in things]
    result = features.put(session, layer, incoming, actor, at)
    assert result.rejected == []
    return result.ids


def fill(database: Database, things: Sequence[Thing], at: datetime = NOON) -> dict[str, list[int]]:
    """Puts a town in, a batch and a transaction a layer; the numbers of each layer's features."""
    found = {}
    for layer in catalogue.layers():
        own = [thing for thing in things if thing.layer == layer.name]
        with database.write() as session:
            found[layer.name] = put(session, own, at)
    return found


lngs = st.floats(LNG - WIDE, LNG + WIDE)
lats = st.floats(LAT - WIDE, LAT + WIDE)
points = st.builds(shapely.Point, lngs, lats)


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Geometry:
    """A star around a point, 10 to 250 m wide, sometimes with a second one or with a hole."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    stars = [_star(rng, draw(lngs), draw(lats)) for _ in range(draw(st.sampled_from((1, 1, 1, 2))))]
    if draw(st.booleans()):
        stars[0] = shapely.difference(stars[0], shapely.affinity.scale(stars[0], 0.5, 0.5))
    found, _ = shapes.repair(shapely.union_all(stars))
    return found


def _star(rng: np.random.Generator, lng: float, lat: float) -> shapely.Polygon:
    corners = int(rng.integers(3, 9))
    turns = (np.arange(corners) + rng.uniform(0, 0.8, corners)) * 2 * np.pi / corners
    reach = rng.uniform(0.3, 1, corners) * rng.uniform(0.0001, 0.00125)
    return shapely.Polygon(np.column_stack((lng + reach * np.cos(turns), lat + reach * np.sin(turns))))


minutes = st.integers(-3 * 24 * 60, 3 * 24 * 60)
moments = minutes.map(lambda count: NOON + timedelta(minutes=count))
maybe = st.one_of(st.none(), moments)


@st.composite
def intervals(draw: st.DrawFn, open_ended: bool = True) -> tuple[Any, Any]:
    """Two moments, the first earlier; open at either end where that may be."""
    first, second = sorted((draw(minutes), draw(minutes)))
    starts, ends = NOON + timedelta(minutes=first), NOON + timedelta(minutes=second + 1)
    if open_ended:
        return draw(st.sampled_from(((starts, ends), (None, ends), (starts, None), (None, None))))
    return starts, ends


@st.composite
def compounds(draw: st.DrawFn) -> Thing:
    values = {
        "name": "小区",
        "households": draw(st.integers(0, 400)),
        "population": draw(st.integers(0, 1500)),
        "valid_from": draw(maybe),
    }
    return Thing("compounds", values, draw(polygons()))


@st.composite
def zones(draw: st.DrawFn) -> Thing:
    starts, ends = draw(intervals())
    values = {
        "name": "区",
        "level": draw(st.sampled_from(("lockdown", "control", "precaution"))),
        "state": draw(st.sampled_from(("in_force", "in_force", "in_force", "drafted", "proposed", "lifted"))),
        "valid_from": starts,
        "valid_to": ends,
    }
    return Thing("quarantine_zones", values, draw(polygons()))


@st.composite
def shifts(draw: st.DrawFn) -> Thing:
    starts, ends = draw(intervals(open_ended=False))
    wanted = draw(st.integers(1, 40))
    values: dict[str, Any] = {
        "organization": "志愿队",
        "role": draw(st.sampled_from(tuple(SERVES))),
        "starts_at": starts,
        "ends_at": ends,
        "places_wanted": wanted,
        "places_filled": draw(st.integers(0, wanted)),
        "state": draw(st.sampled_from(("open", "open", "open", "cancelled"))),
    }
    if draw(st.booleans()):
        return Thing("volunteer_shifts", values, draw(polygons()))
    places = st.tuples(lats, lngs, st.sampled_from((8, 9, 10, 11, 12, 13)))
    some = draw(st.lists(places, min_size=1, max_size=6))
    return Thing("volunteer_shifts", {**values, "cells": [h3.latlng_to_cell(*place) for place in some]}, None)


@st.composite
def drops(draw: st.DrawFn) -> Thing:
    starts, ends = draw(intervals(open_ended=False))
    values = {
        "name": "物资点",
        "state": draw(st.sampled_from(("planned", "in_transit", "delivered", "distributed", "cancelled"))),
        "window_from": starts,
        "window_to": ends,
        "delivered_at": draw(maybe),
    }
    return Thing("supply_drops", values, draw(points))


@st.composite
def checkpoints(draw: st.DrawFn) -> Thing:
    starts, ends = draw(intervals())
    values = {
        "name": "卡点",
        "hours": draw(st.sampled_from(tuple(HOURS))),
        "state": draw(st.sampled_from(("open", "open", "planned", "closed"))),
        "valid_from": starts,
        "valid_to": ends,
    }
    return Thing("checkpoints", values, draw(points))


@st.composite
def needs(draw: st.DrawFn, reported_before: datetime = NOON) -> Thing:
    ago = draw(st.one_of(st.none(), st.integers(0, 3 * 24 * 60)))
    values = {
        "service": draw(st.sampled_from(SERVICES)),
        "urgency": draw(st.sampled_from(("ordinary", "urgent"))),
        "people": draw(st.integers(1, 6)),
        "contact": draw(st.sampled_from(("", "13800000001", "13800000002"))),
        "words": "家里没有米了",
        "state": draw(st.sampled_from(("reported", "reported", "acknowledged", "assigned", "met", "declined"))),
        "reported_at": None if ago is None else reported_before - timedelta(minutes=ago),
    }
    return Thing("needs", values, draw(points))


def crowd(seed: int, count: int, now: datetime) -> list[Thing]:
    """Many needs close together, reported over the last hours."""
    rng = np.random.default_rng(seed)
    return [
        Thing(
            "needs",
            {
                "service": SERVICES[int(rng.integers(8))],
                "urgency": "ordinary",
                "state": "reported",
                "reported_at": now - timedelta(minutes=int(rng.integers(300))),
            },
            shapely.Point(LNG + rng.normal(0, 0.002), LAT + rng.normal(0, 0.002)),
        )
        for _ in range(count)
    ]


THINGS: dict[str, Callable[[], st.SearchStrategy[Thing]]] = {
    "compounds": compounds,
    "checkpoints": checkpoints,
    "quarantine_zones": zones,
    "supply_drops": drops,
    "volunteer_shifts": shifts,
    "needs": needs,
}


@st.composite
def towns(draw: st.DrawFn, most: int = 6) -> list[Thing]:
    """Some features of every layer."""
    return [thing for make in THINGS.values() for thing in draw(st.lists(make(), max_size=most))]
