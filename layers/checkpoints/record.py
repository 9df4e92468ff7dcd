"""The table of checkpoints."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry
from layers.feature_columns import FeatureColumns


class Checkpoint(FeatureColumns, Base):
    """A checkpoint with its screening counts; no person is recorded."""

    __tablename__ = "checkpoints"
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    hours: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    staff_wanted: Mapped[int] = mapped_column(Integer)
    passed: Mapped[int] = mapped_column(Integer)
    temperature_high: Mapped[int] = mapped_column(Integer)
    referred: Mapped[int] = mapped_column(Integer)
    compound: Mapped[str | None] = mapped_column(Text)
    geometry: Mapped[Any] = mapped_column(Geometry("POINT"))
