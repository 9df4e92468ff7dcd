"""The table of notices. A row is a message that was sent and is never changed, but for what took its place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Json, Key, Moment


class Notice(Base):
    """One message. `outline` is a GeoJSON geometry in WGS 84; `earlier` are (sender, identifier, moment) before it.

    Kinds and degrees are the names of `rules`; `message` is alert, update or cancel. The words of a cancel are its
    reason.
    """

    __tablename__ = "notices"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read once by SQLAlchemy, never changed
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    identifier: Mapped[str] = mapped_column(Text, unique=True)
    sender: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    earlier: Mapped[list[list[str]]] = mapped_column(Json)
    replaced_by: Mapped[int | None] = mapped_column(Key)
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)
    is_exercise: Mapped[bool] = mapped_column()
    kind: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    certainty: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    words_en: Mapped[str] = mapped_column(Text)
    words_zh: Mapped[str] = mapped_column(Text)
    area_name: Mapped[str] = mapped_column(Text)
    outline: Mapped[dict[str, Any]] = mapped_column(Json)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime] = mapped_column(Moment, index=True)
    sent_by: Mapped[str] = mapped_column(Text)
