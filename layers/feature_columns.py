"""The columns that the tables of all layers share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import Key, Moment


class FeatureColumns:
    """Identity and validity of a feature.

    `since` is the moment from which the version in this row holds, when a move changed it while it was running;
    what held before stays in the spans and deltas already written. Numbers of removed features are never given again,
    because the journal still speaks of them.
    """

    __table_args__: Any = {"sqlite_autoincrement": True}  # noqa: RUF012 - read once by SQLAlchemy, never changed

    id: Mapped[int] = mapped_column(Key, primary_key=True, sort_order=-10)
    source_id: Mapped[str | None] = mapped_column(Text, unique=True, sort_order=-9)
    valid_from: Mapped[datetime | None] = mapped_column(Moment, sort_order=90)
    valid_to: Mapped[datetime | None] = mapped_column(Moment, sort_order=91)
    since: Mapped[datetime | None] = mapped_column(Moment, sort_order=92)
    changed_at: Mapped[datetime] = mapped_column(Moment, sort_order=93)
