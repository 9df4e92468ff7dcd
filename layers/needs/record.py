"""The tables of needs: what staff work with, and apart from it what is private and purged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, Integer, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Cell, Key, Moment
from layers.feature_columns import FeatureColumns


class Need(FeatureColumns, Base):
    """A need. Its place here is a leaf cell; `slot` is its service's column in the rollups."""

    __tablename__ = "needs"
    reference: Mapped[str] = mapped_column(Text, index=True)
    token_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    service: Mapped[str] = mapped_column(Text)
    slot: Mapped[int] = mapped_column(SmallInteger)
    urgency: Mapped[str] = mapped_column(Text)
    people: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    state_before: Mapped[str | None] = mapped_column(Text)
    leaf: Mapped[int] = mapped_column(Cell, index=True)
    community: Mapped[str] = mapped_column(Text)
    household: Mapped[str | None] = mapped_column(Text)
    organization: Mapped[str | None] = mapped_column(Text)
    duplicate_of: Mapped[int | None] = mapped_column(Key)
    reason: Mapped[str | None] = mapped_column(Text)
    reported_at: Mapped[datetime] = mapped_column(Moment)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    assigned_at: Mapped[datetime | None] = mapped_column(Moment)
    met_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)


class NeedPrivate(Base):
    """What only those who help may see; purge deletes the row and nothing else loses a figure."""

    __tablename__ = "needs_private"
    need_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    lng: Mapped[float] = mapped_column(Double)
    lat: Mapped[float] = mapped_column(Double)
    words: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(Text)
    compound: Mapped[str] = mapped_column(Text)
    building: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)


class IdempotencyKey(Base):
    """A key a phone made for one report, and the need it became; kept for 30 days."""

    __tablename__ = "idempotency_keys"
    key_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    body_hash: Mapped[str] = mapped_column(Text)
    need_id: Mapped[int] = mapped_column(Key)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
