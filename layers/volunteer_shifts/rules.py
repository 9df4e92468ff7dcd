"""Volunteer shifts 志愿班次: who covers which cells in which role, from when to when, and whose each place is."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self

from pydantic import field_validator, model_validator

from layers.description import Contribution, Span
from layers.feature_model import FeatureModel, FeatureMoment
from layers.text import titled

State = Literal["open", "cancelled"]

#: Of a place by link: "taken"; "waiting" for one that gets free; "given_up" or "handed_on" to somebody else.
PlaceState = Literal["taken", "waiting", "given_up", "handed_on"]

MOVES: dict[str, tuple[str, ...]] = {"open": ("cancelled",), "cancelled": ("open",)}

#: Places of one shift. More than this is a whole organization, to be published as several shifts.
MOST_PLACES = 10_000

#: Of a volunteer: as they want to be called, and a number or address to reach them. No more is asked.
NAME_LONGEST, CONTACT_LONGEST = 80, 100

#: How long name and contact are kept after the volunteer's last shift ended. Longer helps to answer a question about
#: hours, shorter leaves less to be stolen; volunteers read this number where they leave their contact.
CONTACTS_KEPT = timedelta(days=30)

#: People on the waiting list of one shift. Who comes later than this gets no place any more; it is a flood.
MOST_WAITING = 100

#: How long before a shift somebody can check in at its post: who sets up comes early.
EARLIEST_IN = timedelta(hours=1)

#: How long after a shift its post still shows codes: who leaves last checks out last.
LATEST_OUT = timedelta(hours=2)

#: Time at a post is kept and counted in these: enough to thank for, too coarse to follow somebody by.
HALF_HOUR = timedelta(minutes=30)


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
    places_own: int | None = titled(
        "Own people among them", "其中本组织人员", default=None, ge=0, le=MOST_PLACES, aliases=("own",)
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
        if self.places_filled > self.places_wanted or (self.places_own or 0) > self.places_wanted:
            raise ValueError("more places are filled than wanted")
        return self


def contribution(row: Mapping[str, Any]) -> Contribution:
    """Places wanted and filled while the shift is on duty; the role says what it serves."""
    if row["state"] != "open":
        return Contribution()
    span = Span("shift", row["starts_at"], row["ends_at"], row["places_wanted"], row["places_filled"], tag=row["role"])
    return Contribution(spans=(span,))


def filled(wanted: int, own: int, taken: int) -> int:
    """Places filled: an organization's own people beside those who took a place by link, never more than wanted.

    >>> filled(4, own=1, taken=2), filled(4, own=3, taken=2)
    (3, 4)
    """
    return min(wanted, own + taken)


def is_over(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether the shift in `row` has ended by a moment."""
    return bool(row["ends_at"] <= at)


def takes_places(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether places of the shift in `row` can be taken, handed on and moved up to at a moment."""
    return row["state"] == "open" and not is_over(row, at)


def shows_codes(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether somebody may check in or out at the post of the shift in `row` at a moment."""
    return bool(row["state"] == "open" and row["starts_at"] - EARLIEST_IN <= at < row["ends_at"] + LATEST_OUT)


def half_hour_of(row: Mapping[str, Any], at: datetime) -> datetime:
    """The half-hour of the clock nearest to a moment, of the time the shift in `row` lasts: nobody is thanked for
    coming early or staying on.
    """
    within: datetime = min(max(at, row["starts_at"]), row["ends_at"])
    since_epoch = within - datetime.fromtimestamp(0, UTC) + HALF_HOUR / 2
    return datetime.fromtimestamp(0, UTC) + since_epoch // HALF_HOUR * HALF_HOUR


#: Joiners, which write Persian and Indic names and emoji of several parts; alone they are nothing.
JOINERS = "\u200c\u200d"


def cleaned(text: str) -> str:
    """A name or contact as it is kept: on one line, without characters that nobody can see or that turn the order of
    what stands beside them; "" where nothing is left to see.
    """
    spaced = "".join(" " if c in "\n\r\t" else c for c in text)
    shown = "".join(c for c in spaced if c in JOINERS or unicodedata.category(c) not in ("Cc", "Cf"))
    return " ".join(shown.split()) if any(unicodedata.category(c)[0] in "LNPS" for c in shown) else ""
