"""When opening hours turn next: soon where they do, and without a long search where they never do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from layers.cell_state.holding import LOOKED_AHEAD, is_open, next_turn

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
