"""What a closed month says of each community and service, and when it may be said. Pure.

A need counts in the month in which a thing happened: looked at, met, closed, confirmed, sent back, rated. So a month is
complete when it ends, and what was answered late counts as late in the month in which it was answered. What nobody has
looked at counts nowhere: a false pin is no household and speaks against no office.

Each need is in one group of one month: its community and service if these are enough for figures, else what is left of
its community, else its service in all communities that are left, else what is left of everything. Groups never overlap
and no total is given, so nothing can be had by taking one figure from another. Figures of a group are shown from
LEAST_CASES cases of LEAST_HOUSEHOLDS households on; counts are steps of five, rounded down, shares steps of five per
cent, and a share that stands for one to four on either side is not given as a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from layers.publication.rules import K

#: Cases below which no median, share or mean is given, and below which no 90th percentile (docs/privacy.md).
LEAST_CASES, LEAST_FOR_P90 = 10, 20

#: Fewer distinct households behind a figure than this are never shown.
LEAST_HOUSEHOLDS = K

#: Shares are rounded to this many per cent: whole ones of a dozen cases would give the cases themselves away.
SHARE_STEP = 5

#: Stands for all that is in no group of its own.
REST = ""

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of the local zone: [begins, ends), in UTC, by which moments are compared quickest."""

    name: str
    begins: datetime
    ends: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether a moment lies in the month."""
        return at is not None and self.begins <= at < self.ends


def month_of(name: str, zone: ZoneInfo) -> Month:
    """The month "2026-03" of a zone; raises ValueError for anything else."""
    first = date.fromisoformat(f"{name}-01")
    year, month = divmod(first.year * 12 + first.month, 12)
    begins, ends = datetime(first.year, first.month, 1, tzinfo=zone), datetime(year, month + 1, 1, tzinfo=zone)
    return Month(name, begins.astimezone(UTC), ends.astimezone(UTC))


def months_between(first: datetime, now: datetime, zone: ZoneInfo) -> list[str]:
    """Names of the months from that of `first` to the last one that is closed at `now`, in order."""
    at, last = (moment.astimezone(zone) for moment in (first, now))
    count = (last.year * 12 + last.month) - (at.year * 12 + at.month)
    months = (divmod(at.year * 12 + at.month - 1 + n, 12) for n in range(max(0, count)))
    return [f"{year:04d}-{month + 1:02d}" for year, month in months]


@dataclass(frozen=True, slots=True)
class Case:
    """A need that somebody has looked at, as a month sees it. `household` tells households apart.

    acknowledged_at: when it was first looked at. closed_at: when it was first closed, in whatever way. is_taken_up:
    False where it was declined or merged; then it counts among what was closed and nowhere else, and for no household.
    sent_back: the moments at which the resident said that it was not met.
    """

    community: str
    service: str
    household: int
    reported_at: datetime
    acknowledged_at: datetime
    acknowledge_by: datetime
    meet_by: datetime
    is_taken_up: bool = True
    met_at: datetime | None = None
    closed_at: datetime | None = None
    confirmed_at: datetime | None = None
    sent_back: tuple[datetime, ...] = ()
    rating: int | None = None
    rated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """How long something took: the middle one of the cases in whole hours, and how long nine of ten took at most."""

    median: int
    p90: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of so many; `percent` is None where all that is said is "fewer than five", or "all but" these."""

    percent: int | None
    of: int
    is_most: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    """The mean of ratings from 1 to 5, with one decimal, and how many there are (a step of five, rounded down)."""

    mean: float
    of: int


@dataclass(slots=True)
class Group:
    """A community and a service (REST: all others), with what offices were measured on and what residents said.

    What stays under its limit is None.
    """

    community: str
    service: str
    to_acknowledge: Hours | None = None
    to_meet: Hours | None = None
    acknowledged_in_time: Share | None = None
    closed_in_time: Share | None = None
    to_confirm: Hours | None = None
    confirmed: Share | None = None
    sent_back: Share | None = None
    rating: Rating | None = None

    def says_something(self) -> bool:
        """Whether any figure reached its limit."""
        return any(value is not None for name, value in asdict(self).items() if name not in ("community", "service"))


@dataclass(frozen=True, slots=True)
class Vitality:
    """Of a community: households that took part in the month (a step of five, rounded down), and all there are."""

    community: str
    active: int
    households: int


@dataclass(slots=True)
class Figures:
    """All that is published of a month."""

    groups: list[Group] = field(default_factory=list)
    vitality: list[Vitality] = field(default_factory=list)


def figures_of(
    month: Month, cases: Sequence[Case], voices: Mapping[str, int], households: Mapping[str, int]
) -> Figures:
    """The figures of a month from the needs that may count in it.

    voices: neighbours who said "me too" in the month, by community. households: of each community's compounds.
    """
    return Figures(
        [group for group in _groups(month, cases) if group.says_something()],
        list(_vitality(month, cases, voices, households)),
    )


def counts_in(month: Month, case: Case) -> bool:
    """Whether anything of the case happened in the month."""
    moments = (case.acknowledged_at, case.met_at, case.closed_at, case.confirmed_at, case.rated_at)
    return any(month.holds(at) for at in (*moments, *case.sent_back))


