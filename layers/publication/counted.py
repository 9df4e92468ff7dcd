"""Reads the needs that count in public as arrays: a city has 200,000 of them, and rows of SQLAlchemy for so many took
longer than to work the figures out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.driver import mark_of, run
from geo.cells import Cells, Degrees
from layers.needs.rules import PUBLISHED

#: Rows of SQLite read at once. Each is a tuple until its batch has become arrays, and the collector of garbage walks
#: through all there are, again and again: with 10,000 it took a quarter of the reading.
BATCH = 1_000

#: In the order of ids: which of several households a nameless pin belongs to must not differ from one publication to
#: the next.
_COUNTED = """
    SELECT needs.leaf, needs.slot, needs.household, needs_private.lng, needs_private.lat
    FROM needs LEFT JOIN needs_private ON needs_private.need_id = needs.id
    WHERE needs.state IN ({marks}) ORDER BY needs.id
"""

#: PostgreSQL packs each column into one value, in half the time that it takes to send and read them one by one. Over a
#: sorted subquery and nothing else an aggregate takes the rows in that order (PostgreSQL, "Aggregate Functions").
_PACKED = """
    SELECT string_agg(int8send(leaf), ''), string_agg(int2send(slot), ''), array_agg(household),
        string_agg(float8send(coalesce(lng, 'NaN')), ''), string_agg(float8send(coalesce(lat, 'NaN')), '')
    FROM ({counted}) AS counted
"""

Counted = tuple[Cells, NDArray[np.int64], list[str | None], Degrees, Degrees]


def counted_needs(session: Session) -> Counted:
    """Leaf, service slot, household key, longitude and latitude (NaN where purged) of the needs that count."""
    connection = session.connection()
    query = _COUNTED.format(marks=", ".join([mark_of(connection)] * len(PUBLISHED)))
    if connection.dialect.name == "postgresql":
        return _unpacked(*run(connection, _PACKED.format(counted=query), PUBLISHED).fetchone())
    return _of_rows(run(connection, query, PUBLISHED))


def _unpacked(leaf: bytes | None, slot: bytes, household: list[str | None], lng: bytes, lat: bytes) -> Counted:
    """From columns as PostgreSQL packs them, the highest byte first; it packs None where there is no row."""
    if leaf is None:
        return _nothing()
    return (np.frombuffer(leaf, ">i8").astype(np.int64), np.frombuffer(slot, ">i2").astype(np.int64), household,
            np.frombuffer(lng, ">f8").astype(np.float64), np.frombuffer(lat, ">f8").astype(np.float64))  # fmt: skip


def _of_rows(cursor: Any) -> Counted:
    known: list[str | None] = []
    parts: list[tuple[NDArray[Any], ...]] = []
    while rows := cursor.fetchmany(BATCH):
        leaf, slot, household, lng, lat = zip(*rows, strict=True)
        known.extend(household)
        parts.append((np.array(leaf, dtype=np.int64), np.array(slot, dtype=np.int64),
                      np.array(lng, dtype=np.float64), np.array(lat, dtype=np.float64)))  # fmt: skip
    if not parts:
        return _nothing()
    leaves, slots, lngs, lats = (np.concatenate(column) for column in zip(*parts, strict=True))
    return leaves, slots, known, lngs, lats


def _nothing() -> Counted:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), [], np.empty(0), np.empty(0)
