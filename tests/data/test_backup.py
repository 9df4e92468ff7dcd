"""A backup is the store at one moment, and putting it back gives exactly that, or changes nothing."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
import pytest
import shapely
from sqlalchemy import select, text, update

from data import journal, streets
from data.backup import STORE, BadBackup, backup, restore
from data.base import Base
from data.database import Database, open_database
from data.exchange.osm_streets import FoundLine
from data.journal import JournalRow
from data.migrations.steps import newest
from geo.coordinates import Box
from layers import catalogue, features
from layers.cell_state.verify import differences
from layers.publication.actions import publish
from tests.cluster import running_cluster
from tests.layers.answers import from_kept, from_memory, from_record, past_of, present_of
from tests.layers.town import LAT, LNG, NOON, OFFICIAL, Thing, crowd, fill, put
from tests.stores import Kind, empty_store, remove_store

LATER = NOON + timedelta(hours=1)


def town() -> list[Thing]:
    """Something of every layer."""
    quarter = shapely.box(LNG, LAT, LNG + 0.002, LAT + 0.002)
    hours = {"starts_at": NOON - timedelta(hours=1), "ends_at": NOON + timedelta(hours=3)}
    window = {"window_from": NOON, "window_to": LATER}
    return [
        Thing("compounds", {"source_id": "C1", "name": "小区", "households": 70, "population": 200}, quarter),
        Thing("checkpoints", {"name": "东门", "hours": "Mo-Su 06:00-22:00"}, shapely.Point(LNG, LAT)),
        Thing("quarantine_zones", {"name": "一号区", "level": "lockdown"}, quarter),
        Thing("supply_drops", {"name": "菜", **window}, shapely.Point(LNG, LAT)),
        Thing("volunteer_shifts", {"organization": "队", "role": "care", "places_wanted": 3, **hours}, quarter),
        *crowd(1, 30, NOON),
    ]


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of ours, in an order of its own."""
    found = {}
    with database.snapshot() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(table))
            found[table.name] = sorted(tuple(map(str, row)) for row in rows)
    return found


def wrong(database: Database) -> list[str]:
    with database.snapshot() as session:
        return differences(session)


def change(database: Database) -> None:
    """What happens after a backup: new features, moves, a removal, other words."""
    fill(database, [*crowd(2, 20, NOON), Thing("checkpoints", {"name": "西门"}, shapely.Point(LNG, LAT))], LATER)
    with database.write() as session:
        needs, zones = catalogue.layer("needs"), catalogue.layer("quarantine_zones")
        features.move(session, needs, [features.Step(1, "acknowledged", LATER)], OFFICIAL, LATER)
        features.remove(session, zones, [1], OFFICIAL, LATER, "over")
        session.execute(update(catalogue.layer("compounds").table).values(name="别的名字"))


@pytest.fixture
def kept(store: Database) -> Database:
    """A store with a town in it, its streets, and a publication."""
    fill(store, town())
    publish(store, NOON)
    with store.write() as session:
        number = streets.begin(session, "town.osm", Box(LNG, LAT, LNG + 1, LAT + 1), 100.0, NOON)
        way = FoundLine("way/1", "way", shapely.LineString([(LNG, LAT), (LNG + 0.001, LAT)]))
        streets.add(session, number, [way])
        streets.finish(session, number, NOON)
    return store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "of-today.backup"


def test_a_restore_gives_back_every_row_of_every_table(kept: Database, file: Path) -> None:
    before = content(kept)
    backup(kept, file)
    change(kept)
    assert content(kept) != before

    restore(kept, file, LATER, wrong)

    after = content(kept)
    journal_before, journal_after = before.pop("journal"), after.pop("journal")
    assert after == before
    assert set(journal_after) > set(journal_before)
    assert len(journal_after) == len(journal_before) + 1
    assert wrong(kept) == []


def test_the_journal_says_so_above_every_number_seen_before(kept: Database, file: Path) -> None:
    backup(kept, file)
    change(kept)
    with kept.read() as session:
        seq, public_seq = journal.latest(session), journal.latest_public(session)

    restore(kept, file, LATER, wrong)

    with kept.read() as session:
        (row,) = session.execute(select(JournalRow).where(JournalRow.layer == STORE)).scalars()
        assert (row.verb, row.recorded_at) == ("restore", LATER)
        assert row.seq > seq
        assert row.public_seq is not None
        assert row.public_seq > public_seq


def test_life_goes_on_after_a_restore(kept: Database, file: Path) -> None:
    backup(kept, file)
    change(kept)
    restore(kept, file, LATER, wrong)

    change(kept)

    assert wrong(kept) == []


def test_a_backup_goes_into_a_store_that_was_never_filled(kept: Database, file: Path, tmp_path: Path) -> None:
    before = content(kept)
    backup(kept, file)
    url = empty_store(kind_of(kept), tmp_path)
    elsewhere = open_database(url)

    restore(elsewhere, file, LATER, wrong)

    after = content(elsewhere)
    elsewhere.close()
    remove_store(url)
    del before["journal"], after["journal"]
    assert after == before


def test_a_backup_while_somebody_writes_is_one_moment(kept: Database, file: Path) -> None:
    under_way, over = threading.Event(), threading.Event()

    def write() -> None:
        for seed in range(1000):
            with kept.write() as session:
                put(session, crowd(seed, 5, NOON), NOON)
            under_way.set()
            if over.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    under_way.wait()
    backup(kept, file)
    over.set()
    writer.join()

    restore(kept, file, LATER, wrong)

    needs = content(kept)["needs"]
    assert wrong(kept) == []
    assert len(needs) >= 35
    assert len(needs) % 5 == 0


