"""One need's whole story: what happened to it in plain words, and which other needs are likely the same one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from data import boxes, journal
from data.journal import JournalRow
from geo.coordinates import Box
from geo.distances import great_circle_m
from layers.actor import RESIDENT
from layers.event import Event
from layers.needs import LAYER
from layers.needs.record import Need, NeedMessage, NeedPhoto, NeedPrivate
from layers.needs.rules import HAND_BACK, HANDED_OVER, LAPSED, MISTAKES, OPEN
from layers.text import Text
from layers.triage.rules import NEAR_M, same_need
from layers.vocabulary.queries import decline_reasons

#: Likely duplicates shown; a tower in which more people ask for the same on one day is shown as a building anyway.
MOST_LIKELY = 10

#: Half the side of the box asked for neighbours, in degrees of latitude: NEAR_M and a little more.
NEAR_DEGREES = NEAR_M * 1.1 / 111_000

MOVED = {
    "acknowledged": Text("Acknowledged", "已受理"),
    "assigned": Text("Given to an organization", "已交给组织"),
    "met": Text("Help was given", "已提供帮助"),
    "confirmed": Text("The resident confirmed that help came", "居民确认已得到帮助"),
    "duplicate": Text("Merged with another need", "已与另一需求合并"),
    "declined": Text("Declined", "未受理"),
    "withdrawn": Text("Withdrawn by the resident", "居民已撤回"),
}

#: Moves whose words depend on where the need came from.
MOVED_BACK = {
    ("assigned", "acknowledged"): Text("Handed back: waits for an organization again", "已退回，重新等待组织"),
    ("met", "assigned"): Text("The resident said that help did not come", "居民表示未得到帮助"),
    ("duplicate", ""): Text("Taken out of the merge again", "已取消合并"),
    ("declined", ""): Text("The refusal was taken back", "已撤销不受理"),
    ("withdrawn", ""): Text("The withdrawal was taken back", "已取消撤回"),
}

#: What only a resident says is said otherwise of staff who take their own step back.
NOT_MET_AFTER_ALL = Text("Taken back: help was not given after all", "撤回：尚未提供帮助")

DONE = {
    "create": Text("Reported", "已报告"),
    "update": Text("Details were put right", "信息已更正"),
    "rate": Text("The resident rated the help", "居民已评价"),
    "voice": Text("A neighbour said “me too”", "有邻居表示同样需要"),
    "read_contact": Text("Words and contact were read", "已查看说明与联系方式"),
    "take": Text("Taken up by the organization", "组织已认领"),
    "extend": Text("The claim was given its time once more", "认领时间已延长一次"),
    "hand_on": Text("Somebody else of the organization goes", "已改由组织内其他人前往"),
    "meet_in_part": Text("Met in part: something is still missing", "部分满足：仍有缺少"),
    "read_photo": Text("A photo was looked at", "已查看照片"),
    "hide_words": Text("The words were hidden", "说明已隐藏"),
    "show_words": Text("The words were shown again", "说明已恢复显示"),
}

SAID = {
    "words": Text("The resident added words", "居民补充了说明"),
    "message": Text("A message was sent to the resident", "已给居民留言"),
    "given": Text("What was given was noted", "已记录提供的物品"),
    "reason": Text("A reason was noted", "已记录原因"),
}

#: Reasons that Linli or an organization has for giving a need back, beside those for declining.
GIVEN_BACK = {
    LAPSED: Text("The time of the claim ended", "认领时间已到"),
    HANDED_OVER: Text("Handed over to another organization", "已转交其他组织"),
    **HAND_BACK,
    **MISTAKES,
}

#: For whatever is added to needs one day and has no words here yet.
OTHERWISE = Text("Something was changed", "有更改")


def events(session: Session, need_id: int) -> list[Event]:
    """What happened to a need, oldest first."""
    reasons = {**decline_reasons(session), **GIVEN_BACK}
    return [_event(row, reasons) for row in journal.story(session, LAYER.name, need_id)]


def _event(row: JournalRow, reasons: Mapping[str, Text]) -> Event:
    given = (row.details or {}).get("reason")
    reason = None if not given else reasons.get(given, Text(given, given))
    return Event(
        row.seq, row.effective_at, row.actor, row.role, row.verb, row.from_state, row.to_state, _words(row), reason,
        row.details or {},
    )  # fmt: skip


def _words(row: JournalRow) -> Text:
    if row.verb == "move":
        if (row.from_state, row.to_state) == ("met", "assigned") and row.role != RESIDENT.role:
            return NOT_MET_AFTER_ALL
        back = MOVED_BACK.get((row.from_state or "", row.to_state or "")) or MOVED_BACK.get((row.from_state or "", ""))
        return back or MOVED.get(row.to_state or "", OTHERWISE)
    if row.verb == "say":
        return SAID.get((row.details or {}).get("kind", ""), OTHERWISE)
    if row.verb == "update" and "leaf" in (row.details or {}).get("changed", ()):
        return Text("The place was put right", "位置已更正")
    return DONE.get(row.verb, OTHERWISE)


def last_move(session: Session, need_id: int) -> Event | None:
    """Who moved a need last; None where it was never moved."""
    return next((event for event in reversed(events(session, need_id)) if event.verb == "move"), None)


def photo_count(session: Session, need_id: int) -> int:
    """How many photos a need has."""
    return session.execute(select(func.count()).where(NeedPhoto.need_id == need_id)).scalar_one()


def messages(session: Session, need_id: int) -> list[dict[str, Any]]:
    """What was said about a need, oldest first: `at`, `sender`, `signed`, `kind`, `text`. Private."""
    columns = (NeedMessage.at, NeedMessage.sender, NeedMessage.signed, NeedMessage.kind, NeedMessage.text)
    query = select(*columns).where(NeedMessage.need_id == need_id).order_by(NeedMessage.id)
    return [dict(row) for row in session.execute(query).mappings()]


def photos(session: Session, need_id: int) -> list[dict[str, Any]]:
    """A need's photos without their bytes: `id`, `width`, `height`. Private."""
    query = select(NeedPhoto.id, NeedPhoto.width, NeedPhoto.height).where(NeedPhoto.need_id == need_id)
    return [dict(row) for row in session.execute(query.order_by(NeedPhoto.id)).mappings()]


