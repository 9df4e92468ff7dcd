"""What need weighs, what those on duty take off it, and what a plan may be asked for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heapify, heapreplace
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import Box
from layers.errors import BadInput
from layers.planning.terms import ANY, Terms, check_terms
from layers.text import Text

Points = NDArray[np.float64]

#: How a plan's points are counted: in whole hundredths, so that sums are exact.
A_POINT = 100

#: The kinds of weights, and what the number of each says.
KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "urgency": Text("Points of an open need, by urgency", "每个未解决需求的分值（按紧急程度）"),
        "service": Text("Times so much, by service", "按服务类别的倍数"),
        "waiting": Text(
            "Share added for each full day of waiting (day), for at most so many days (days)",
            "每等待满一天增加的比例（day），最多计算的天数（days）",
        ),
        "taken": Text("Times so much where somebody has taken the need", "已有人认领的需求的倍数"),
        "lockdown": Text("Points of a hundred households in lockdown, by role", "封控区内每一百户的分值（按岗位）"),
        "gate": Text("Points of each person a gate wants", "卡点每缺一人的分值"),
        "place": Text("Points that one person on duty takes care of, by role", "每名到岗人员可承担的分值（按岗位）"),
    }
)


def names_of_kinds(services: Sequence[str], roles: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Which names each kind of weight has."""
    return {
        "urgency": ("ordinary", "urgent"),
        "service": tuple(services),
        "waiting": ("day", "days"),
        "taken": ("share",),
        "lockdown": tuple(roles),
        "gate": ("person",),
        "place": tuple(roles),
    }


#: The weight of a name that has no row of its own, such as a service that was added later.
OTHERWISE: Mapping[str, float] = MappingProxyType(
    {"urgency": 1.0, "service": 1.0, "waiting": 0.0, "taken": 1.0, "lockdown": 0.0, "gate": 0.0, "place": 8.0}
)

#: A weight above this is a slip of the hand: one need would count for a whole district.
HEAVIEST = 1_000.0

#: The role that stands at gates; it alone is asked for where a gate wants people.
GATE_ROLE = "gate"

MOST_VOLUNTEERS = 10_000
#: Minutes on foot. Ten is what people walk to a shop; an hour with bags is the most anybody can be asked for.
USUAL_MINUTES = 10
MOST_MINUTES = 60
#: A plan is made of what is known now: for more than a week ahead that says nothing.
USUAL_WINDOW = timedelta(hours=4)
LONGEST_WINDOW = timedelta(days=7)

#: The step in which the time on duty is counted. Longer steps keep plans that are made one after another comparable for
#: longer, shorter ones are nearer to the hours of shifts, which mostly begin on the hour.
QUARTER = timedelta(minutes=15)

#: How far, on foot, the nearest open gate may be from a home in a closed area: farther is a way an elder cannot go.
GATE_MINUTES = 10

Reason = Literal["unreachable", "nobody", "too_few"]
#: Why need stays uncovered.
REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "unreachable": Text("No open gate leads there", "没有开放的卡点可以进入"),
        "nobody": Text(
            "Nobody in this role is on duty there, and no post reaches it", "该岗位在当地无人在岗，方案的点位也够不到"
        ),
        "too_few": Text(
            "Those on duty there are too few, and no post reaches it", "当地在岗人数不足，方案的点位也够不到"
        ),
    }
)

