"""Streets people walk along, and what they cannot walk over, as they came with OpenStreetMap extracts.

An extract is written in batches and counts from the moment it is whole. Of two that hold the same place the newer one
says what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Boolean, Double, Index, LargeBinary, Text, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from data import boxes
from data.base import Base
from data.bulk import insert_rows
from data.columns import Geometry, Key, Moment
from data.exchange.osm_streets import FoundLine
from geo.coordinates import Box
from geo.streets import Streets

#: What is not whole for so long was left by a load that was stopped.
ABANDONED = timedelta(days=1)


class StreetExtract(Base):
    """An extract whose streets are kept: its file's name, the box it holds, the metres people can walk along."""

    __tablename__ = "street_extracts"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read once by SQLAlchemy, never changed

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    west: Mapped[float] = mapped_column(Double)
    south: Mapped[float] = mapped_column(Double)
    east: Mapped[float] = mapped_column(Double)
    north: Mapped[float] = mapped_column(Double)
    metres: Mapped[float] = mapped_column(Double)
    loaded_at: Mapped[datetime] = mapped_column(Moment)
    is_whole: Mapped[bool] = mapped_column(Boolean)


class StreetLine(Base):
    """A line of an extract, WGS 84; `kind` is that of data.exchange.osm_streets.FoundLine."""

    __tablename__ = "street_lines"
    __table_args__ = (Index(None, "extract_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    extract_id: Mapped[int] = mapped_column(Key)
    source_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    geometry: Mapped[object] = mapped_column(Geometry("LINESTRING"))


EXTRACTS: Any = StreetExtract.__table__
LINES: Any = StreetLine.__table__


def begin(session: Session, name: str, box: Box, metres: float, at: datetime) -> int:
    """Notes an extract that is to be written; its number."""
    sides = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    values = {"name": name, **sides, "metres": metres, "loaded_at": at, "is_whole": False}
    return int(session.execute(insert(EXTRACTS).values(values).returning(EXTRACTS.c.id)).scalar_one())


def add(session: Session, extract_id: int, lines: Iterable[FoundLine]) -> None:
    """Writes lines of an extract."""
    rows = [
        {"extract_id": extract_id, "source_id": one.source_id, "kind": one.kind, "geometry": one.geometry}
        for one in lines
    ]
    insert_rows(session, LINES, rows)


def finish(session: Session, extract_id: int, at: datetime) -> None:
    """Says that an extract is whole: from now on it counts, and those it takes the place of do not.

    These are extracts inside of its box, those of the same name that lie over it, and what stopped loads left.
    """
    new = session.execute(select(EXTRACTS).where(EXTRACTS.c.id == extract_id)).mappings().one()
    old = EXTRACTS.c
    is_inside = and_(
        old.west >= new["west"], old.south >= new["south"], old.east <= new["east"], old.north <= new["north"]
    )
    lies_over = and_(old.west < new["east"], old.south < new["north"], old.east > new["west"], old.north > new["south"])
    replaced = and_(old.is_whole, or_(is_inside, and_(old.name == new["name"], lies_over)))
    left = and_(old.is_whole.is_(False), old.loaded_at < at - ABANDONED)
    session.execute(delete(EXTRACTS).where(old.id != extract_id, or_(replaced, left)))
    session.execute(update(EXTRACTS).where(old.id == extract_id).values(is_whole=True))


def sweep(session: Session, limit: int) -> bool:
    """Deletes up to so many lines of extracts that are gone; whether there may be more."""
    orphans = select(LINES.c.id).where(LINES.c.extract_id.not_in(select(EXTRACTS.c.id))).limit(limit)
    numbers = list(session.execute(orphans).scalars())
    for start in range(0, len(numbers), 500):
        session.execute(delete(LINES).where(LINES.c.id.in_(numbers[start : start + 500])))
    return len(numbers) == limit


def whole(session: Session) -> tuple[int, ...]:
    """The numbers of the extracts that count: what is known of streets changes with them."""
    return tuple(session.execute(select(EXTRACTS.c.id).where(EXTRACTS.c.is_whole).order_by(EXTRACTS.c.id)).scalars())


def streets_in(session: Session, wanted: Iterable[Box]) -> Streets:
    """What is known of streets in and around some boxes; of every place from the newest extract that holds it."""
    extracts = session.execute(select(EXTRACTS).where(EXTRACTS.c.is_whole)).mappings().all()
    known = {int(one["id"]): Box(one["west"], one["south"], one["east"], one["north"]) for one in extracts}
    if not known:
        return Streets(_shapes(()), _shapes(()), _shapes(()), [])
    columns = (LINES.c.id, LINES.c.extract_id, LINES.c.source_id, LINES.c.kind)
    shape = func.ST_AsBinary(LINES.c.geometry, type_=LargeBinary)
    found: dict[int, tuple[Any, ...]] = {}
    for box in wanted:
        query = select(*columns, shape).where(boxes.touching(session, LINES, box), LINES.c.extract_id.in_(list(known)))
        found |= {row[0]: tuple(row) for row in session.execute(query)}
    rows = [found[number] for number in sorted(found)]
    shapes = shapely.from_wkb([bytes(row[4]) for row in rows])
    stays = _newest(rows, shapes, known)
    kinds = np.array([row[3] for row in rows], dtype=object)
    ways, barriers, shores = (shapes[stays & (kinds == kind)] for kind in ("way", "barrier", "shore"))
    return Streets(ways, barriers, shores, list(known.values()))


def _newest(rows: Sequence[tuple[Any, ...]], shapes: Any, known: dict[int, Box]) -> Any:
    """Which lines no newer extract tells anew: none of its box, and none of an object that it holds too."""
    extract = np.array([row[1] for row in rows], dtype=np.int64)
    stays = np.ones(len(rows), dtype=bool)
    if len(known) == 1:
        return stays
    last: dict[tuple[str, str], int] = {}
    for _, number, source_id, kind, _ in rows:
        last[source_id, kind] = max(last.get((source_id, kind), 0), number)
    for at, row in enumerate(rows):
        stays[at] = last[row[2], row[3]] <= row[1]
    for number, box in known.items():
        older = np.flatnonzero(stays & (extract < number))
        inside = shapely.intersects(shapes[older], shapely.box(box.west, box.south, box.east, box.north))
        stays[older[inside]] = False
    return stays


def _shapes(shapes: Sequence[Any]) -> Any:
    return np.array(shapes, dtype=object)
