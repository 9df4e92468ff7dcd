"""Checkpoints 卡点: what one is, when it is open, and what may happen to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import opening_hours
from pydantic import field_validator

from layers.description import Contribution, Span
from layers.feature_model import FeatureModel
from layers.text import titled

Kind = Literal["compound_entrance", "expressway", "station", "village_road", "market"]
State = Literal["planned", "open", "closed"]

MOVES: dict[str, tuple[str, ...]] = {"planned": ("open", "closed"), "open": ("closed",), "closed": ("open",)}


class Feature(FeatureModel):
    """A place where passage is controlled. `hours` is OpenStreetMap opening_hours text; without it, always."""

    name: str = titled(
        "Name", "卡点名称", min_length=1, max_length=200, hxl="#loc+name",
        aliases=("title", "名称", "卡点", "collectionpoint", "poi_name", "site name", "point"),
    )  # fmt: skip
    kind: Kind = titled("Kind", "类型", default="compound_entrance", aliases=("type", "类别", "卡点类型"))
    hours: str = titled(
        "Hours", "开放时间", default="", max_length=400, aliases=("opening_hours", "时间", "servicehours")
    )
    state: State = titled("State", "状态", default="open", aliases=("status",))
    staff_wanted: int = titled("Staff wanted", "所需人手", default=0, ge=0, le=1000, aliases=("staff", "人手"))
    passed: int = titled("Passed", "放行人次", default=0, ge=0, le=10**8, aliases=("放行",))
    temperature_high: int = titled("Temperature high", "体温异常人次", default=0, ge=0, le=10**8, aliases=("发热",))
    referred: int = titled("Referred", "转送人次", default=0, ge=0, le=10**8, aliases=("转送",))
    compound: str | None = titled("Compound", "所属小区", default=None, max_length=200)

    @field_validator("hours")
    @classmethod
    def _hours_are_readable(cls, value: str) -> str:
        if value and not opening_hours.validate(value):
            raise ValueError(f"opening hours not understood: {value!r}; write them like 'Mo-Fr 06:00-22:00'")
        return value


def contribution(row: Mapping[str, Any]) -> Contribution:
    """One checkpoint while it is open, within its hours."""
    if row["state"] != "open":
        return Contribution()
    return Contribution(spans=(Span("checkpoints", row["valid_from"], row["valid_to"], hours=row["hours"]),))
