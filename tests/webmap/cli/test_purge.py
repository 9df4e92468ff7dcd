"""`linli purge` deletes what is private of needs at rest, in the store's very files, and moves no figure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import select

from data.base import Base
from data.database import Database
from data.journal import JournalRow
from layers import catalogue, features
from layers.cell_state.verify import differences
from layers.needs import actions, additions
from layers.publication.actions import publish
from layers.supply_drops import servings
from layers.supply_drops.record import DropServing, SupplyDrop
from layers.volunteer_shifts.attendance import check
from layers.volunteer_shifts.links import volunteer_of_token
from layers.volunteer_shifts.places import person, take, take_also
from layers.volunteer_shifts.queries import half_hours_of
from layers.volunteer_shifts.record import ShiftVolunteerPrivate
from tests.layers.answers import from_record
from tests.layers.town import LAT, LNG, OFFICIAL, Thing, put
from tests.webmap.cli.loading import rows, run

SAID = "我们家没有米了-only-we-know"
MESSAGE = "明天下午三点送到-only-we-know"
NOW = datetime.now(UTC)
PAST = NOW - timedelta(days=40)


@pytest.fixture
def rested(kept: Database) -> Database:
    """Of three needs of 40 days ago the first is confirmed, the second open, the third confirmed yesterday."""
    with kept.write() as session:
        things = [
            Thing("needs", {"service": "food", "words": SAID, "contact": f"1380000000{at}"},
                  shapely.Point(LNG + at * 0.002, LAT))
            for at in range(3)
        ]  # fmt: skip
        put(session, things, PAST)
        row = features.row_of(session, catalogue.layer("needs"), 1)
        additions.say(session, row, "official", "社区", "message", MESSAGE, OFFICIAL, PAST)
        additions.add_photos(session, 1, [additions.Photo(2, 2, b"a photo only we know")], PAST)
        for state in ("acknowledged", "assigned", "met", "confirmed"):
            for need, at in ((1, PAST), (3, NOW - timedelta(days=1))):
                actions.move(session, [need], state, OFFICIAL, at, organization="队")
        actions.move(session, [2], "acknowledged", OFFICIAL, PAST)
    return kept


def private(store: Database) -> dict[str, list[int]]:
    """Of which needs something private is kept, by table."""
    with store.read() as session:
        tables = {name: Base.metadata.tables[name] for name in ("needs_private", "need_messages", "need_photos")}
        return {name: sorted(session.execute(select(table.c.need_id)).scalars()) for name, table in tables.items()}


def test_what_is_private_of_a_need_long_at_rest_goes_and_the_rest_stays(rested: Database) -> None:
    said = run("purge", "--yes")

    assert (said.exit_code, said.output) == (0, "purged: 1 needs, 1 messages, 1 photos\n")
    assert private(rested) == {"needs_private": [2, 3], "need_messages": [], "need_photos": []}
    first, second, third = rows(rested, "needs")
    assert (first["token_hash"], first["household"], first["state"]) == (None, None, "confirmed")
    assert None not in (second["household"], third["household"])


def test_no_figure_moves_by_it_neither_now_nor_in_the_past(rested: Database) -> None:
    moments = [NOW, NOW - timedelta(days=20), PAST + timedelta(seconds=1), PAST - timedelta(days=1)]
    publish(rested, NOW)
    before = [from_record(rested, 11, at, NOW) for at in moments]

    run("purge", "--older-than", "0", "--yes")

    assert [from_record(rested, 11, at, NOW) for at in moments] == before
    with rested.snapshot() as session:
        assert differences(session) == []


def test_a_need_that_was_purged_is_known_to_a_building_and_no_finer(rested: Database) -> None:
    exact = rows(rested, "needs")[0]["leaf"]
    with rested.write() as session:
        put(session, [Thing("needs", {"service": "food"}, shapely.Point(LNG + 8e-5, LAT))], PAST)
        actions.move(session, [4], "withdrawn", OFFICIAL, PAST)
    assert rows(rested, "needs")[3]["leaf"] != exact

    run("purge", "--yes")

    first, *_, other = rows(rested, "needs")
    assert first["leaf"] == other["leaf"] != exact


def test_the_bytes_leave_the_files_of_the_store(rested: Database, store_url: str) -> None:
    if not rested.is_sqlite:
        # PostgreSQL keeps its files where only its own role reads them; that nothing can be asked is tested above.
        run("purge", "--yes")
        assert private(rested)["need_messages"] == []
        return
    file = Path(store_url.removeprefix("sqlite:///"))

    def bytes_of_the_store() -> bytes:
        return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))

    assert MESSAGE.encode() in bytes_of_the_store()
    run("purge", "--yes")
    assert MESSAGE.encode() not in bytes_of_the_store()
    assert b"a photo only we know" not in bytes_of_the_store()


def test_the_journal_says_how_much_it_was_and_nothing_of_it(rested: Database) -> None:
    run("purge", "--yes")

    with rested.read() as session:
        (entry,) = session.execute(select(JournalRow).where(JournalRow.verb == "purge")).scalars()
        told: dict[str, Any] = {"actor": entry.actor, "details": entry.details, "cells": entry.cells}
    assert told == {"actor": "linli purge", "details": {"needs": 1, "messages": 1, "photos": 1}, "cells": []}


def test_a_dry_run_says_how_much_would_go_and_keeps_it(rested: Database) -> None:
    before = private(rested)

    said = run("purge", "--dry-run", "--older-than", "0")

    assert (said.exit_code, "would be purged: 2 needs, 1 messages, 1 photos" in said.output) == (0, True)
    assert private(rested) == before


def test_a_second_time_there_is_nothing_left_to_purge(rested: Database) -> None:
    run("purge", "--yes")

    assert run("purge", "--yes").output == "there is nothing to purge\n"


@pytest.mark.parametrize("days", ["-1", "x", "9999"])
def test_days_that_are_none_are_refused(kept: Database, days: str) -> None:
    assert run("purge", "--older-than", days).exit_code == 2


def test_codes_of_households_served_go_with_their_round(kept: Database) -> None:
    window = {"window_from": PAST, "window_to": PAST + timedelta(hours=2), "state": "delivered"}
    with kept.write() as session:
        [old] = put(session, [Thing("supply_drops", {"name": "门口", **window}, shapely.Point(LNG, LAT))], PAST)
        servings.serve(session, old, "token-of-a-door", "", OFFICIAL, PAST)

    said = run("purge", "--yes")

    assert said.output == "purged: 0 needs, 0 messages, 0 photos, 1 codes of households served\n"
    with kept.read() as session:
        assert session.execute(select(DropServing)).first() is None
        assert session.get_one(SupplyDrop, old).served == 1
    assert "nothing to purge" in run("purge", "--yes").output


def test_names_of_volunteers_go_after_their_last_shift_and_hours_stay(kept: Database) -> None:
    def shift(starts: datetime) -> Thing:
        moments = {"starts_at": starts, "ends_at": starts + timedelta(hours=3)}
        values = {"organization": "队", "role": "delivery", "places_wanted": 9, **moments}
        return Thing("volunteer_shifts", values, shapely.box(LNG, LAT, LNG + 0.002, LAT + 0.002))

    with kept.write() as session:
        old, new = put(session, [shift(PAST), shift(NOW - timedelta(hours=1))], PAST)
        gone = take(session, old, person("a token of Li", "李-only-we-know", "138"), PAST)
        check(session, gone.id, "whole", OFFICIAL, NOW)
        take(session, old, person("a token of Zhao", "赵", "139"), PAST)
        take(session, new, person("a token of Wang", "王", "137"), PAST)
        zhao = volunteer_of_token(session, "a token of Zhao")
        assert zhao is not None
        take_also(session, new, zhao, NOW)

    assert "1 names of volunteers" in run("purge", "--dry-run").output
    assert run("purge", "--yes").output == "purged: 0 needs, 0 messages, 0 photos, 1 names of volunteers\n"

    with kept.read() as session:
        names = set(session.execute(select(ShiftVolunteerPrivate.name)).scalars())
        assert names == {"赵", "王"}
        assert volunteer_of_token(session, "a token of Li") is None
        assert half_hours_of(session, "队") == 6
    assert "nothing to purge" in run("purge", "--yes").output