def photo(session: Session, need_id: int, photo_id: int) -> bytes | None:
    """The JPEG of one photo of a need; None where there is none. Private."""
    query = select(NeedPhoto.jpeg).where(NeedPhoto.need_id == need_id, NeedPhoto.id == photo_id)
    return session.execute(query).scalar()


@dataclass(frozen=True, slots=True)
class Likely:
    """Another open need that is likely the same: why ("household", "home", "near") and how many metres away."""

    row: dict[str, Any]
    why: str
    metres: int


_ROW = (
    Need.id, Need.reference, Need.service, Need.urgency, Need.people, Need.state, Need.state_before, Need.leaf,
    Need.organization, Need.reported_at, Need.household,
)  # fmt: skip
_HOME = (NeedPrivate.compound, NeedPrivate.building, NeedPrivate.unit, NeedPrivate.lng, NeedPrivate.lat)


def likely_same(session: Session, need_id: int) -> list[Likely]:
    """Open needs of the same service that are likely the same as this one, the surest first, then the nearest.

    For staff alone: a stranger would learn from it who else asks.
    """
    pair = select(*_ROW, *_HOME).join(NeedPrivate, NeedPrivate.need_id == Need.id)
    one = session.execute(pair.where(Need.id == need_id)).mappings().first()
    if one is None:  # purged: nothing is left to compare
        return []
    query = pair.where(
        Need.id != need_id, Need.service == one["service"], Need.state.in_(OPEN), or_(*_alike(dict(one)))
    ).limit(MOST_LIKELY * 10)
    found = []
    for other in map(dict, session.execute(query).mappings()):
        metres = float(great_circle_m(one["lng"], one["lat"], other["lng"], other["lat"]))
        why = same_need(dict(one), other, metres)
        if why is not None:
            found.append(Likely(other, why, round(metres)))
    found.sort(key=lambda likely: (likely.why == "near", likely.metres, likely.row["id"]))
    return found[:MOST_LIKELY]


def _alike(one: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    wide = NEAR_DEGREES / max(math.cos(math.radians(one["lat"])), 0.01)
    around = Box(
        max(one["lng"] - wide, -180.0), max(one["lat"] - NEAR_DEGREES, -90.0),
        min(one["lng"] + wide, 180.0), min(one["lat"] + NEAR_DEGREES, 90.0),
    )  # fmt: skip
    near = boxes.leaves_near(Need.leaf, around)
    alike: list[ColumnElement[bool]] = [] if near is None else [near]
    if one["household"]:
        alike.append(Need.household == one["household"])
    if one["building"] and one["unit"]:
        alike.append(and_(*(getattr(NeedPrivate, name) == one[name] for name in ("compound", "building", "unit"))))
    return alike


def merged_into(session: Session, need_id: int) -> list[dict[str, Any]]:
    """The needs merged into this one, oldest first: what can be taken out of the merge again."""
    query = select(*_ROW).where(Need.state == "duplicate", Need.duplicate_of == need_id).order_by(Need.id)
    return [dict(row) for row in session.execute(query).mappings()]
