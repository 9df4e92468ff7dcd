"""The journal's order is the order in which changes become visible: a reader who follows it misses nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from sqlalchemy import text

from data import journal
from data.database import Database, open_database
from data.journal import Entry

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)


#: Writers of this database who stand before the journal's lock.
WAITING = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def words_after(store: Database, seq: int) -> list[tuple[int, str]]:
    with store.read() as session:
        return [(row.seq, row.verb) for row in journal.since(session, seq, 10)]


def is_waiting(store: Database) -> bool:
    """Whether the second writer stands before a lock. SQLite's file has one writer, and nobody else can look."""
    if store.is_sqlite:
        return True
    with store.read() as session:
        return bool(session.execute(text(WAITING)).scalar())


def test_of_two_open_transactions_the_later_number_is_never_seen_first(store: Database) -> None:
    """The second writer would commit at once; it gets its number only when the first has committed."""
    other = open_database(store.engine.url.render_as_string(hide_password=False))
    done = threading.Event()

    def write() -> None:
        with other.write() as session:
            journal.append(session, [Entry("needs", "second")], "", "resident", NOW)
        done.set()

    second = threading.Thread(target=write)
    with store.write() as session:
        journal.append(session, [Entry("needs", "first")], "", "resident", NOW)
        second.start()
        while not done.is_set() and not is_waiting(store):
            pass
        seen = words_after(store, 0)
    second.join(timeout=30)
    other.close()

    assert seen == []
    found = words_after(store, 0)
    assert [word for _, word in found] == ["first", "second"]
    assert found[0][0] < found[1][0]


def test_many_writers_and_a_reader_who_follows_by_number_sees_every_change_once(store: Database) -> None:
    stores = [open_database(store.engine.url.render_as_string(hide_password=False)) for _ in range(4)]

    def write(own: Database) -> None:
        for _ in range(15):
            with own.write() as session:
                journal.append(session, [Entry("needs", "create"), Entry("needs", "move")], "", "resident", NOW)

    threads = [threading.Thread(target=write, args=(own,)) for own in stores]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while any(thread.is_alive() for thread in threads):
        seen += [seq for seq, _ in words_after(store, seen[-1] if seen else 0)]
    for _ in range(20):
        seen += [seq for seq, _ in words_after(store, seen[-1] if seen else 0)]
    for own in stores:
        own.close()

    with store.read() as session:
        written = [row.seq for row in journal.since(session, 0, 1000)]
    assert len(written) == 4 * 15 * 2
    assert seen == written
