"""Opening hours as Chinese lists write them."""

from __future__ import annotations

from datetime import datetime

import opening_hours
import pytest

from data.exchange.hours import read_hours
from data.exchange.reasons import BadCell


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        ("Mo-Fr 06:00-22:00; PH off", "Mo-Fr 06:00-22:00; PH off"),
        ("每天8:00-20:00", "08:00-20:00"),
        ("24小时", "00:00-24:00"),
        ("(周一至周五)09:00-12:00(周一至周五)13:30-17:00", "Mo-Fr 09:00-12:00,13:30-17:00"),
        ("（周二，周四，周六）08:00-10:00", "Tu,Th,Sa 08:00-10:00"),
        ("(周一至周二,周四,周六至周日)09:00-11:00", "Mo-Tu,Th,Sa-Su 09:00-11:00"),
        ("星期一、星期三 8点至12点", "Mo,We 08:00-12:00"),
        ("周一至周五 上午9:00-11:30，下午1:30-5:00", "Mo-Fr 09:00-11:30,13:30-17:00"),
        ("工作日09:00-17:00；周末10:00-16:00", "Mo-Fr 09:00-17:00, Sa-Su 10:00-16:00"),
    ],
)
def test_hours_are_turned_into_those_of_openstreetmap(cell: str, hours: str) -> None:
    assert read_hours(cell) == hours
    assert opening_hours.validate(hours)


def test_hours_of_one_day_add_up() -> None:
    hours = opening_hours.OpeningHours(read_hours("(周三)14:30-17:00(周三,周五)18:00-20:00"))
    wednesday = [hours.is_open(datetime(2026, 11, 18, hour)) for hour in (13, 15, 19)]  # noqa: DTZ001

    assert wednesday == [False, True, True]


@pytest.mark.parametrize("cell", ["不定", "周一", "视情况开放", "25小时"])
def test_hours_nobody_can_follow_are_refused(cell: str) -> None:
    with pytest.raises(BadCell):
        read_hours(cell)
