"""Quarantine zones 封控区 / 管控区 / 防范区: levels, and what may happen to a zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from layers.description import Contribution, Span
from layers.feature_model import FeatureModel
from layers.text import titled

Level = Literal["lockdown", "control", "precaution"]
State = Literal["drafted", "proposed", "in_force", "lifted"]

#: Higher is stricter; a cell has the highest that holds over any part of it.
RANK = {"precaution": 1, "control": 2, "lockdown": 3}

MOVES: dict[str, tuple[str, ...]] = {
    "drafted": ("proposed",),
    "proposed": ("in_force", "drafted"),
    "in_force": ("lifted",),
    "lifted": ("in_force",),
}


class Feature(FeatureModel):
    """A closed area by order of an authority."""

    name: str = titled(
        "Name",
        "名称",
        min_length=1,
        max_length=200,
        hxl="#loc+name",
        aliases=("title", "区域", "小区", "zone"),
    )
    level: Level = titled("Level", "等级", aliases=("zone_level", "管理等级", "类别", "type", "级别"), hxl="#severity")
    order_reference: str = titled("Order reference", "通告文号", default="", max_length=200, aliases=("order", "文号"))
    reason: str = titled("Reason", "原因", default="", max_length=1000, aliases=("原因说明",))
    state: State = titled("State", "状态", default="in_force", aliases=("status",))


def may_put_in_force(proposed_by: str | None, name: str) -> bool:
    """Whether somebody may put a zone into force: nobody closes a street alone."""
    return proposed_by is None or proposed_by != name


def ends_later(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether a zone is lifted as of a moment still to come, because a newer version takes its place then."""
    return row["state"] == "lifted" and row["valid_to"] is not None and row["valid_to"] > at


def contribution(row: Mapping[str, Any]) -> Contribution:
    """The zone's level over its cells, from it came into force until it is lifted."""
    if row["state"] not in ("in_force", "lifted"):
        return Contribution()
    return Contribution(spans=(Span("zone", row["valid_from"], row["valid_to"], first=RANK[row["level"]]),))
