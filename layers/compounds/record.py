"""The table of compounds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry, Json
from layers.feature_columns import FeatureColumns


class Compound(FeatureColumns, Base):
    """A residential compound."""

    __tablename__ = "compounds"
    name: Mapped[str] = mapped_column(Text, index=True)
    aliases: Mapped[list[str]] = mapped_column(Json)
    households: Mapped[int] = mapped_column(Integer)
    population: Mapped[int] = mapped_column(Integer)
    community: Mapped[str | None] = mapped_column(Text)
    subdistrict: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    geometry: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON"))
