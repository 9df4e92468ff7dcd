"""Administrative areas, province down to community and duty area: the table, loading into it, and which area a place is in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry, Json, Key, Moment

#: From the widest to the narrowest. A duty area stands outside the tree: officials answer for it, codes do not nest.
LEVELS = ("province", "city", "district", "subdistrict", "community", "duty")


class Area(Base):
    """One area of one level. WGS 84 MultiPolygon, or none where only the name and code are known."""

    __tablename__ = "areas"
    __table_args__ = (
        Index(None, "level", "changed_at"),  # "has anything of this level changed?" is answered from the index alone
        Index(None, "parent_code"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    level: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    aliases: Mapped[list[str]] = mapped_column(Json, default=list)
    parent_code: Mapped[str | None] = mapped_column(Text)
    #: Every name in one line, folded (`fold`), for the search by name: 25,000 rows are read through in milliseconds.
    search_text: Mapped[str] = mapped_column(Text)
    #: Looked up in memory (see `areas_at`), so the store keeps no spatial index of its own.
    geometry: Mapped[object | None] = mapped_column(Geometry("MULTIPOLYGON", spatial_index=False))
    #: Where the row came from: the file's name.
    source: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(Moment)
