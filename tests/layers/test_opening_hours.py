"""When opening hours turn next: soon where they do, and without a long search where they never do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.opening import DAYS, LOOKED_AHEAD, SpecialDay, is_open, next_turn, text_of_week, week_of_text

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2022, 4, 19, 4, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("hours", "turns_after"),
    [
        ("Mo-Su 08:00-20:00", timedelta(hours=8)),
        ("Mo-Su 13:00-20:00", timedelta(hours=1)),
        ("We 08:00-10:00", timedelta(hours=20)),
        ("2022 Apr 01-30", timedelta(days=11, hours=12)),
    ],
)
def test_hours_turn_at_their_next_opening_or_closing(hours: str, turns_after: timedelta) -> None:
    assert next_turn(hours, NOON, SHANGHAI) == NOON + turns_after


@pytest.mark.parametrize("hours", ["24/7", "Mo-Su 00:00-24:00", "2021 Apr 01-30", "off"])
def test_hours_that_never_turn_are_asked_again_later_instead_of_searched_for_ever(hours: str) -> None:
    assert next_turn(hours, NOON, SHANGHAI) == NOON + LOOKED_AHEAD
    assert next_turn(hours, datetime(9999, 12, 30, tzinfo=UTC), SHANGHAI).year == 9999
    assert is_open(hours, NOON, SHANGHAI) == is_open(hours, NOON + LOOKED_AHEAD, SHANGHAI)


#: Spring Festival of 2022 as it was worked: a Tuesday off, and a Saturday and a Sunday on which a week's work was done.
SPRING = [
    SpecialDay(date(2022, 1, 29), "workday"),
    SpecialDay(date(2022, 2, 1), "holiday"),
    SpecialDay(date(2022, 2, 2), "closure"),
]
OFFICE = "Mo-Fr 08:00-18:00; Sa 22:00-06:00; PH 10:00-12:00"


@pytest.mark.parametrize(
    ("hours", "moment", "open_then"),
    [
        (OFFICE, "2022-01-29T09:00", True),  # a Saturday with the hours of a Monday
        (OFFICE, "2022-01-29T23:00", False),
        (OFFICE, "2022-02-01T11:00", True),
        (OFFICE, "2022-02-01T13:00", False),
        ("Mo-Fr 08:00-18:00", "2022-02-01T13:00", True),  # nothing is said of holidays: a Tuesday
        (OFFICE, "2022-02-02T11:00", False),
        ("Mo-Su 22:00-06:00", "2022-02-02T23:00", False),
        ("Mo-Su 22:00-06:00", "2022-01-29T05:00", True),
        ("", "2022-02-02T11:00", True),  # no hours: always
        (OFFICE, "2022-02-03T11:00", True),
    ],
)
def test_a_special_day_has_the_hours_of_the_day_it_stands_for(hours: str, moment: str, open_then: bool) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)

    assert is_open(hours, at, SHANGHAI, SPRING) is open_then


def test_hours_turn_where_a_special_day_opens_or_closes() -> None:
    friday = datetime(2022, 1, 28, 20, tzinfo=SHANGHAI)

    assert next_turn(OFFICE, friday, SHANGHAI, SPRING) == datetime(2022, 1, 29, 8, tzinfo=SHANGHAI)
    assert next_turn("Mo-Su 08:00-18:00", friday, SHANGHAI, SPRING) == datetime(2022, 1, 29, 8, tzinfo=SHANGHAI)


SPANS = st.sampled_from(["", "06:00-22:00", "00:00-24:00", "06:00-10:00,16:00-20:00", "22:00-06:00"])


@given(week=st.fixed_dictionaries(dict.fromkeys(DAYS[:-1], SPANS), optional={"PH": SPANS}))
def test_the_hours_of_a_week_are_read_as_they_were_written(week: dict[str, str]) -> None:
    text = text_of_week(week)

    assert week_of_text(text) == week
    for day in range(7):  # and the library understands them as they are meant
        noon = datetime(2022, 4, 18 + day, 12, tzinfo=SHANGHAI)
        assert is_open(text, noon, SHANGHAI) == (week[DAYS[day]] in ("06:00-22:00", "00:00-24:00"))


@pytest.mark.parametrize("hours", ["24/7", "Apr-Sep Mo-Su 08:00-20:00", 'Mo-Fr 08:00-18:00 "ring"', "sunrise-sunset"])
def test_hours_that_say_more_than_a_week_are_left_as_they_are_written(hours: str) -> None:
    assert week_of_text(hours) is None
