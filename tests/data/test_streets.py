"""Streets that were loaded: whole extracts only, none doubled, and of each place what the newest one says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import shapely
from sqlalchemy import func, select

from data import streets
from data.database import Database
from data.exchange.osm_streets import FoundLine
from geo.coordinates import Box

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
TOWN, PROVINCE = Box(121.40, 31.10, 121.42, 31.12), Box(121.0, 31.0, 122.0, 32.0)
EVERYWHERE = [Box(-180, -90, 180, 90)]


def way(number: int, west: float, kind: str = "way") -> FoundLine:
    return FoundLine(f"way/{number}", kind, shapely.LineString([(west, 31.11), (west + 0.005, 31.11)]))  # type: ignore[arg-type]


def load(store: Database, name: str, box: Box, lines: Sequence[FoundLine], at: datetime = NOW) -> None:
    with store.write() as session:
        number = streets.begin(session, name, box, 1000.0, at)
        streets.add(session, number, lines)
        streets.finish(session, number, at)
    with store.write() as session:
        while streets.sweep(session, 1):
            pass


def starts(store: Database) -> list[float]:
    """Where the ways begin that count, from west to east."""
    with store.read() as session:
        found = streets.streets_in(session, EVERYWHERE)
    return sorted(round(float(one.coords[0][0]), 3) for one in found.ways)


def kept(store: Database) -> int:
    with store.read() as session:
        return int(session.execute(select(func.count()).select_from(streets.LINES)).scalar_one())


def test_an_extract_loaded_again_takes_the_place_of_itself(store: Database) -> None:
    load(store, "town.osm", TOWN, [way(1, 121.400), way(2, 121.405), way(3, 121.41, "barrier")])
    load(store, "town.osm", TOWN, [way(1, 121.400), way(4, 121.410)])

    assert starts(store) == [121.4, 121.41]
    assert kept(store) == 2

    load(store, "town.osm", Box(121.395, 31.10, 121.415, 31.12), [way(5, 121.400)])
    assert kept(store) == 1, "also where its box has become another"


def test_a_newer_town_within_a_province_says_what_is_there_and_the_rest_stays(store: Database) -> None:
    load(store, "province.pbf", PROVINCE, [way(1, 121.10), way(2, 121.405), way(3, 121.398)])
    load(store, "town.osm", TOWN, [way(2, 121.407), way(5, 121.410)])

    assert starts(store) == [121.1, 121.407, 121.41]
    assert kept(store) == 5

    load(store, "province.pbf", PROVINCE, [way(1, 121.10)])
    assert starts(store) == [121.1]
    assert kept(store) == 1


def test_an_object_that_two_neighbouring_extracts_hold_is_told_by_the_newer_one(store: Database) -> None:
    load(store, "west.osm", Box(121.0, 31.0, 121.3, 32.0), [way(1, 121.297), way(2, 121.29)])
    load(store, "east.osm", Box(121.31, 31.0, 121.6, 32.0), [way(1, 121.297), way(3, 121.32)])

    assert starts(store) == [121.29, 121.297, 121.32]


def test_an_extract_that_was_not_loaded_to_its_end_does_not_count_and_is_cleared_away_later(store: Database) -> None:
    load(store, "town.osm", TOWN, [way(1, 121.400)])
    with store.write() as session:
        streets.add(session, streets.begin(session, "town.osm", TOWN, 1.0, NOW), [way(2, 121.405)])

    assert starts(store) == [121.4]

    load(store, "town.osm", TOWN, [way(3, 121.410)], NOW + timedelta(days=2))
    assert starts(store) == [121.41]
    assert kept(store) == 1


def test_streets_are_read_of_the_places_asked_about_only(store: Database) -> None:
    load(store, "province.pbf", PROVINCE, [way(1, 121.10), way(2, 121.405), way(3, 121.41, "shore")])

    with store.read() as session:
        found = streets.streets_in(session, [TOWN, TOWN])

    assert (len(found.ways), len(found.barriers), len(found.shores)) == (1, 0, 1)
    assert found.boxes == [PROVINCE]
