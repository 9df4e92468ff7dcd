"""The tables of needs: what staff work with, and apart from it what is private and purged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Double, Index, Integer, LargeBinary, SmallInteger, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, index_of_held
from data.columns import Cell, Key, Moment
from layers.feature_columns import FeatureColumns


class Need(FeatureColumns, Base):
    """A need. Its place here is a leaf cell; `slot` is its service's column in the rollups."""

    __tablename__ = "needs"
    # What is open and what is overdue is counted from the index alone.
    __table_args__ = (
        Index(None, "state", "service", "reported_at"),
        index_of_held("claim_until"),
        FeatureColumns.__table_args__,
    )
    reference: Mapped[str] = mapped_column(Text, index=True)
    token_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    service: Mapped[str] = mapped_column(Text)
    slot: Mapped[int] = mapped_column(SmallInteger)
    urgency: Mapped[str] = mapped_column(Text)
    people: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(server_default=false())  # of a place many use; neighbours may see it
    consent: Mapped[bool | None]  # of a need told by somebody else: whether the person knows of it
    voices: Mapped[int] = mapped_column(Integer, server_default="0")  # neighbours who said "me too"
    state: Mapped[str] = mapped_column(Text)
    state_before: Mapped[str | None] = mapped_column(Text)
    leaf: Mapped[int] = mapped_column(Cell, index=True)
    community: Mapped[str] = mapped_column(Text)
    household: Mapped[str | None] = mapped_column(Text)
    organization: Mapped[str | None] = mapped_column(Text)
    taken_by: Mapped[str | None] = mapped_column(Text)  # who of the organization goes, as they want to be called
    claim_until: Mapped[datetime | None] = mapped_column(Moment)  # then it goes back to everyone
    claim_extended: Mapped[bool] = mapped_column(server_default=false())  # its time was given once more
    duplicate_of: Mapped[int | None] = mapped_column(Key)
    reason: Mapped[str | None] = mapped_column(Text)
    reported_at: Mapped[datetime] = mapped_column(Moment)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    assigned_at: Mapped[datetime | None] = mapped_column(Moment)
    met_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    reopened: Mapped[int] = mapped_column(Integer, server_default="0")  # how often the resident said it was not met
    rating: Mapped[int | None] = mapped_column(SmallInteger)  # 1 to 5
    rated_at: Mapped[datetime | None] = mapped_column(Moment)


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
    words_hidden: Mapped[bool] = mapped_column(server_default=false())  # an official found that they hurt somebody


class NeedMessage(Base):
    """Words about one need over time, private like the need's own: of the resident, to the resident, or what was given.

    sender: "resident", "official", "organization". signed: how the sender wants to be called. kind: "words", "message",
    "given" (what was brought), "reason" (why something was taken back).
    """

    __tablename__ = "need_messages"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    need_id: Mapped[int] = mapped_column(Key, index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    sender: Mapped[str] = mapped_column(Text)
    signed: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class NeedPhoto(Base):
    """A photo as it was made anew from what was sent: no place, time or device is left in it."""

    __tablename__ = "need_photos"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    need_id: Mapped[int] = mapped_column(Key, index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)


class NeedVoice(Base):
    """A neighbour's "me too", once a device: `voice` is a keyed hash."""

    __tablename__ = "need_voices"
    need_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    voice: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class ReportCount(Base):
    """How many reports one device, or one area, made in one hour (whole hours since 1970); kept for a day."""

    __tablename__ = "report_counts"
    counted: Mapped[str] = mapped_column(Text, primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, index=True)
    count: Mapped[int] = mapped_column(Integer)


class IdempotencyKey(Base):
    """A key a phone made for one report, and the need it became; kept for 30 days."""

    __tablename__ = "idempotency_keys"
    key_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    body_hash: Mapped[str] = mapped_column(Text)
    need_id: Mapped[int] = mapped_column(Key)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
