"""The table of volunteer shifts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry, Json, Moment
from layers.feature_columns import FeatureColumns


class VolunteerShift(FeatureColumns, Base):
    """A shift. `cells`, where given, are the area exactly; otherwise it is the cover of the geometry."""

    __tablename__ = "volunteer_shifts"
    organization: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Moment, index=True)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    places_wanted: Mapped[int] = mapped_column(Integer)
    places_filled: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    cells: Mapped[list[str]] = mapped_column(Json)
    compounds: Mapped[list[str]] = mapped_column(Json)
    geometry: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON"))
