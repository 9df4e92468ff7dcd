"""The tables of accounts: who signs in, with which role, for which area; who was invited; which sessions were ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.base import Base
from data.columns import Json, Key, Moment

account_roles = Table(
    "account_roles",
    Base.metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base):
    """One kind of staff; what it may do is a table of webmap, not of the store."""

    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


class DutyArea(Base):
    """What an official answers for, as it was defined: it does not move when outlines are loaded anew.

    `mark` is another one with every definition, so that the ranges can be remembered under it. `parts` are what the
    area was put together from (see data.people.duty_areas.Part); `ranges` leaves from and to, sorted and disjoint.
    """

    __tablename__ = "duty_areas"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(32))
    parts: Mapped[list[dict[str, str]]] = mapped_column(Json)
    ranges: Mapped[list[list[int]]] = mapped_column(Json, deferred=True)  # thousands, for a district


class Account(Base):
    """One person who signs in. `fs_uniquifier` is what a session carries: a new one ends every session."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # kept as `email_key` gives it
    password: Mapped[str] = mapped_column(Text)  # argon2id, with its own salt and cost inside
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text, default="")
    organization: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)  # may sign in on the machine itself only
    #: The second factor, None until it is set up: its secret (enciphered by webmap), the last time step whose code
    #: was used, and hashes of the recovery codes that are left.
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    recovery_codes: Mapped[list[str] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    looked_seq: Mapped[int | None] = mapped_column(BigInteger)  # the last change they said they have seen, and when
    looked_at: Mapped[datetime | None] = mapped_column(Moment)
    roles: Mapped[list[Role]] = relationship(secondary=account_roles, lazy="selectin")
    duty_area: Mapped[DutyArea | None] = relationship(cascade="all, delete-orphan", lazy="joined")


class Invitation(Base):
    """An account somebody may make for themselves with a link that works once; the store keeps only its hash."""

    __tablename__ = "invitations"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(Text)
    organization: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(16))
    parts: Mapped[list[dict[str, str]] | None] = mapped_column(Json)  # of the duty area, as DutyArea has them
    ranges: Mapped[list[list[int]] | None] = mapped_column(Json, deferred=True)
    is_demo: Mapped[bool]  # by a demo account: whose rights are published gives no others
    invited_by: Mapped[str] = mapped_column(Text)
    invited_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class EndedSession(Base):
    """A session somebody signed out of, kept by the hash of its name until its cookie would have run out anyway."""

    __tablename__ = "ended_sessions"
    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    forget_at: Mapped[datetime] = mapped_column(Moment, index=True)
