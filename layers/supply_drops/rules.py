"""Supply drops 物资点: goods at a place in a time window, and how far they have come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from layers.description import Contribution, Span
from layers.feature_model import FeatureModel
from layers.text import titled

State = Literal["planned", "in_transit", "delivered", "distributed", "cancelled"]

#: A drop counts for its cell from this long before its window opens until the window closes or the goods are there.
DUE_AHEAD = timedelta(hours=24)

MOVES: dict[str, tuple[str, ...]] = {
    "planned": ("in_transit", "cancelled"),
    "in_transit": ("delivered", "planned", "cancelled"),
    "delivered": ("distributed", "in_transit"),
    "distributed": ("delivered",),
    "cancelled": ("planned",),
}


class Item(BaseModel):
    """One line of goods. Money and quantities are decimals."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    item: str = Field(min_length=1, max_length=100)
    quantity: Decimal = Field(ge=0, max_digits=14, decimal_places=3)
    unit: str = Field(default="", max_length=30)
    value: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=2)


class Feature(FeatureModel):
    """A supply drop with its window and goods."""

    name: str = titled(
        "Name", "名称", min_length=1, max_length=200, hxl="#loc+name", aliases=("title", "物资点", "地点")
    )
    state: State = titled("State", "状态", default="planned", aliases=("status",))
    window_from: AwareDatetime = titled("From", "开始时间", aliases=("from", "starts_at", "开始"), hxl="#date+start")
    window_to: AwareDatetime = titled("To", "结束时间", aliases=("to", "ends_at", "结束"), hxl="#date+end")
    items: list[Item] = titled("Items", "物资清单", default_factory=list, max_length=200, aliases=("goods", "物资"))
    compounds_served: list[str] = titled(
        "Compounds served", "服务小区", default_factory=list, max_length=500, aliases=("compounds", "小区")
    )
    organization: str = titled("Organization", "组织", default="", max_length=200, aliases=("org", "单位"), hxl="#org")
    delivered_at: AwareDatetime | None = titled("Delivered at", "送达时间", default=None, aliases=("送达",))

    @model_validator(mode="after")
    def _window_opens_before_it_closes(self) -> Self:
        if self.window_from >= self.window_to:
            raise ValueError("the interval ends before it starts: window_from must be earlier than window_to")
        return self


def contribution(row: Mapping[str, Any]) -> Contribution:
    """One drop due, from 24 hours before its window opens until it closes or the goods have come."""
    if row["state"] == "cancelled":
        return Contribution()
    starts, ends = row["window_from"] - DUE_AHEAD, row["window_to"]
    if row["delivered_at"] is not None:
        ends = min(ends, row["delivered_at"])
    return Contribution(spans=(Span("drops", starts, ends),)) if starts < ends else Contribution()
