"""The table of quarantine zones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry
from layers.feature_columns import FeatureColumns


class QuarantineZone(FeatureColumns, Base):
    """A zone with its level and order."""

    __tablename__ = "quarantine_zones"
    name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    order_reference: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str | None] = mapped_column(Text)  # whose words wait for a second official
    geometry: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON"))
