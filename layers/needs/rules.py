"""Needs 需求: what one is, the states it goes through, and what it adds to its cell."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import AwareDatetime, field_validator

from layers.description import Contribution
from layers.feature_model import FeatureModel
from layers.text import Text, titled

if TYPE_CHECKING:
    from layers.vocabulary.queries import Times

Urgency = Literal["ordinary", "urgent"]
Channel = Literal["web", "phone", "proxy", "paper", "file"]
State = Literal["reported", "acknowledged", "assigned", "met", "confirmed", "duplicate", "declined", "withdrawn"]

OPEN = ("reported", "acknowledged", "assigned")

#: Only these count for the public: somebody has looked at them. Four false pins must not unmask the fifth.
PUBLISHED = ("acknowledged", "assigned")

#: States in which the resident may say how good the help was.
MAY_RATE = ("met", "confirmed")

CLOSED_FROM_OPEN = ("duplicate", "declined", "withdrawn")

#: Every legal move, by the state it starts from. `duplicate`, `declined` and `withdrawn` may be taken back only to
#: the state before, which `may_move` checks against the need's own `state_before`.
MOVES: dict[str, tuple[str, ...]] = {
    "reported": ("acknowledged", *CLOSED_FROM_OPEN),
    "acknowledged": ("assigned", *CLOSED_FROM_OPEN),
    "assigned": ("met", "acknowledged", *CLOSED_FROM_OPEN),
    "met": ("confirmed", "assigned"),
    "confirmed": (),
    "duplicate": OPEN,
    "declined": OPEN,
    "withdrawn": OPEN,
}

WORDS_LONGEST = 2000

#: How long what is private is kept after a need came to rest. Longer helps to answer a complaint about a delivery,
#: shorter leaves less to be stolen; residents read this number where they leave their contact.
PRIVATE_KEPT = timedelta(days=30)

#: Of whoever goes, as they want to be called.
NAME_LONGEST = 80


def plain(text: str) -> str:
    """The text without control characters, which no store takes and nobody can see; lines and tabs stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


class Feature(FeatureModel):
    """A need as it is reported. The exact place, words and contact go to the private table."""

    service: str = titled("Service", "服务", min_length=1, max_length=40, hxl="#sector",
                          aliases=("category", "kind", "类型", "需求类型", "need_types", "complaint type"))  # fmt: skip
    urgency: Urgency = titled("Urgency", "紧急程度", default="ordinary", aliases=("urgent", "priority", "紧急"))
    people: int = titled("People affected", "涉及人数", default=1, ge=1, le=100_000, hxl="#affected", aliases=("人数",))
    words: str = titled("Words", "说明", default="", max_length=WORDS_LONGEST, aliases=("description", "text", "内容"))
    contact: str = titled("Contact", "联系方式", default="", max_length=200, aliases=("phone", "电话", "联系电话"))
    compound: str = titled("Compound", "小区", default="", max_length=200)
    building: str = titled("Building", "楼栋", default="", max_length=60)
    unit: str = titled("Unit", "单元室号", default="", max_length=60)
    shared: bool = titled("Of a shared place", "公共处所", default=False)
    consent: bool | None = titled("The person knows of it", "本人知情", default=None)
    channel: Channel = titled("Channel", "渠道", default="web")
    language: str = titled("Language", "语言", default="zh", max_length=20)
    reported_at: AwareDatetime | None = titled("Reported at", "报告时间", default=None, hxl="#date+reported",
                                               aliases=("created", "created date", "time", "时间"))  # fmt: skip
    state: State = titled("State", "状态", default="reported", aliases=("status",))

    @field_validator("words", "contact", "compound", "building", "unit")
    @classmethod
    def _no_control_characters(cls, value: str) -> str:
        return plain(value)

    @field_validator("service")
    @classmethod
    def _service_is_a_word(cls, value: str) -> str:
        return value.lower().replace(" ", "_")


def may_move(state: str, to_state: str, state_before: str | None) -> bool:
    """Whether a need may go from `state` to `to_state`, whoever asks."""
    if state in CLOSED_FROM_OPEN:
        return to_state == state_before
    return to_state in MOVES[state]


def acknowledge_by(row: Mapping[str, Any], times: Times) -> datetime:
    """Until when the need in `row` is to be looked at, by the response time of its service."""
    reported: datetime = row["reported_at"]
    return reported + times.acknowledge


def meet_by(row: Mapping[str, Any], times: Times) -> datetime:
    """Until when the need in `row` is to be met. It runs from the report, also of a need that was not met after all."""
    reported: datetime = row["reported_at"]
    return reported + times.meet


