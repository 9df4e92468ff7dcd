"""The table of volunteer shifts, and those of the people who take a place in one by a link."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry, Json, Key, Moment
from layers.feature_columns import FeatureColumns


class VolunteerShift(FeatureColumns, Base):
    """A shift. `cells`, where given, are the area exactly; otherwise it is the cover of the geometry.

    places_filled: own people and places taken by link together, never more than are wanted.
    """

    __tablename__ = "volunteer_shifts"
    organization: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Moment, index=True)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    places_wanted: Mapped[int] = mapped_column(Integer)
    places_filled: Mapped[int] = mapped_column(Integer)
    places_own: Mapped[int] = mapped_column(Integer, server_default="0")  # people the organization itself sends
    places_taken: Mapped[int] = mapped_column(Integer, server_default="0")  # by link: rows of shift_places
    state: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    cells: Mapped[list[str]] = mapped_column(Json)
    compounds: Mapped[list[str]] = mapped_column(Json)
    geometry: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON"))


class ShiftVolunteer(Base):
    """Somebody who took a place of an organization by a link, without an account. No name: that is in the private row.

    token_hash: of the private link; feed_hash: of the calendar's address, which opens nothing else. Both go with purge.
    """

    __tablename__ = "shift_volunteers"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    organization: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    feed_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)


class ShiftVolunteerPrivate(Base):
    """What only the organization may see of a volunteer; purge deletes the row, hours stay."""

    __tablename__ = "shift_volunteers_private"
    volunteer_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(Text)


class ShiftPlace(Base):
    """One volunteer at one shift: see rules.PlaceState. Who asked first is first in line.

    in_at, out_at: half-hours of the clock between which somebody was at the post, half_hours: how many those are.
    offer_hash: of the link by which the place is being handed to somebody else. changes: how often this row changed.
    """

    __tablename__ = "shift_places"
    __table_args__ = (UniqueConstraint("shift_id", "volunteer_id"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    shift_id: Mapped[int] = mapped_column(Key)
    volunteer_id: Mapped[int] = mapped_column(Key, index=True)
    state: Mapped[str] = mapped_column(Text, index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    moved_up_at: Mapped[datetime | None] = mapped_column(Moment)  # from the waiting list
    left_at: Mapped[datetime | None] = mapped_column(Moment)  # given up, or handed on
    offer_nonce: Mapped[str | None] = mapped_column(Text)
    offer_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    in_at: Mapped[datetime | None] = mapped_column(Moment)
    out_at: Mapped[datetime | None] = mapped_column(Moment)
    half_hours: Mapped[int | None] = mapped_column(Integer)
    changes: Mapped[int] = mapped_column(Integer)


class ShiftLink(Base):
    """The link by which places of a shift are taken. The token follows from the nonce and a key in no store."""

    __tablename__ = "shift_links"
    shift_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    nonce: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)


class ShiftOrganization(Base):
    """How volunteers reach an organization, and the address of its calendar, made like a link."""

    __tablename__ = "shift_organizations"
    organization: Mapped[str] = mapped_column(Text, primary_key=True)
    contact: Mapped[str] = mapped_column(Text)
    feed_nonce: Mapped[str | None] = mapped_column(Text)
    feed_hash: Mapped[str | None] = mapped_column(Text, unique=True)