def _groups(month: Month, cases: Iterable[Case]) -> Iterator[Group]:
    """The groups that may carry figures; each case is in one at most."""
    left = [case for case in cases if counts_in(month, case)]
    for key in (
        lambda case: (case.community, case.service),
        lambda case: (case.community, REST),
        lambda case: (REST, case.service),
        lambda case: (REST, REST),
    ):
        parts: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in left:
            parts[key(case)].append(case)
        left = []
        for (community, service), part in sorted(parts.items()):
            if _is_enough(part):
                yield _group(month, community, service, part)
            else:
                left += part


def _is_enough(cases: Sequence[Case]) -> bool:
    return sum(case.is_taken_up for case in cases) >= LEAST_CASES and _is_crowd(cases)


def _is_crowd(cases: Sequence[Case]) -> bool:
    return len({case.household for case in cases if case.is_taken_up}) >= LEAST_HOUSEHOLDS


def _group(month: Month, community: str, service: str, every: Sequence[Case]) -> Group:
    cases = [case for case in every if case.is_taken_up]
    acknowledged = [case for case in cases if month.holds(case.acknowledged_at)]
    confirmed = [case for case in cases if month.holds(case.confirmed_at)]
    answered = [case for case in cases if month.holds(case.confirmed_at) or _is_sent_back(month, case)]
    return Group(
        community,
        service,
        to_acknowledge=_hours(acknowledged, lambda case: case.acknowledged_at),
        to_meet=_hours([case for case in cases if month.holds(case.met_at)], lambda case: case.met_at),
        acknowledged_in_time=_share(acknowledged, lambda case: case.acknowledged_at <= case.acknowledge_by),
        closed_in_time=_share(
            [case for case in every if month.holds(case.closed_at)], lambda case: case.closed_at <= case.meet_by
        ),
        to_confirm=_hours(confirmed, lambda case: case.confirmed_at),
        confirmed=_share(answered, lambda case: month.holds(case.confirmed_at)),
        sent_back=_share(answered, lambda case: _is_sent_back(month, case)),
        rating=_rating([case for case in cases if month.holds(case.rated_at)]),
    )


def _is_sent_back(month: Month, case: Case) -> bool:
    return any(map(month.holds, case.sent_back))


def _hours(cases: Sequence[Case], until: Any) -> Hours | None:
    if not _is_enough(cases):
        return None
    took = np.array([(until(case) - case.reported_at) / HOUR for case in cases])
    p90 = round(float(np.quantile(took, 0.9))) if len(cases) >= LEAST_FOR_P90 else None
    return Hours(round(float(np.median(took))), p90)


def _share(cases: Sequence[Case], is_so: Any) -> Share | None:
    """How many of the cases are so. Words in place of a number where either side is no crowd; nothing where declined
    cases among them would make these words untrue.
    """
    if not _is_enough(cases):
        return None
    so, not_so = [case for case in cases if is_so(case)], [case for case in cases if not is_so(case)]
    few = not _is_crowd(so)
    if few or not _is_crowd(not_so):
        return Share(None, in_steps(len(cases)), not few) if all(case.is_taken_up for case in cases) else None
    return Share(round(100 * len(so) / len(cases) / SHARE_STEP) * SHARE_STEP, in_steps(len(cases)))


def _rating(cases: Sequence[Case]) -> Rating | None:
    if not _is_enough(cases):
        return None
    return Rating(round(sum(case.rating or 0 for case in cases) / len(cases), 1), in_steps(len(cases)))


def _vitality(
    month: Month, cases: Sequence[Case], voices: Mapping[str, int], households: Mapping[str, int]
) -> Iterator[Vitality]:
    active: dict[str, set[int]] = defaultdict(set)
    for case in (case for case in cases if case.is_taken_up):
        if any(month.holds(at) for at in (case.reported_at, case.confirmed_at, case.rated_at, *case.sent_back)):
            active[case.community].add(case.household)
    for community in sorted({*active, *voices}):
        count, of = in_steps(len(active[community]) + voices.get(community, 0)), households.get(community, 0)
        if count >= LEAST_HOUSEHOLDS and of:
            yield Vitality(community, min(count, of), of)


def in_steps(count: int) -> int:
    """A count as it is shown: a step of five, rounded down, so that 12 and 13 are the same."""
    return count // K * K


def as_kept(figures: Figures) -> dict[str, Any]:
    """The figures as plain values, to be kept as JSON and given by the API."""
    return asdict(figures)


def from_kept(content: Mapping[str, Any]) -> Figures:
    """The figures back from plain values."""
    shapes: dict[str, Any] = {
        "to_acknowledge": Hours, "to_meet": Hours, "to_confirm": Hours, "rating": Rating, "confirmed": Share,
        "sent_back": Share, "acknowledged_in_time": Share, "closed_in_time": Share,
    }  # fmt: skip
    groups = [
        Group(
            one["community"],
            one["service"],
            **{name: None if one[name] is None else shape(**one[name]) for name, shape in shapes.items()},
        )
        for one in content["groups"]
    ]
    return Figures(groups, [Vitality(**one) for one in content["vitality"]])
