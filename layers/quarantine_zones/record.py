"""The tables of quarantine zones, and of what each level means to those who live behind it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry
from layers.feature_columns import FeatureColumns


class QuarantineZone(FeatureColumns, Base):
    """A version of a zone with its level and order.

    A zone that is extended, shrunk or of another level is a new row that names the one it takes the place of
    (`changes_id`). The three days are what lifting waits for: days of the place, not moments.
    """

    __tablename__ = "quarantine_zones"
    name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    order_reference: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str | None] = mapped_column(Text)  # whose words wait for a second official
    changes_id: Mapped[int | None] = mapped_column(Integer, index=True)
    last_case_on: Mapped[date | None] = mapped_column(Date)
    last_contact_on: Mapped[date | None] = mapped_column(Date)
    all_negative_on: Mapped[date | None] = mapped_column(Date)
    geometry: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON"))


class ZoneLevel(Base):
    """What a level means to those who live behind it, and when it can be lifted; an administrator keeps it.

    The days are counted: without a case, since the last contact, and for how long a test of everybody counts. None:
    that is not asked at this level.
    """

    __tablename__ = "zone_levels"
    level: Mapped[str] = mapped_column(Text, primary_key=True)
    leave_en: Mapped[str] = mapped_column(Text)
    leave_zh: Mapped[str] = mapped_column(Text)
    delivery_en: Mapped[str] = mapped_column(Text)
    delivery_zh: Mapped[str] = mapped_column(Text)
    call_en: Mapped[str] = mapped_column(Text)
    call_zh: Mapped[str] = mapped_column(Text)
    case_days: Mapped[int | None] = mapped_column(SmallInteger)
    contact_days: Mapped[int | None] = mapped_column(SmallInteger)
    negative_days: Mapped[int | None] = mapped_column(SmallInteger)
