"""The tables of checkpoints: what they are, and what was counted at them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry, Key, Moment
from layers.feature_columns import FeatureColumns


class Checkpoint(FeatureColumns, Base):
    """A checkpoint with its screening counts so far; no person is recorded."""

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
    reason: Mapped[str | None] = mapped_column(Text)  # why it is closed, for staff
    geometry: Mapped[Any] = mapped_column(Geometry("POINT"))


class GateCount(Base):
    """What was counted at a checkpoint in one quarter of an hour, which begins at `quarter`."""

    __tablename__ = "gate_counts"
    checkpoint_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    quarter: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    passed: Mapped[int] = mapped_column(Integer)
    temperature_high: Mapped[int] = mapped_column(Integer)
    referred: Mapped[int] = mapped_column(Integer)


class GatePress(Base):
    """A key that a phone made for one press, so that the press counts once; forgotten after KEYS_KEPT.

    `undone` presses count nothing; one whose undoing came before it has no quarter.
    """

    __tablename__ = "gate_presses"
    __table_args__ = (Index("ix_gate_presses_checkpoint_id_received_at", "checkpoint_id", "received_at"),)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(Key)
    kind: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(Integer)
    quarter: Mapped[datetime | None] = mapped_column(Moment)
    undone: Mapped[bool] = mapped_column(server_default=false())
    received_at: Mapped[datetime] = mapped_column(Moment)


class GateLink(Base):
    """A link that opens the counting page of one checkpoint to who has it, without an account, until `ends_at`."""

    __tablename__ = "gate_links"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read once by SQLAlchemy, never changed
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(Key, index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


class GateHandOver(Base):
    """A hand-over at a checkpoint: all that was counted there until then, and a note of which shift. No person."""

    __tablename__ = "gate_hand_overs"
    __table_args__ = (Index("ix_gate_hand_overs_checkpoint_id_at", "checkpoint_id", "at"),)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text)
    passed: Mapped[int] = mapped_column(Integer)
    temperature_high: Mapped[int] = mapped_column(Integer)
    referred: Mapped[int] = mapped_column(Integer)
