"""A publication is made once for each place on the clock, whole, from one moment, and is not kept for ever."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import shapely
from sqlalchemy import delete, func, select

from data.database import Database, open_database
from layers.needs.record import NeedPrivate
from layers.publication.actions import publish, publish_if_due
from layers.publication.queries import latest_number, publication
from layers.publication.record import Publication, PublishedCell
from layers.publication.rules import superfluous
from tests.layers.town import LAT, LNG, NOON, Thing, fill

EACH = timedelta(minutes=10)


def households(count: int, service: str = "food", contact: str = "1380000", **values: object) -> list[Thing]:
    """Acknowledged needs of so many households at one place."""
    return [
        Thing("needs", {"service": service, "contact": f"{contact}{number}", "state": "acknowledged", **values},
              shapely.Point(LNG, LAT))
        for number in range(count)
    ]  # fmt: skip


def told(database: Database) -> list[tuple[int, dict[str, int]]]:
    """The figures of the newest publication."""
    with database.read() as session:
        return list(publication(session, latest_number(session)).cells.values())


def numbers(database: Database) -> list[int]:
    """The publications that are kept."""
    with database.read() as session:
        return list(session.execute(select(Publication.number).order_by(Publication.number)).scalars())


def test_a_place_on_the_clock_is_published_once(store: Database) -> None:
    assert publish_if_due(store, NOON)
    assert not publish_if_due(store, NOON + EACH / 2)
    assert not publish(store, NOON)
    assert publish_if_due(store, NOON + EACH)


def test_a_clock_that_is_late_publishes_nothing_behind_a_newer_publication(store: Database) -> None:
    fill(store, households(7))
    assert publish(store, NOON + EACH)

    assert not publish(store, NOON)
    assert numbers(store) == [1]


def test_of_clocks_that_strike_at_once_one_publishes(store: Database) -> None:
    fill(store, households(7))
    url = store.engine.url.render_as_string(hide_password=False)
    clocks = [open_database(url) for _ in range(4)]
    together, published = threading.Barrier(len(clocks)), []

    def strike(clock: Database) -> None:
        together.wait()
        published.append(publish(clock, NOON))

    threads = [threading.Thread(target=strike, args=(clock,)) for clock in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for clock in clocks:
        clock.close()

    assert sorted(published) == [False, False, False, True]
    assert told(store) == [(5, {"food": 5})]


def test_what_was_purged_still_counts_where_it_was(store: Database) -> None:
    nameless = {"service": "food", "contact": "", "state": "acknowledged"}
    beside = shapely.Point(LNG + 0.0004, LAT)  # 38 m: no part of the others' households
    fill(store, [*households(4), *(Thing("needs", nameless, beside) for _ in range(3))])
    publish(store, NOON)
    before = told(store)
    with store.write() as session:
        session.execute(delete(NeedPrivate))

    publish(store, NOON + EACH)

    assert sum(needs for needs, _ in before) == 5
    assert told(store) == before


def test_households_are_counted_and_services_told_where_nothing_follows_from_them(store: Database) -> None:
    fill(store, [*households(12), *households(12), *households(3, "medicine", "1390000")])

    publish(store, NOON)

    assert told(store) == [(15, {"food": 10})]


@pytest.mark.parametrize("state", ["reported", "met", "confirmed", "withdrawn", "declined"])
def test_needs_count_from_acknowledged_until_they_are_met(store: Database, state: str) -> None:
    fill(store, [*households(5), *households(9, contact="1390000", state=state)])

    publish(store, NOON)

    assert told(store) == [(5, {"food": 5})]


def made(*ago: timedelta) -> Sequence[tuple[int, datetime]]:
    """Publications, numbered from 1, made so long ago."""
    return [(number, NOON - age) for number, age in enumerate(ago, 1)]


def test_all_publications_of_two_days_are_kept_then_one_an_hour_then_one_a_day() -> None:
    days, minutes = timedelta(days=1), timedelta(minutes=1)
    now = NOON.replace(minute=5)
    every = [(number, now - number * EACH) for number in range(60 * 24 * 6)]

    kept = dict(every)
    for number in superfluous(every, now):
        del kept[number]
    ages = sorted(now - at for at in kept.values())

    assert sum(age < 2 * days for age in ages) == 2 * 144
    assert sum(2 * days <= age < 31 * days for age in ages) == 29 * 24 + 1  # the hour the second day ends in
    assert len(ages) - 2 * 144 - 29 * 24 - 1 == pytest.approx(60 - 31, abs=1)
    assert max(later - earlier for earlier, later in pairwise(ages)) <= days + 10 * minutes
    assert superfluous(list(kept.items()), now) == []


def test_publications_that_are_kept_no_longer_go_with_their_cells(store: Database) -> None:
    fill(store, households(7))
    for minute in (0, 10, 20, 70):
        publish(store, NOON - timedelta(days=5) + timedelta(minutes=minute))
    assert numbers(store) == [1, 2, 3, 4]

    publish(store, NOON)

    assert numbers(store) == [1, 4, 5]  # the first of each hour
    with store.read() as session:
        assert set(session.execute(select(PublishedCell.number)).scalars()) == {1, 4, 5}
        assert session.execute(select(func.count()).select_from(PublishedCell)).scalar() == 3
