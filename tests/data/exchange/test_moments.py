"""Dates and times as lists write them; what can be read two ways is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exchange.moments import day_order, read_moment
from data.exchange.reasons import BadCell

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2022-04-19", "2022-04-18T16:00"),
        ("2022-04-19T08:30", "2022-04-19T00:30"),
        ("2022-04-19 08:30:15", "2022-04-19T00:30:15"),
        ("2021-07-21T13:10:38+0800", "2021-07-21T05:10:38"),
        ("2022-04-19T08:30Z", "2022-04-19T08:30"),
        ("2022/4/19 8:30", "2022-04-19T00:30"),
        ("2022.4.19", "2022-04-18T16:00"),
        ("2022年4月19日", "2022-04-18T16:00"),
        ("2022年4月19日 下午3时05分", "2022-04-19T07:05"),
        ("2022-07-27 8时", "2022-07-27T00:00"),
        ("２０２２-０４-１９", "2022-04-18T16:00"),
        ("20220419", "2022-04-18T16:00"),
        ("29/04/2015", "2015-04-28T16:00"),
        ("11/17/2021 02:07:21 PM", "2021-11-17T06:07:21"),
        ("11/17/2021 12:05 AM", "2021-11-16T16:05"),
        ("03/03/2021", "2021-03-02T16:00"),
        ("1650328200", "2022-04-19T00:30"),
        ("1650328200000", "2022-04-19T00:30"),
        (date(2022, 4, 19), "2022-04-18T16:00"),
        (datetime(2022, 4, 19, 8, 30), "2022-04-19T00:30"),  # noqa: DTZ001 - as Excel gives it
    ],
    ids=str,
)
def test_a_moment_is_read_as_it_was_meant(cell: Any, utc: str) -> None:
    assert read_moment(cell, SHANGHAI) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("cell", ["04/05/2021", "4-5-2021"])
def test_a_date_that_can_be_read_two_ways_is_refused(cell: str) -> None:
    with pytest.raises(BadCell, match="day/month or month/day"):
        read_moment(cell, SHANGHAI)


def test_the_other_dates_of_the_column_say_which_way_it_is_read() -> None:
    assert day_order(["04/05/2021", "29/04/2015"]) == "day"
    assert day_order(["04/05/2021", "11/17/2021 02:07 PM"]) == "month"
    assert day_order(["29/04/2015", "11/17/2021"]) == ""
    assert read_moment("04/05/2021", UTC, "day") == datetime(2021, 5, 4, tzinfo=UTC)
    assert read_moment("04/05/2021", UTC, "month") == datetime(2021, 4, 5, tzinfo=UTC)


def test_a_date_against_the_order_of_its_column_is_refused() -> None:
    with pytest.raises(BadCell):
        read_moment("11/17/2021", UTC, "day")


@pytest.mark.parametrize(
    "cell", ["soon", "2022-02-30", "8:30", "22-04-19", "9999-12-31", "13/13/2021", "44671", "0-0-0"]
)
def test_what_is_no_moment_is_refused(cell: str) -> None:
    with pytest.raises(BadCell):
        read_moment(cell, SHANGHAI)


@given(st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(2199, 1, 1)), st.sampled_from([" ", "T"]))  # noqa: DTZ001
def test_any_moment_written_by_the_standard_is_read_back(moment: datetime, between: str) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)

    assert read_moment(moment.isoformat(between), SHANGHAI) == moment