def overdue(row: Mapping[str, Any], times: Times, at: datetime) -> Literal["acknowledge", "meet"] | None:
    """What is late about the need in `row` at a moment: to be met, else to be acknowledged; None for nothing.

    Only open needs are late: of one that is met the resident has the next word, of one that is closed nobody.
    """
    if row["state"] in OPEN and at > meet_by(row, times):
        return "meet"
    if row["state"] == "reported" and at > acknowledge_by(row, times):
        return "acknowledge"
    return None


#: Why a need went back to everyone when the end of its claim came.
LAPSED = "lapsed"

#: Why a need went from one organization to another.
HANDED_OVER = "handed_over"

#: Why an organization gives a need back: what is kept, and how it is told.
HAND_BACK: Mapping[str, Text] = MappingProxyType(
    {
        "no_time": Text("We cannot make it in time", "我们来不及"),
        "not_there": Text("Nobody opened or answered", "无人应门或接听"),
        "no_goods": Text("We do not have what is needed", "我们没有所需的物品"),
        "no_way_in": Text("We could not get in", "我们无法进入"),
        "other_help": Text("Another kind of help is needed", "需要其他类型的帮助"),
    }
)

#: Why a need's last step is taken back: a fixed list, because words of one's own would carry names and addresses into
#: the journal.
MISTAKES: Mapping[str, Text] = MappingProxyType(
    {
        "pressed_by_mistake": Text("Pressed by mistake", "误操作"),
        "meant_for_another": Text("It was meant for another one", "本应操作另一条"),
        "turned_out_differently": Text("It turned out differently", "情况与当时所知不符"),
    }
)

#: Needs taken, or told the same of, at once: what one person can carry out in a day, and no transaction too long.
MOST_IN_A_ROUND = 60

#: What a need loses when it goes back to everyone.
UNCLAIMED: Mapping[str, Any] = MappingProxyType(
    {"organization": None, "taken_by": None, "claim_until": None, "claim_extended": False, "assigned_at": None}
)


def has_lapsed(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether the claim on the need in `row` has ended by a moment. One without an end does not."""
    return row["state"] == "assigned" and row["claim_until"] is not None and row["claim_until"] <= at


def row_at(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The need in `row` as everybody is to see it at a moment: a claim that has ended is no claim, also before the
    clock has written that down.
    """
    if not has_lapsed(row, at):
        return row
    ended = row["claim_until"]
    return {**row, **UNCLAIMED, "state": "acknowledged", "reason": LAPSED, "since": ended, "changed_at": ended}


def may_take(row: Mapping[str, Any], organization: str) -> bool:
    """Whether an organization may take the need in `row`: it waits for somebody, or was given to it."""
    return row["state"] == "acknowledged" or (is_held(row, organization) and not is_taken(row, organization))


def is_held(row: Mapping[str, Any], organization: str) -> bool:
    """Whether the need in `row` is an organization's at present."""
    return bool(organization) and row["state"] == "assigned" and row["organization"] == organization


def is_taken(row: Mapping[str, Any], organization: str) -> bool:
    """Whether somebody of the organization goes for the need in `row`; else it was given and waits to be taken up."""
    return is_held(row, organization) and row["taken_by"] is not None


def may_extend(row: Mapping[str, Any]) -> bool:
    """Whether the claim on the need in `row` may be given its time once more."""
    return row["claim_until"] is not None and not row["claim_extended"]


def contribution(row: Mapping[str, Any]) -> Contribution:
    """One open need under its service's slot; urgent and taken ones are counted apart as well."""
    if row["state"] not in OPEN:
        return Contribution()
    amounts = {f"s{row['slot']:02d}": 1}
    if row["urgency"] == "urgent":
        amounts["urgent"] = 1
    if row["state"] == "assigned":
        amounts[f"t{row['slot']:02d}"] = 1
    return Contribution(amounts=amounts)


def household_of(key: bytes, contact: str, compound: str, building: str, unit: str) -> str | None:
    """A keyed hash that is the same for the same household: by contact, else by compound, building and unit.

    None where neither is known; such needs are told apart by place alone (20 m).
    """
    digits = "".join(c for c in contact if c.isalnum()).lower()
    if digits:
        known = f"contact\x1f{digits}"
    elif compound and building and unit:
        known = "\x1f".join(("place", compound, building, unit)).lower()
    else:
        return None
    return hmac.new(key, known.encode(), hashlib.sha256).hexdigest()[:32]
