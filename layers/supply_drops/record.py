"""The table of supply drops."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry, Json, Moment
from layers.feature_columns import FeatureColumns


class SupplyDrop(FeatureColumns, Base):
    """A supply drop; items are kept as they were listed, quantities and values as decimal text."""

    __tablename__ = "supply_drops"
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    window_from: Mapped[datetime] = mapped_column(Moment, index=True)
    window_to: Mapped[datetime] = mapped_column(Moment)
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    compounds_served: Mapped[list[str]] = mapped_column(Json)
    organization: Mapped[str] = mapped_column(Text)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    geometry: Mapped[Any] = mapped_column(Geometry("POINT"))
