"""Volunteer shifts 志愿班次: who covers which cells in which role, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import field_validator, model_validator

from layers.description import Contribution, Span
from layers.feature_model import FeatureModel, FeatureMoment
from layers.text import titled

State = Literal["open", "cancelled"]

MOVES: dict[str, tuple[str, ...]] = {"open": ("cancelled",), "cancelled": ("open",)}

#: Places of one shift. More than this is a whole organization, to be published as several shifts.
MOST_PLACES = 10_000


class Feature(FeatureModel):
    """A shift: an organization covers an area in a role. The area is a geometry, `cells`, or `compounds`."""

    organization: str = titled(
        "Organization", "组织", min_length=1, max_length=200, aliases=("org", "单位", "志愿组织"), hxl="#org"
    )
    role: str = titled("Role", "岗位", min_length=1, max_length=40, aliases=("岗位类型", "服务类型"), hxl="#activity")
    starts_at: FeatureMoment = titled("Starts", "开始", aliases=("from", "start", "开始时间"), hxl="#date+start")
    ends_at: FeatureMoment = titled("Ends", "结束", aliases=("to", "end", "结束时间"), hxl="#date+end")
    places_wanted: int = titled("Places wanted", "需要人数", ge=1, le=MOST_PLACES, aliases=("wanted", "需要"))
    places_filled: int = titled(
        "Places filled", "到岗人数", default=0, ge=0, le=MOST_PLACES, aliases=("filled", "到岗")
    )
    state: State = titled("State", "状态", default="open", aliases=("status",))
    note: str = titled("Note", "备注", default="", max_length=1000, aliases=("说明",))
    cells: list[str] = titled("Cells", "单元", default_factory=list, max_length=5000)
    compounds: list[str] = titled("Compounds", "小区", default_factory=list, max_length=500)

    @field_validator("role")
    @classmethod
    def _role_is_a_word(cls, value: str) -> str:
        return value.lower().replace(" ", "_")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.starts_at >= self.ends_at:
            raise ValueError("the interval ends before it starts: starts_at must be earlier than ends_at")
        if self.places_filled > self.places_wanted:
            raise ValueError("more places are filled than wanted")
        return self


def contribution(row: Mapping[str, Any]) -> Contribution:
    """Places wanted and filled while the shift is on duty; the role says what it serves."""
    if row["state"] != "open":
        return Contribution()
    span = Span("shift", row["starts_at"], row["ends_at"], row["places_wanted"], row["places_filled"], tag=row["role"])
    return Contribution(spans=(span,))
