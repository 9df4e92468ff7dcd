"""The table of closed months: what was published of each, as it was when the month closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Json, Moment


class ClosedMonth(Base):
    """A calendar month ("2026-03"), computed once: a later purge does not change it. For `figures` see `rules`."""

    __tablename__ = "closed_months"
    month: Mapped[str] = mapped_column(Text, primary_key=True)
    computed_at: Mapped[datetime] = mapped_column(Moment)
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
