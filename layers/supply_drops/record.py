"""The table of supply drops."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry, Json, Key, Moment
from layers.feature_columns import FeatureColumns


class SupplyDrop(FeatureColumns, Base):
    """A supply drop; items are kept as they were listed, quantities and values as decimal text.

    arrived and left_over: a quantity for each item, in its unit and order, once somebody said them.
    plan: for whom the goods are, as `layers.drop_plan` made it; round: its name, shared by the drops of one plan.
    """

    __tablename__ = "supply_drops"
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    window_from: Mapped[datetime] = mapped_column(Moment, index=True)
    window_to: Mapped[datetime] = mapped_column(Moment)
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    compounds_served: Mapped[list[str]] = mapped_column(Json)
    organization: Mapped[str] = mapped_column(Text)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    round: Mapped[str | None] = mapped_column(Text, index=True)
    plan: Mapped[dict[str, Any] | None] = mapped_column(Json)
    arrived: Mapped[list[str] | None] = mapped_column(Json)
    left_over: Mapped[list[str] | None] = mapped_column(Json)
    served: Mapped[int | None] = mapped_column(Integer)  # households so far; none before the first
    geometry: Mapped[Any] = mapped_column(Geometry("POINT"))


class DropServing(Base):
    """That a household was served in a round: its token (see rules.household_token), never who it is.

    press: stands for one filling of the form, so that what is sent again is not taken for a second try.
    """

    __tablename__ = "drop_servings"
    round: Mapped[str] = mapped_column(Text, primary_key=True)
    token: Mapped[str] = mapped_column(Text, primary_key=True)
    drop_id: Mapped[int] = mapped_column(Key, index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    press: Mapped[str] = mapped_column(Text)
