"""The tables of services, roles, and which role serves which service."""

from __future__ import annotations

from sqlalchemy import ForeignKey, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base


class Service(Base):
    """A service. `slot` is its column in the rollups (s00 … s15): no column is added for a new service."""

    __tablename__ = "services"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, unique=True)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)


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
