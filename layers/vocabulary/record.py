"""The tables of services, roles, which role serves which, decline reasons, emergency numbers and special days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, SmallInteger, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base


class Service(Base):
    """A service. `slot` is its column in the rollups (s00 … s15): no column is added for a new service.

    Minutes: until a need is to be acknowledged, until it is to be met (both from the report on), and how long an
    organization's claim lasts. review_first: neighbours see a need of a shared place only once it is acknowledged.
    """

    __tablename__ = "services"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, unique=True)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    acknowledge_minutes: Mapped[int] = mapped_column(Integer, server_default="240")
    meet_minutes: Mapped[int] = mapped_column(Integer, server_default="2880")
    claim_minutes: Mapped[int] = mapped_column(Integer, server_default="120")
    review_first: Mapped[bool] = mapped_column(server_default=false())


class ShiftRole(Base):
    """What volunteers on a shift do."""

    __tablename__ = "shift_roles"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)


class ShiftRoleService(Base):
    """A role serves a service."""

    __tablename__ = "shift_role_services"
    role: Mapped[str] = mapped_column(Text, ForeignKey("shift_roles.name"), primary_key=True)
    service: Mapped[str] = mapped_column(Text, ForeignKey("services.name"), primary_key=True)


class DeclineReason(Base):
    """Why a need was declined, as the resident reads it."""

    __tablename__ = "decline_reasons"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)


class EmergencyNumber(Base):
    """Whom to call where a life is in danger, before anything else on the page."""

    __tablename__ = "emergency_numbers"
    number: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)


class SpecialDay(Base):
    """A date on which hours are not those of its weekday. kind: holiday, workday (put on a weekend), closure."""

    __tablename__ = "special_days"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
