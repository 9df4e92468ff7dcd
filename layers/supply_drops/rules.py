"""Supply drops 物资点: goods at a place in a time window, and how far they have come."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layers.description import Contribution, Span
from layers.feature_model import FeatureModel, FeatureMoment
from layers.supply_drops.units import FINEST
from layers.text import titled

State = Literal["planned", "in_transit", "delivered", "distributed", "cancelled"]

#: A quantity, or what one is worth, is at most so much; more is a slip of the finger.
MOST = Decimal(10**10)

#: The longest that the goods of one round are taken to last, in days.
MOST_DAYS = 3660

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
    per_day: Decimal | None = Field(default=None, gt=0, max_digits=14, decimal_places=3)  # what a household uses up


class Feature(FeatureModel):
    """A supply drop with its window and goods."""

    name: str = titled(
        "Name", "名称", min_length=1, max_length=200, hxl="#loc+name", aliases=("title", "物资点", "地点")
    )
    state: State = titled("State", "状态", default="planned", aliases=("status",))
    window_from: FeatureMoment = titled("From", "开始时间", aliases=("from", "starts_at", "开始"), hxl="#date+start")
    window_to: FeatureMoment = titled("To", "结束时间", aliases=("to", "ends_at", "结束"), hxl="#date+end")
    items: list[Item] = titled("Items", "物资清单", default_factory=list, max_length=200, aliases=("goods", "物资"))
    compounds_served: list[str] = titled(
        "Compounds served", "服务小区", default_factory=list, max_length=500, aliases=("compounds", "小区")
    )
    organization: str = titled("Organization", "组织", default="", max_length=200, aliases=("org", "单位"), hxl="#org")
    delivered_at: FeatureMoment | None = titled("Delivered at", "送达时间", default=None, aliases=("送达",))

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


def row_at(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The drop in `row` as it stood at a moment: before its goods had come it was planned, also where a list told only
    how it ended.
    """
    had_come = (
        row["delivered_at"] is None or row["delivered_at"] <= at or row["state"] not in ("delivered", "distributed")
    )
    return row if had_come else {**row, "state": "planned"}


def as_public(row: dict[str, Any]) -> dict[str, Any]:
    """The drop in `row` with its goods as everybody may know them.

    Of a plan by which those who asked for care get more they say no amounts: over the households of the compounds,
    which are public, an amount would tell how many asked.
    """
    if (row["plan"] or {}).get("rule") != "care":
        return row
    kept = [{name: said for name, said in one.items() if name not in ("quantity", "value")} for one in row["items"]]
    return {**row, "items": kept}


def is_late(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether the window of the drop in `row` has opened and its goods are not there."""
    return bool(row["state"] in ("planned", "in_transit") and row["window_from"] <= at)


def may_move(row: Mapping[str, Any], to_state: str) -> bool:
    """Whether the drop in `row` may go to a state. Where households were served goods were there: it does not go back
    to where none were said to be, until the households are taken back.
    """
    is_bare = to_state == "planned" or (row["state"], to_state, row["arrived"]) == ("delivered", "in_transit", None)
    return to_state in MOVES[row["state"]] and not (row["served"] and is_bare)


def may_serve(row: Mapping[str, Any]) -> bool:
    """Whether goods can be handed over at the drop in `row`: they are there, or some of them are."""
    return row["state"] == "delivered" or (row["state"] == "in_transit" and bool(row["arrived"]))


def round_of(row: Mapping[str, Any]) -> str:
    """The round in which a household is served once: that of the plan, or the drop alone where it is of none.

    No plan's round has a colon in its name.
    """
    return row["round"] or f"drop:{row['id']}"


def arrived_of(row: Mapping[str, Any]) -> list[Decimal]:
    """How much of each item of the drop in `row` is there: as it was said, else all of it once it is delivered.

    What was said of another list of goods, which was put right since, counts no more.
    """
    if row["arrived"] is not None and len(row["arrived"]) == len(row["items"]):
        return [Decimal(one) for one in row["arrived"]]
    is_there = row["state"] in ("delivered", "distributed")
    return [Decimal(str(one["quantity"])) if is_there else Decimal(0) for one in row["items"]]


def is_amount(quantity: Decimal) -> bool:
    """Whether there can be so much of an item: from 0 to MOST, to the thousandth."""
    return quantity.is_finite() and 0 <= quantity <= MOST and quantity == quantity.quantize(FINEST)


def needed_again(row: Mapping[str, Any]) -> datetime | None:
    """When the first of the goods is used up: what a household gets, over what it uses in a day, in whole days from the
    start of the window. None where either is not known, or it lasts for years: then a figure was a slip of the hand.
    """
    uses = {one["item"]: Decimal(str(one["per_day"])) for one in row["items"] if one.get("per_day")}
    rations = [ration for group in (row["plan"] or {}).get("groups", ()) for ration in group["rations"]]
    lasting = [Decimal(one["quantity"]) / uses[one["item"]] for one in rations if one["item"] in uses]
    days = min(lasting, default=MOST_DAYS + 1)
    began: datetime = row["window_from"]
    return began + timedelta(days=int(days)) if days <= MOST_DAYS else None


#: What is written around the number of a building, a staircase or a door, and means nothing.
_AROUND = re.compile(
    r"[^0-9a-z\u4e00-\u9fff]+|号楼|号|栋|幢|楼|座|单元|室|户|弄|门|building|block|unit|room|flat|no(?=\d)"
)
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def door(text: str) -> str:
    """A building or a door as it is compared: "03号楼" is "3栋", "2单元 401室" is "2-401"."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _ZEROS.sub("", "-".join(part for part in _AROUND.split(plain) if part))


def household_token(key: bytes, round_name: str, shown: Sequence[str]) -> str:
    """What is kept of a household that was served: a keyed hash of what it showed, of use in one round only.

    shown: ("card", code), or ("door", compound, building, unit); a staircase may stand with the building or with the
    door. Without the key nobody can find out which household it was, not even by trying every door; in another round
    it is another one. Raises ValueError where nothing is shown.
    """
    kind, first, *doors = shown
    name, said = plain(first), [door(one) for one in doors]
    if not name or not all(said):
        raise ValueError("a household shows its card, or its compound, building and door")
    return hmac.new(key, "\x1f".join((round_name, kind, name, "-".join(said))).encode(), hashlib.sha256).hexdigest()[
        :32
    ]


def plain(text: str) -> str:
    """The name of a compound or the code of a card as it is compared: letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
