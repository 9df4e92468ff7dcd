"""Checkpoints 卡点: what one is, when it is open, and what may happen to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

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


# ---- what is counted at the gate -------------------------------------------------------------------------------

Counted = Literal["passed", "temperature_high", "referred"]
COUNTED: tuple[Counted, ...] = get_args(Counted)

QUARTER = timedelta(minutes=15)

#: A press that is older when it arrives is not taken: nobody at the gate remembers what it was, and a phone whose clock
#: was put right by months in between would spread its count over a record that others have read.
OLDEST = timedelta(days=1)

#: How long the key of a press is known. Longer than OLDEST by days, so that a clock put right meanwhile counts nothing
#: twice; shorter keeps the table small (a busy gate has some thousand presses a day).
KEYS_KEPT = timedelta(days=8)

#: The most that one press stands for: a bus or a tram that is waved through.
MOST_AT_ONCE = 100

#: Presses in one message; a phone that was away sends several messages.
MOST_PRESSES = 500

NOTE_LONGEST = 80

Refusal = Literal["too_old", "closed", "over"]


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button as the phone tells it; `at` is by the phone's own clock."""

    key: str
    kind: Counted
    at: datetime
    count: int = 1
    undone: bool = False


def moment_of(pressed_at: datetime, sent_at: datetime, received_at: datetime) -> datetime:
    """When a press was made, by the service's clock.

    A phone's clock may be wrong by hours, so only how long ago is taken from it: `pressed_at` and `sent_at` are both
    its own. One that says it was pressed after it was sent was set back meanwhile: it counts as of its arrival.
    However long ago, it is not more than twice OLDEST: that is too old in any case.
    """
    return received_at - min(max(sent_at - pressed_at, timedelta(0)), 2 * OLDEST)


def quarter_of(moment: datetime) -> datetime:
    """The beginning of the quarter of an hour, which every time zone has in common."""
    return moment - (moment - datetime(1970, 1, 1, tzinfo=UTC)) % QUARTER


def refusal(
    row: Mapping[str, Any], pressed_at: datetime, received_at: datetime, until: datetime | None = None
) -> Refusal | None:
    """Why a press is not taken: older than a day, made after the checkpoint in `row` was closed or before it opened,
    or after `until`, when the link of who pressed was over.

    What was pressed while it was open counts also when it arrives after the closing. Hours do not matter: who passes
    is counted.
    """
    if received_at - pressed_at > OLDEST:
        return "too_old"
    if row["state"] == "planned" or (row["state"] == "closed" and pressed_at >= (row["since"] or pressed_at)):
        return "closed"
    return "over" if until is not None and pressed_at > until else None


def names_somebody(note: str) -> bool:
    """Whether a note of a hand-over holds a telephone number or an address of mail: it says which shift, not who."""
    return "@" in note or re.search(r"(?:\d[ -]?){7}", note) is not None
