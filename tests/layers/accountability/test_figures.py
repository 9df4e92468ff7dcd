"""What a closed month says: the same as somebody who counts by hand, and nothing that stands for too few."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.accountability.rules import (
    REST,
    Case,
    Group,
    Month,
    Share,
    as_kept,
    counts_in,
    figures_of,
    from_kept,
    month_of,
    months_between,
)

ZONE = ZoneInfo("Asia/Shanghai")
MARCH = month_of("2026-03", ZONE)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def case(household: int = 0, community: str = "东", service: str = "food", **more: Any) -> Case:
    reported = more.pop("reported_at", MARCH.begins + 5 * DAY)
    known = {
        "acknowledged_at": reported + HOUR, "acknowledge_by": reported + 2 * HOUR, "meet_by": reported + DAY,
    }  # fmt: skip
    return Case(community, service, household, reported, **{**known, **more})


@st.composite
def cases(draw: st.DrawFn) -> list[Case]:
    """Many needs of few households, communities and services, around the two ends of the month."""
    found = []
    for _ in range(draw(st.integers(0, 90))):
        reported = MARCH.begins + timedelta(hours=draw(st.integers(-60, 60)))
        looked = reported + timedelta(minutes=draw(st.integers(0, 600)))
        met = draw(st.one_of(st.none(), st.integers(0, 90)))
        met_at = None if met is None else looked + met * HOUR
        confirmed_at = met_at + HOUR if met_at and draw(st.booleans()) else None
        back = (met_at - HOUR / 2,) if met_at and draw(st.integers(0, 3)) == 0 else ()
        stars = draw(st.integers(1, 5)) if confirmed_at and draw(st.booleans()) else None
        found.append(
            case(
                draw(st.integers(0, 20)), draw(st.sampled_from("东西南")), draw(st.sampled_from(("food", "repairs"))),
                reported_at=reported, acknowledged_at=looked, met_at=met_at, confirmed_at=confirmed_at, sent_back=back,
                closed_at=met_at, rating=stars, rated_at=confirmed_at if stars else None,
                is_taken_up=draw(st.integers(0, 9)) > 0,
            )
        )  # fmt: skip
    return found


def members(every: list[Case]) -> dict[tuple[str, str], list[Case]]:
    """By hand: which case is in which group. The smallest groups are merged into wider ones, step by step."""

    def enough(some: list[Case]) -> bool:
        real = [one for one in some if one.is_taken_up]
        return len(real) >= 10 and len({one.household for one in real}) >= 5

    left = [one for one in every if counts_in(MARCH, one)]
    found: dict[tuple[str, str], list[Case]] = {}
    for wide_service, wide_community in ((False, False), (True, False), (False, True), (True, True)):
        parts = defaultdict(list)
        for one in left:
            parts[REST if wide_community else one.community, REST if wide_service else one.service].append(one)
        found |= {key: part for key, part in parts.items() if enough(part)}
        left = [one for part in parts.values() if not enough(part) for one in part]
    return found


def by_hand(some: list[Case], attribute: str) -> list[Case]:
    """The real cases of which something happened in March."""
    found = [one for one in some if one.is_taken_up and getattr(one, attribute) is not None]
    return [one for one in found if MARCH.begins <= getattr(one, attribute) < MARCH.ends]


@given(cases())
def test_figures_are_what_is_counted_by_hand(every: list[Case]) -> None:
    expected = members(every)

    for group in figures_of(MARCH, every, {}, {}).groups:
        own = expected[group.community, group.service]
        for figure, attribute in (
            (group.to_acknowledge, "acknowledged_at"),
            (group.to_meet, "met_at"),
            (group.to_confirm, "confirmed_at"),
        ):
            took = [(getattr(one, attribute) - one.reported_at) / HOUR for one in by_hand(own, attribute)]
            homes = {one.household for one in by_hand(own, attribute)}
            assert (figure is not None) == (len(took) >= 10 and len(homes) >= 5)
            if figure is not None:
                assert figure.median == round(statistics.median(took))
                assert (figure.p90 is not None) == (len(took) >= 20)
        rated = by_hand(own, "rated_at")
        if group.rating is not None:
            assert group.rating.mean == round(statistics.mean(one.rating or 0 for one in rated), 1)
            assert group.rating.of == len(rated) // 5 * 5


@given(cases())
def test_no_figure_stands_for_fewer_than_ten_needs_of_five_households(every: list[Case]) -> None:
    figures = figures_of(MARCH, every, {}, {})
    expected = members(every)

    for group in figures.groups:
        own = [one for one in expected[group.community, group.service] if one.is_taken_up]
        assert len(own) >= 10
        assert len({one.household for one in own}) >= 5
        for share in shares(group):
            assert share.of % 5 == 0
            assert share.of >= 10
            assert share.percent is None or share.percent % 5 == 0


@given(cases())
def test_each_need_is_in_one_group_and_nothing_is_told_that_covers_two(every: list[Case]) -> None:
    told = [(group.community, group.service) for group in figures_of(MARCH, every, {}, {}).groups]
    groups = members(every)

    assert len(set(told)) == len(told)
    assert set(told) <= set(groups)
    assert sum(map(len, groups.values())) <= len(every)


@given(cases(), st.integers(0, 10**6))
def test_what_nobody_took_up_makes_no_figure_appear(every: list[Case], seed: int) -> None:
    """Pins that an official declined are in no household: whoever sends them cannot fill up a group."""
    before = {(one.community, one.service) for one in figures_of(MARCH, every, {}, {}).groups}
    false = [case(1000 + n, "东", "food", is_taken_up=False, closed_at=MARCH.begins + DAY) for n in range(seed % 40)]

    after = {(one.community, one.service) for one in figures_of(MARCH, [*every, *false], {}, {}).groups}

    assert after == before


def shares(group: Group) -> list[Share]:
    found = (group.acknowledged_in_time, group.closed_in_time, group.confirmed, group.sent_back)
    return [one for one in found if one is not None]


@pytest.mark.parametrize(("late", "percent", "is_most"), [(0, None, True), (4, None, True), (5, 75, False)])
def test_a_share_of_one_to_four_households_on_either_side_is_said_in_words(
    late: int, percent: int | None, is_most: bool
) -> None:
    some = [case(n) for n in range(20 - late)]
    some += [case(100 + n, acknowledged_at=MARCH.begins + 8 * DAY) for n in range(late)]

    (group,) = figures_of(MARCH, some, {}, {}).groups

    assert group.acknowledged_in_time == Share(percent, 20, is_most)


def test_declined_in_time_counts_as_closed_in_time_and_as_nothing_that_residents_said() -> None:
    met = [case(n, met_at=MARCH.begins + 7 * DAY, closed_at=MARCH.begins + 7 * DAY) for n in range(10)]
    declined = [case(50 + n, is_taken_up=False, closed_at=MARCH.begins + 5 * DAY + HOUR) for n in range(10)]
    quick = [case(20 + n, met_at=MARCH.begins + 5.5 * DAY, closed_at=MARCH.begins + 5.5 * DAY) for n in range(10)]

    (group,) = figures_of(MARCH, [*met, *declined, *quick], {}, {}).groups

    assert group.closed_in_time == Share(65, 30)
    assert group.confirmed is None


def test_a_need_counts_in_the_month_in_which_it_was_answered_by_the_local_calendar() -> None:
    last = datetime(2026, 3, 31, 15, 59, tzinfo=UTC)  # a minute before April in China
    some = [case(n, acknowledged_at=last) for n in range(10)]
    april = month_of("2026-04", ZONE)

    assert figures_of(MARCH, some, {}, {}).groups[0].to_acknowledge is not None
    assert figures_of(april, [replace(one, reported_at=last - DAY) for one in some], {}, {}).groups == []


def test_who_took_part_is_told_in_fives_of_all_households() -> None:
    some = [case(n) for n in range(13)] + [case(0)]

    figures = figures_of(MARCH, some, {"东": 4, "西": 4}, {"东": 200, "西": 100})

    assert [(one.community, one.active, one.households) for one in figures.vitality] == [("东", 15, 200)]


@given(cases())
def test_what_is_kept_comes_back_as_it_was(every: list[Case]) -> None:
    figures = figures_of(MARCH, every, {"东": 7}, {"东": 100})

    assert from_kept(as_kept(figures)) == figures


def test_months_are_those_that_are_over() -> None:
    first = datetime(2025, 11, 30, 17, tzinfo=UTC)  # December in China
    now = datetime(2026, 2, 28, 15, 59, tzinfo=UTC)

    assert months_between(first, now, ZONE) == ["2025-12", "2026-01"]
    assert months_between(first, now + timedelta(minutes=1), ZONE)[-1] == "2026-02"
    assert months_between(now, first, ZONE) == []
    assert month_of("2026-12", ZONE) == Month(
        "2026-12", datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)
    )
    with pytest.raises(ValueError):
        month_of("2026-13", ZONE)
