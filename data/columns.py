"""Column types that mean the same on SpatiaLite and PostGIS: moments, cells, geometries, lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import geoalchemy2
import orjson
import shapely
from sqlalchemy import BigInteger, DateTime, Integer, Text, func
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

#: An H3 cell as a signed 64-bit integer (all cell ids are positive).
Cell = BigInteger().with_variant(Integer(), "sqlite")

#: A key that counts up; SQLite only counts up by itself on INTEGER.
Key = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. Refuses a naive datetime, because nobody can say which moment that is."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A small list or mapping kept as JSON text: read and written whole, never searched inside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value, default=str).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


class Geometry(geoalchemy2.Geometry):
    """A WGS 84 geometry: shapely objects in and out, WKB on the way (text forms cost several times more)."""

    cache_ok = True

    def __init__(self, geometry_type: str = "GEOMETRY", srid: int = 4326, **arguments: Any) -> None:
        super().__init__(geometry_type=geometry_type, srid=srid, **arguments)

    def bind_expression(self, bindvalue: Any) -> Any:
        return func.ST_GeomFromWKB(bindvalue, self.srid, type_=self)

    def bind_processor(self, dialect: Dialect) -> Any:
        return lambda value: None if value is None else shapely.to_wkb(value)

    def column_expression(self, col: Any) -> Any:
        return func.ST_AsBinary(col, type_=self)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        return lambda value: None if value is None else shapely.from_wkb(bytes(value))
