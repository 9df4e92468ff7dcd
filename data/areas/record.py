"""The table of administrative areas, and an area as lists and labels need it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry, Json, Key, Moment

#: From the widest to the narrowest. A duty area stands outside the tree: officials answer for it.
LEVELS = ("province", "city", "district", "subdistrict", "community", "duty")


class Area(Base):
    """One area of one level. WGS 84 MultiPolygon, or none where only the name and code are known."""

    __tablename__ = "areas"
    __table_args__ = (
        Index(None, "level", "changed_at"),
        Index(None, "parent_code"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    level: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    aliases: Mapped[list[str]] = mapped_column(Json, default=list)
    parent_code: Mapped[str | None] = mapped_column(Text)
    #: Every name, folded, for the search by name: 25,000 rows are read through in milliseconds.
    search_text: Mapped[str] = mapped_column(Text)
    #: Looked up in memory (see data.areas.places), so the store keeps no spatial index of its own.
    geometry: Mapped[object | None] = mapped_column(Geometry("MULTIPOLYGON", spatial_index=False))
    #: Where the row came from: the file's name, or "demo".
    source: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(Moment)


TABLE: Any = Area.__table__


@dataclass(frozen=True, slots=True)
class FoundArea:
    """An area without its outline, as lists and labels need it."""

    code: str
    level: str
    name: str
    name_en: str
    parent_code: str | None


#: The columns of a FoundArea, in its order.
FOUND = (TABLE.c.code, TABLE.c.level, TABLE.c.name, TABLE.c.name_en, TABLE.c.parent_code)


def fold(words: str) -> str:
    """Words as they are compared: without case, blanks and full-width forms."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())
