"""Dated lists as intervals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.exchange.snapshots import Interval, intervals

FIRST = datetime(2022, 4, 19, tzinfo=UTC)


def day(number: int) -> datetime:
    return FIRST + timedelta(days=number)


def test_a_zone_that_changes_its_level_has_an_interval_for_each() -> None:
    rows = [("古美七村 lockdown", day(0)), ("古美七村 lockdown", day(1)), ("古美七村 control", day(9)), ("x", day(9))]

    assert intervals(rows) == [
        Interval(day(0), day(9), 0),
        Interval(day(9), None, 2),
        Interval(day(9), None, 3),
    ]


def test_what_is_missing_from_one_list_and_back_on_the_next_has_two_intervals() -> None:
    rows = [("a", day(0)), ("b", day(1)), ("a", day(2))]

    assert [(one.starts, one.ends) for one in intervals(rows) if one.row != 1] == [(day(0), day(1)), (day(2), None)]


def test_lists_may_stand_in_any_order_and_name_a_thing_twice() -> None:
    assert intervals([("a", day(5)), ("a", day(0)), ("a", day(5))]) == [Interval(day(0), None, 1)]


named = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6).map(day)), max_size=30)


@given(named)
def test_on_every_list_holds_exactly_what_it_names(rows: list[tuple[str, datetime]]) -> None:
    found = intervals(rows)

    for date in {date for _, date in rows}:
        running = [one for one in found if one.starts <= date and (one.ends is None or date < one.ends)]
        holding = sorted(rows[one.row][0] for one in running)
        assert holding == sorted({what for what, when in rows if when == date})
