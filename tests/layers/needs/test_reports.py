"""Needs taken in at the store: together, and none twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text

from data.database import Database, open_database
from layers.needs.actions import Report, Reported, report_all
from layers.needs.record import IdempotencyKey
from layers.needs.rules import Feature

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def sent(number: int) -> Report:
    """What a phone sends under a key of its own."""
    return Report(Feature(service="food", words=str(number)), 120.1, 30.3, NOON, f"key {number}")


def taken_in(database: Database, *numbers: int) -> list[Reported]:
    """What becomes of reports that come at the same moment."""
    with database.write() as session:
        return report_all(session, [sent(number) for number in numbers])


def test_of_those_that_come_together_only_the_new_ones_become_needs(store: Database) -> None:
    first, second = taken_in(store, 1, 2)
    again, new, other = taken_in(store, 2, 3, 1)

    assert [one.repeated for one in (first, second, again, new, other)] == [False, False, True, False, True]
    assert (again.need_id, again.reference, again.token) == (second.need_id, second.reference, second.token)
    assert other.need_id == first.need_id
    assert new.need_id not in (first.need_id, second.need_id)


@pytest.mark.parametrize("schema_url", ["postgis"], indirect=True)
def test_of_some_hundred_keys_one_is_found_without_reading_the_others(store_url: str) -> None:
    """So many that PostgreSQL would rather read them all, and keep to that when there are a hundred times as many."""
    with open_database(store_url) as database:
        known = [{"key_hash": f"{n:064}", "body_hash": "", "need_id": n, "created_at": NOON} for n in range(500)]
        with database.write() as session:
            session.execute(insert(IdempotencyKey), known)
        taken_in(database, *range(4))  # what its connections read is counted when they end

    with open_database(store_url) as other, other.read() as session:
        read = text("SELECT n_tup_ins, seq_tup_read FROM pg_stat_user_tables WHERE relname = 'idempotency_keys'")
        until = datetime.now(UTC) + timedelta(seconds=20)
        while (found := session.execute(read).one()).n_tup_ins < 504 and datetime.now(UTC) < until:
            pass

    assert tuple(found) == (504, 0)
