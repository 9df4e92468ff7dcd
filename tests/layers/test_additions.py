"""What is added to a need beside its moves: kept apart, told in the journal without its content, gone with the need."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from data.base import Base
from data.database import Database
from data.journal import JournalRow
from layers import catalogue, features
from layers.cell_state.verify import differences
from layers.errors import BadInput, MoveNotAllowed
from layers.needs import actions, additions
from layers.needs.record import NeedPrivate
from tests.layers.answers import from_record
from tests.layers.town import LAT, LNG, NOON, OFFICIAL, crowd, fill

NEEDS = catalogue.layer("needs")
PRIVATE = "我的电话是13800000001"


@pytest.fixture
def need(store: Database) -> dict[str, Any]:
    fill(store, crowd(1, 3, NOON))
    return row_of(store, 1)


def row_of(store: Database, need_id: int) -> dict[str, Any]:
    with store.read() as session:
        return features.row_of(session, NEEDS, need_id)


def journal_of(store: Database, need_id: int) -> list[JournalRow]:
    with store.read() as session:
        query = select(JournalRow).where(JournalRow.feature_id == need_id).order_by(JournalRow.seq)
        return list(session.execute(query).scalars())


def test_words_photos_and_voices_are_in_the_journal_without_their_content(
    store: Database, need: dict[str, Any]
) -> None:
    with store.write() as session:
        additions.say(session, need, "resident", "", "words", PRIVATE, OFFICIAL, NOON)
        additions.add_photos(session, 1, [additions.Photo(1, 1, b"jpeg")], NOON)
        assert additions.add_voice(session, need, "hash", OFFICIAL, NOON)
        assert not additions.add_voice(session, need, "hash", OFFICIAL, NOON)
        assert additions.read_private(session, need, OFFICIAL, NOON) is not None
        additions.hide_words(session, need, True, OFFICIAL, NOON)

    rows = journal_of(store, 1)

    assert [row.verb for row in rows] == ["create", "say", "voice", "read_contact", "hide_words"]
    assert PRIVATE not in str([vars(row) for row in rows])
    assert row_of(store, 1)["voices"] == 1


def test_a_need_that_is_removed_takes_everything_private_with_it(store: Database, need: dict[str, Any]) -> None:
    with store.write() as session:
        additions.say(session, need, "resident", "", "words", PRIVATE, OFFICIAL, NOON)
        additions.add_photos(session, 1, [additions.Photo(1, 1, b"jpeg")], NOON)
        additions.add_voice(session, need, "hash", OFFICIAL, NOON)
        features.remove(session, NEEDS, [1], OFFICIAL, NOON, "a test")

    with store.read() as session:
        tables = ("needs_private", "need_messages", "need_photos", "need_voices")
        left = {
            name: session.execute(
                select(func.count()).select_from(Base.metadata.tables[name]).where(
                    Base.metadata.tables[name].c.need_id == 1
                )
            ).scalar()
            for name in tables
        }  # fmt: skip
    assert left == dict.fromkeys(tables, 0)


def test_a_place_put_right_moves_the_figures_and_the_journal_names_only_cells(
    store: Database, need: dict[str, Any]
) -> None:
    before = from_record(store, 8, NOON, NOON)
    with store.write() as session:
        additions.relocate(session, need, LNG + 0.05, LAT, OFFICIAL, NOON + timedelta(minutes=1))

    after = from_record(store, 8, NOON + timedelta(minutes=1), NOON + timedelta(minutes=1))
    entry = journal_of(store, 1)[-1]

    assert sum(state.get("needs", 0) for state in after.values()) == 3
    assert set(after) - set(before)
    assert from_record(store, 8, NOON, NOON + timedelta(minutes=1)) == before
    assert (entry.verb, entry.details, len(entry.cells)) == ("update", {"changed": ["community", "leaf"]}, 2)
    with store.snapshot() as session:
        assert differences(session) == []
        assert session.execute(select(NeedPrivate.lng).where(NeedPrivate.need_id == 1)).scalar() == LNG + 0.05


def test_help_is_rated_once_it_came_with_one_to_five(store: Database, need: dict[str, Any]) -> None:
    with store.write() as session, pytest.raises(MoveNotAllowed):
        additions.rate(session, need, 5, OFFICIAL, NOON)
    with store.write() as session:
        for state in ("acknowledged", "assigned", "met"):
            actions.move(session, [1], state, OFFICIAL, NOON, organization="队")
        row = features.row_of(session, NEEDS, 1)
        with pytest.raises(BadInput):
            additions.rate(session, row, 6, OFFICIAL, NOON)
        additions.rate(session, row, 4, OFFICIAL, NOON)

    assert row_of(store, 1)["rating"] == 4


def test_a_claim_says_who_and_until_when_and_is_forgotten_when_it_goes_back(
    store: Database, need: dict[str, Any]
) -> None:
    until = NOON + timedelta(minutes=30)
    with store.write() as session:
        actions.move(session, [1], "acknowledged", OFFICIAL, NOON)
        (taken,) = actions.move(
            session, [1], "assigned", OFFICIAL, NOON, organization="队", taken_by="小李", claim_until=until
        )
        (back,) = actions.move(session, [1], "acknowledged", OFFICIAL, NOON, reason="no time")

    assert (taken["organization"], taken["taken_by"], taken["claim_until"]) == ("队", "小李", until)
    assert (back["organization"], back["taken_by"], back["claim_until"]) == (None, None, None)
