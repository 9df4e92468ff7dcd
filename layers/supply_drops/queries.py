"""What is asked of drops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data import boxes
from geo.coordinates import Box
from geo.distances import walking_metres
from layers.supply_drops.record import SupplyDrop
from layers.supply_drops.rules import as_public

#: Drops that somebody can still go to.
COMING = ("planned", "in_transit", "delivered")

#: A drop that opens within this time is nearer to people than one of next week, however few steps away.
SOON = timedelta(hours=48)

#: Places of drops of so many days back are known to people.
KNOWN_DAYS = 14


def coming(session: Session, at: datetime, limit: int) -> list[dict[str, Any]]:
    """Name, window, state and compounds served of the drops not over yet at a moment, soonest first."""
    drop = SupplyDrop
    query = (
        select(drop.name, drop.window_from, drop.window_to, drop.state, drop.compounds_served)
        .where(drop.window_to > at, drop.state.in_(COMING))
        .order_by(drop.window_from, drop.id)
        .limit(limit)
    )
    return [dict(row) for row in session.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class Near:
    """A drop and how far it is on foot, in metres; is_own: it is meant for the compound asked for.

    rations: what a household of that compound gets, where a plan says so; of those that asked for care nothing is told.
    """

    row: dict[str, Any]
    metres: int
    is_own: bool
    rations: list[dict[str, Any]]


def nearest(session: Session, lng: float, lat: float, compound: str, at: datetime) -> Near | None:
    """The coming drop that is nearest to a WGS 84 place on foot, None where there is none.

    Those meant for the compound of this name come first, then those that say nobody's name, then any; among them those
    that open soon; of drops at one place the one that is over first.
    """
    drop = SupplyDrop
    query = (
        select(
            drop.id, drop.name, drop.window_from, drop.window_to, drop.state, drop.items, drop.compounds_served,
            drop.organization, drop.geometry, drop.plan,
        )
        .where(drop.window_to > at, drop.state.in_(COMING))
        .order_by(drop.window_to, drop.id)
    )  # fmt: skip
    rows = [dict(row) for row in session.execute(query).mappings()]
    if not rows:
        return None
    places = [row.pop("geometry") for row in rows]
    metres = np.round(walking_metres(lng, lat, shapely.get_x(places), shapely.get_y(places))).astype(int).tolist()

    def rank(position: int) -> tuple[bool, bool, bool, int, int]:
        names, opens = rows[position]["compounds_served"], rows[position]["window_from"]
        return compound not in names, bool(names), opens > at + SOON, metres[position], position

    best = min(range(len(rows)), key=rank)
    row = as_public(rows[best])
    groups = (row.pop("plan") or {}).get("groups", ())
    own = [one["rations"] for one in groups if one["compound"] == compound and not one["is_care"]]
    return Near(row, metres[best], compound in row["compounds_served"], own[0] if own else [])


def to_follow(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Drops that are not over, however late they are, and those whose window closed after `since`; none that opens
    after `until`. In order of their windows.
    """
    drop = SupplyDrop
    query = (
        select(drop.__table__)
        .where(drop.window_from < until, or_(drop.window_to > since, drop.state.in_(COMING)))
        .order_by(drop.window_from, drop.id)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def ids_of_round(session: Session, name: str) -> list[int]:
    """The drops of a round, in order of their numbers."""
    return list(
        session.execute(select(SupplyDrop.id).where(SupplyDrop.round == name).order_by(SupplyDrop.id)).scalars()
    )


def known_places(session: Session, box: Box, at: datetime) -> list[tuple[str, Any]]:
    """Name and point of the places in a box where drops were in the last days or are to be."""
    near = boxes.touching(session, SupplyDrop.__table__, box)  # type: ignore[arg-type]
    query = (
        select(SupplyDrop.name, SupplyDrop.geometry)
        .where(near, SupplyDrop.window_to > at - timedelta(days=KNOWN_DAYS))
        .order_by(SupplyDrop.id)
    )
    return [(name, point) for name, point in session.execute(query)]