#: What people walk over: streets, open ground where none are known, or the one here and the other there.
Way = Literal["streets", "open", "both"]
WAYS: Mapping[str, Text] = MappingProxyType(
    {
        "streets": Text(
            "On foot over streets of OpenStreetMap, © OpenStreetMap contributors.",
            "步行沿 OpenStreetMap 的街道计算，© OpenStreetMap 贡献者。",
        ),
        "open": Text(
            "On foot over open ground: no streets are loaded here.",
            "步行按空地直接穿行计算：此处没有导入街道数据。",
        ),
        "both": Text(
            "On foot over streets of OpenStreetMap where they are known, © OpenStreetMap contributors; elsewhere over"
            " open ground.",
            "有街道数据处步行沿 OpenStreetMap 的街道计算，© OpenStreetMap 贡献者；其他地方按空地直接穿行计算。",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What need weighs, by kind and name (see KINDS)."""

    by_kind: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def of(self, kind: str, name: str) -> float:
        """The weight of a name, or what holds for names without one."""
        return self.by_kind.get(kind, {}).get(name, OTHERWISE[kind])


@dataclass(frozen=True, slots=True)
class Request:
    """What a plan is asked for: so many volunteers in a role, so many minutes on foot from their posts, from when to
    when, where (None: everywhere), for which organization ("": none, all on duty are others), and on what terms.
    """

    role: str
    volunteers: int
    minutes: int
    starts_at: datetime
    ends_at: datetime
    box: Box | None = None
    organization: str = ""
    terms: Terms = ANY


def checked(request: Request, roles: Sequence[str], now: datetime) -> Request:
    """The request, from now on where it began earlier. Raises BadInput that says what is wrong with which field."""
    if request.role not in roles:
        _refuse("role", f"there is no role {request.role!r}; there are {', '.join(sorted(roles))}")
    if request.volunteers < 1:
        _refuse("volunteers", f"a plan takes at least one volunteer; it was {request.volunteers}")
    if request.volunteers > MOST_VOLUNTEERS:
        _refuse("volunteers", f"a plan takes at most {MOST_VOLUNTEERS:,} volunteers; it was {request.volunteers:,}")
    if not 1 <= request.minutes <= MOST_MINUTES:
        _refuse("minutes", f"minutes on foot are 1 to {MOST_MINUTES}; it was {request.minutes}")
    if request.ends_at <= now:
        _refuse("to", "the window is in the past: a plan is for now or later")
    if request.starts_at >= request.ends_at:
        _refuse("to", "the window ends before it starts")
    if request.ends_at - max(request.starts_at, now) > LONGEST_WINDOW:
        _refuse("to", f"the window is longer than {LONGEST_WINDOW.days} days: make a plan for each week")
    check_terms(request.terms, request.volunteers)
    return replace(request, starts_at=max(request.starts_at, now))


def _refuse(name: str, reason: str) -> None:
    raise BadInput(reason, [{"field": name, "reason": reason}])


def need_points(weights: Weights, base: Points, days: NDArray[np.int64], is_taken: NDArray[np.bool_]) -> Points:
    """What open needs weigh after so many full days. base: the weights of urgency and of service, multiplied.

    With the first weights an urgent need for medicine of a day ago: 3 x 2 x 1.25 = 7.5 points.
    """
    counted = np.minimum(np.maximum(days, 0), weights.of("waiting", "days"))
    points = base * (1 + counted * weights.of("waiting", "day"))
    return np.asarray(points * np.where(is_taken, weights.of("taken", "share"), 1.0))


def on_duty_share(starts: datetime, ends: datetime, window: tuple[datetime, datetime]) -> float:
    """For which part of a window somebody is on duty from `starts` to `ends`: 0 to 1.

    Every moment counts as the last full quarter of an hour: a window that begins now would give other points each
    second, and a plan for more volunteers, made a moment later, could cover less than one for fewer.
    """
    first, last = _quarter(window[0]), max(_quarter(window[1]), _quarter(window[0]) + QUARTER)
    both = min(_quarter(ends), last) - max(_quarter(starts), first)
    return max(both / (last - first), 0.0)


def _quarter(moment: datetime) -> datetime:
    return moment - (moment - datetime.min.replace(tzinfo=moment.tzinfo)) % QUARTER


def taken_care_of(left: Points, capacity: float) -> Points:
    """What so many points of capacity take off needs (points each), in proportion to what each still asks for."""
    total = float(left.sum())
    return left * min(capacity / total, 1.0) if total > 0 else np.zeros_like(left)


def shared_out(volunteers: int, need: Sequence[float]) -> list[int]:
    """Volunteers at each post: one, and those who are left each where need for one of them is greatest (Jefferson's
    method). `need` are the points within reach that count for the post; with no post nobody is placed.
    """
    placed = [1] * len(need)
    order = [(-points / 2, at) for at, points in enumerate(need)]
    heapify(order)
    for _ in range(volunteers - len(need) if need else 0):
        at = order[0][1]
        placed[at] += 1
        heapreplace(order, (-need[at] / (placed[at] + 1), at))
    return placed


def reason_of(leads_there: bool, on_duty: float) -> Reason:
    """Why a cell's need stays uncovered: nobody can get there, nobody of the role is there, or too few are."""
    if not leads_there:
        return "unreachable"
    return "too_few" if on_duty > 0 else "nobody"
