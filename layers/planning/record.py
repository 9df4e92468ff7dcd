"""The tables of planning: what need weighs, and the plans that were kept with what they were made from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Double, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Json, Key, Moment


class PlanningWeight(Base):
    """One weight of need, by kind and name (layers.planning.rules.KINDS says what each is)."""

    __tablename__ = "planning_weights"
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    weight: Mapped[float] = mapped_column(Double)


class KeptPlan(Base):
    """A plan as it was made: what was asked, the weights and the journal's number it was made from, and its content.

    Nothing in it is finer than a cell of resolution 11. `shifts` are the numbers of the shifts it was published as.
    `follows` is the plan it is a new version of, which stays as it was; `terms` is what it had to keep to.
    """

    __tablename__ = "plans"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read once by SQLAlchemy, never changed

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(Text)
    organization: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    volunteers: Mapped[int] = mapped_column(Integer)
    minutes: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    box: Mapped[list[float] | None] = mapped_column(Json)
    weights: Mapped[dict[str, Any]] = mapped_column(Json)
    seq: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    shifts: Mapped[list[int]] = mapped_column(Json)
    follows: Mapped[int | None] = mapped_column(Key, index=True)
    terms: Mapped[dict[str, Any]] = mapped_column(Json)


class CellClaim(Base):
    """ "We look after this until then": an organization's word for some cells (resolution 11), near a compound.

    It ends by itself at `until`, or earlier where it was handed back at `ended_at`.
    """

    __tablename__ = "cell_claims"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - as above

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    organization: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    near: Mapped[str] = mapped_column(Text)
    cells: Mapped[list[int]] = mapped_column(Json)
