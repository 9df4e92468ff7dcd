"""Closing a month: from what is kept of needs and in the journal, once, and unchanged by what is purged later."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import shapely
from sqlalchemy import func, select

from data.database import Database, open_database
from layers import features
from layers.accountability.actions import close_months
from layers.accountability.queries import cases_of, kept_month, kept_months
from layers.accountability.record import ClosedMonth
from layers.accountability.rules import Share, Vitality, month_of
from layers.actor import RESIDENT
from layers.needs import LAYER, actions, additions, claims
from layers.needs.purging import purge
from tests.layers.town import LAT, LNG, NOON, OFFICIAL, Thing, fill

ZONE = ZoneInfo("Asia/Shanghai")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
APRIL = datetime(2026, 4, 2, tzinfo=UTC)


@pytest.fixture
def town(store: Database) -> list[int]:
    """Twelve households ask for food at noon; all are looked at after an hour and met after ten. Two send it back and
    are helped a day later, ten confirm and rate. One more asks, and nobody looks.
    """
    home = Thing("compounds", {"name": "桂花苑", "households": 300, "population": 800, "community": "unknown"},
                 shapely.box(LNG, LAT, LNG + 0.01, LAT + 0.01))  # fmt: skip
    asking = [
        Thing("needs", {"service": "food", "contact": f"1380000{n:04}", "reported_at": NOON}, shapely.Point(LNG, LAT))
        for n in range(13)
    ]
    ids = fill(store, [home, *asking], NOON)["needs"]
    seen, back = ids[:12], ids[:2]
    with store.write() as session:
        actions.move(session, seen, "acknowledged", OFFICIAL, NOON + HOUR)
        claims.take(session, seen, "队", "李", OFFICIAL, NOON + 9 * HOUR)
        claims.meet(session, seen, "队", "rice", OFFICIAL, NOON + 10 * HOUR)
        actions.move(session, back, "assigned", RESIDENT, NOON + 11 * HOUR, reason="nothing_came")
        actions.move(session, back, "met", OFFICIAL, NOON + 34 * HOUR)
        actions.move(session, seen, "confirmed", OFFICIAL, NOON + 40 * HOUR)
        for one in seen[2:]:
            additions.rate(session, features.row_of(session, LAYER, one), 4, OFFICIAL, NOON + 41 * HOUR)
    return ids


def test_a_closed_month_says_what_happened_in_it(store: Database, town: list[int]) -> None:
    assert close_months(store, NOON + 2 * DAY, ZONE) == []
    assert close_months(store, APRIL, ZONE) == ["2026-03"]
    assert close_months(store, APRIL, ZONE) == []

    with store.read() as session:
        kept = kept_month(session, "2026-03")
        assert kept_months(session) == ["2026-03"]
    assert kept is not None
    (group,) = kept.figures.groups
    assert (group.community, group.service) == ("unknown", "food")
    assert group.to_acknowledge is not None and group.to_acknowledge.median == 1
    assert group.to_meet is not None and group.to_meet.median == 10
    assert group.to_confirm is not None and group.to_confirm.median == 40
    assert group.acknowledged_in_time == Share(None, 10, is_most=True)
    assert group.closed_in_time == Share(None, 10, is_most=True)  # as offices count: the first closing
    assert group.sent_back == Share(None, 10)
    assert group.rating is not None and (group.rating.mean, group.rating.of) == (4.0, 10)
    assert kept.figures.vitality == [Vitality("unknown", 10, 300)]


def test_what_staff_take_back_themselves_was_neither_met_nor_sent_back_by_a_resident(
    store: Database, town: list[int]
) -> None:
    need = town[12]
    with store.write() as session:
        actions.move(session, [need], "acknowledged", OFFICIAL, NOON + 2 * HOUR)
        actions.move(session, [need], "assigned", OFFICIAL, NOON + 11 * HOUR, organization="队")
        actions.move(session, [need], "met", OFFICIAL, NOON + 12 * HOUR)
        actions.move(session, [need], "assigned", OFFICIAL, NOON + 13 * HOUR, reason="pressed_by_mistake")
        assert features.row_of(session, LAYER, need)["reopened"] == 0
        actions.move(session, [need], "met", OFFICIAL, NOON + 14 * HOUR)
        actions.move(session, [need], "assigned", RESIDENT, NOON + 15 * HOUR, reason="nothing_came")
        assert features.row_of(session, LAYER, need)["reopened"] == 1

    with store.read() as session:
        march = cases_of(session, month_of("2026-03", ZONE))

    [case] = [one for one in march if one.acknowledged_at == NOON + 2 * HOUR]
    assert (case.closed_at, case.sent_back) == (NOON + 14 * HOUR, (NOON + 15 * HOUR,))


def test_a_purge_changes_nothing_in_a_month_that_is_closed(store: Database, town: list[int]) -> None:
    close_months(store, APRIL, ZONE)
    with store.read() as session:
        before = kept_month(session, "2026-03")

    purge(store, APRIL, OFFICIAL, APRIL)
    close_months(store, APRIL + 40 * DAY, ZONE)

    with store.read() as session:
        assert kept_month(session, "2026-03") == before
        assert session.execute(select(func.count()).select_from(ClosedMonth)).scalar() == 2
        april = kept_month(session, "2026-04")
    assert april is not None and april.figures.groups == []


def test_of_two_clocks_one_closes_a_month(store: Database, store_url: str, town: list[int]) -> None:
    begin, closed = threading.Barrier(2), []

    def clock() -> None:
        with open_database(store_url) as own:
            begin.wait()
            closed.extend(close_months(own, APRIL, ZONE))

    clocks = [threading.Thread(target=clock) for _ in range(2)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()

    assert closed == ["2026-03"]


def test_a_store_in_which_nobody_looked_at_anything_has_no_month(store: Database) -> None:
    assert close_months(store, APRIL, ZONE) == []
