"""Reads that are the same for every layer: features in a box, page by page, and whole layers for an export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from data import boxes
from geo import cells
from geo.coordinates import Box
from layers.compound_status import add_status
from layers.description import Layer
from layers.past_states import add_past_states

#: Columns that say how a row is kept, not what it says.
BOOKKEEPING = ("since", "slot", "household", "token_hash", "leaf")

#: Rows read at once by an export.
BATCH = 2000


def features_in_box(
    session: Session, layer: Layer, box: Box | None, limit: int, after: int, public: bool, at: datetime, only_at: bool
) -> list[dict[str, Any]]:
    """Up to `limit` features with ids above `after` that touch the box, in id order, as `feature_rows` gives them.

    at: the moment for which is given what time alone changes (a compound's status, the end of a claim); with `only_at`
    only features whose interval holds then, each in the state it was in.
    """
    query = _visible(layer, public).where(layer.table.c.id > after).order_by(layer.table.c.id).limit(limit)
    if only_at:
        query = query.where(*_holding(layer, at))
    if box is not None:
        query = _within(session, query, layer, box)
    return _as_rows(session, query, layer, public, at, only_at)


def feature_rows(
    session: Session, layer: Layer, public: bool, at: datetime, only_at: bool = False
) -> Iterator[dict[str, Any]]:
    """Every feature: its fields (the public ones, or all but private and bookkeeping ones), `id` and `geometry`. For
    `at` and `only_at` see `features_in_box`.
    """
    after = 0
    while rows := features_in_box(session, layer, None, BATCH, after, public, at, only_at):
        yield from rows
        after = rows[-1]["id"]


def _visible(layer: Layer, public: bool) -> Select[Any]:
    query = select(layer.table)
    if public and layer.public_states:
        query = query.where(layer.table.c[layer.state_field].in_(layer.public_states))
    return query


def _holding(layer: Layer, at: datetime) -> list[ColumnElement[bool]]:
    starts, ends = (layer.table.c[name] for name in layer.interval)
    return [starts.is_(None) | (starts <= at), ends.is_(None) | (ends > at)]


def _within(session: Session, query: Select[Any], layer: Layer, box: Box) -> Select[Any]:
    if "geometry" in layer.table.c:
        return query.where(boxes.touching(session, layer.table, box))
    near = boxes.leaves_near(layer.table.c.leaf, box)
    if near is not None:
        query = query.where(near)
    private = layer.private_table
    if private is None:
        return query
    return query.join(private, private.c[0] == layer.table.c.id).where(
        private.c.lng >= box.west, private.c.lng < box.east, private.c.lat >= box.south, private.c.lat < box.north
    )


def _as_rows(
    session: Session, query: Select[Any], layer: Layer, public: bool, at: datetime, only_at: bool
) -> list[dict[str, Any]]:
    rows = [dict(row) for row in session.execute(query).mappings()]
    if only_at:
        add_past_states(session, layer, rows, at)
    if layer.row_at is not None:
        rows = [layer.row_at(row, at) for row in rows]
    if layer.name == "compounds":
        add_status(session, rows, at)
    if rows and "geometry" not in layer.table.c:
        for row in rows:
            row["geometry"] = shapely.Point(*cells.center(row["leaf"]))
    if public and layer.as_public is not None:
        rows = [layer.as_public(row) for row in rows]
    if public:
        return [{name: row[name] for name in ("id", *layer.public_fields, "geometry")} for row in rows]
    return [{name: value for name, value in row.items() if name not in BOOKKEEPING} for row in rows]