def test_a_restore_while_somebody_writes_leaves_a_whole_store(kept: Database, file: Path) -> None:
    backup(kept, file)
    under_way, over = threading.Event(), threading.Event()

    def write() -> None:
        for seed in range(1000):
            with kept.write() as session:
                put(session, crowd(seed, 5, NOON), NOON)
            under_way.set()
            if over.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    under_way.wait()
    restore(kept, file, LATER, wrong)
    over.set()
    writer.join()

    assert wrong(kept) == []


def kind_of(database: Database) -> Kind:
    return "spatialite" if database.is_sqlite else "postgis"


def text_file(kept: Database, file: Path) -> None:
    file.write_text("id,name\n1,小区\n", encoding="utf-8")


def empty_file(kept: Database, file: Path) -> None:
    file.write_bytes(b"")


def of_the_other_kind(kept: Database, file: Path) -> None:
    url = empty_store("postgis" if kept.is_sqlite else "spatialite", file.parent)
    other = open_database(url)
    other.upgrade()
    backup(other, file)
    other.close()
    remove_store(url)


def truncated_to(part: float) -> Any:
    def truncated(kept: Database, file: Path) -> None:
        backup(kept, file)
        whole = file.read_bytes()
        file.write_bytes(whole[: int(len(whole) * part)])

    return truncated


def damaged(kept: Database, file: Path) -> None:
    backup(kept, file)
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 9000] = bytes(9000)
    file.write_bytes(whole)


def of_another_program(kept: Database, file: Path) -> None:
    if kept.is_sqlite:
        connection = pysqlite3.dbapi2.connect(str(file))
        connection.execute("CREATE TABLE notes (words TEXT)")
        connection.commit()
        connection.close()
        return
    url = empty_store("postgis", file.parent)
    other = open_database(url)
    with other.write() as session:
        session.execute(text("CREATE TABLE notes (words TEXT)"))
    backup(other, file)
    other.close()
    remove_store(url)


def of_a_version_to_come(kept: Database, file: Path) -> None:
    with kept.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup(kept, file)
    with kept.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": newest()})


def of_a_store_that_does_not_verify(kept: Database, file: Path) -> None:
    rollups = Base.metadata.tables["cell_rollups"]
    with kept.write() as session:
        session.execute(update(rollups).values(households=rollups.c.households + 1))
    backup(kept, file)
    with kept.write() as session:
        session.execute(update(rollups).values(households=rollups.c.households - 1))


def with_a_table_missing(kept: Database, file: Path) -> None:
    with kept.write() as session:
        session.execute(text("ALTER TABLE publications RENAME TO publications_of_old"))
    backup(kept, file)
    with kept.write() as session:
        session.execute(text("ALTER TABLE publications_of_old RENAME TO publications"))


BAD = (
    text_file, empty_file, of_the_other_kind, damaged, of_another_program, of_a_version_to_come,
    of_a_store_that_does_not_verify, with_a_table_missing,
)  # fmt: skip


@pytest.mark.parametrize("make", [*BAD, *map(truncated_to, (0.02, 0.5, 0.9))], ids=lambda make: make.__name__)
def test_what_is_no_whole_backup_is_refused_and_nothing_changes(kept: Database, file: Path, make: Any) -> None:
    make(kept, file)
    before = content(kept)

    with pytest.raises(BadBackup) as refused:
        restore(kept, file, LATER, wrong)

    assert len(str(refused.value).splitlines()) == 1
    assert content(kept) == before
    assert schemas(kept) <= {"public"}


def test_a_database_without_postgis_is_told_in_one_line_what_it_lacks(tmp_path: Path) -> None:
    full_url = empty_store("postgis", tmp_path)
    bare_url = running_cluster().create_database(f"t_{uuid.uuid4().hex}", template="template0")
    full, bare = open_database(full_url), open_database(bare_url)
    full.upgrade()
    backup(full, tmp_path / "a.backup")

    with pytest.raises(BadBackup, match="CREATE EXTENSION postgis"):
        restore(bare, tmp_path / "a.backup", LATER, wrong)

    with bare.read() as session:
        assert session.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname LIKE 'linli%'")).scalar() == 0
    for database, url in ((full, full_url), (bare, bare_url)):
        database.close()
        remove_store(url)


def schemas(database: Database) -> set[str]:
    """Schemas that a role without special rights has made."""
    if database.is_sqlite:
        return set()
    query = "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
    with database.read() as session:
        return set(session.execute(text(query)).scalars())


@pytest.mark.parametrize("internal", [True, False], ids=["staff", "public"])
@pytest.mark.parametrize("changed", [True, False], ids=["changed", "unchanged"])
def test_what_was_in_memory_before_is_not_answered_after(
    kept: Database, file: Path, internal: bool, changed: bool
) -> None:
    backup(kept, file)
    if changed:
        change(kept)
    else:  # as many journal rows as the restored store will have, and other figures
        with kept.write() as session:
            session.execute(update(Base.metadata.tables["cell_rollups"]).values(households=9999))
    elsewhere = open_database(kept.engine.url.render_as_string(hide_password=False))
    warm = [present_of(kept, internal), present_of(elsewhere, internal)]
    for present in warm:
        from_memory(present, 9, NOON)
    past, at, now = past_of(kept), NOON - timedelta(hours=3), NOON + timedelta(hours=2)
    from_kept(past, 9, at, now)

    restore(kept, file, LATER, wrong)

    right = from_record(kept, 9, NOON, NOON, internal=internal)
    assert [from_memory(present, 9, NOON) for present in warm] == [right, right]
    assert from_kept(past, 9, at, now) == from_record(kept, 9, at, now) != {}
    elsewhere.close()
