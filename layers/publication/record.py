"""The tables of publications: the only thing about needs that the public is answered from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Cell, Json, Key, Moment


class Publication(Base):
    """One publication. `slot` is its place on the clock, so that two clocks never publish the same one twice."""

    __tablename__ = "publications"
    number: Mapped[int] = mapped_column(Key, primary_key=True)
    slot: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class PublishedCell(Base):
    """One cell that carries need figures in one publication: total and services in steps of k, rounded down."""

    __tablename__ = "published_cells"
    number: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(Cell, primary_key=True, autoincrement=False)
    res: Mapped[int] = mapped_column(SmallInteger)
    needs: Mapped[int] = mapped_column(Integer)
    services: Mapped[dict[str, int]] = mapped_column(Json)
