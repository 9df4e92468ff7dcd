"""The steps of the schema lead to what the code means by it, and back again, on both stores."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text

import data
import layers
from data.base import Base
from data.database import Database, open_database
from data.migrations.steps import configuration, current, downgrade, newest
from layers import catalogue
from layers.cell_state.verify import differences
from tests.house.checkout import ROOT
from tests.layers.town import LAT, LNG, NOON, Thing, crowd, fill

EMPTY = "base"


@pytest.fixture
def bare(database_url: str) -> Iterator[Database]:
    """A store in which nothing is yet, opened."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="module", autouse=True)
def every_table_is_known() -> None:
    """Imports every module that may define a table: a table nobody imported would not be missed."""
    for package in (data, layers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith("data.migrations."):
                importlib.import_module(module.name)


def town() -> list[Thing]:
    """Something of an area, of a point and of needs, so that no figure table stays empty."""
    quarter = shapely.box(LNG, LAT, LNG + 0.002, LAT + 0.002)
    gate = Thing("checkpoints", {"name": "东门"}, shapely.Point(LNG, LAT))
    return [Thing("compounds", {"name": "小区", "households": 7, "population": 20}, quarter), gate, *crowd(1, 5, NOON)]


def differs_from_models(database: Database) -> list[Any]:
    """What a new step would have to do, as Alembic sees it through the rules of our environment."""
    found: list[Any] = []

    def look(revision: object, context: MigrationContext) -> list[Any]:
        from alembic.autogenerate import compare_metadata

        found.extend(compare_metadata(context, Base.metadata))
        return []

    with database.engine.connect() as connection:
        config = configuration(connection)
        config.attributes["metadata"] = Base.metadata
        script = ScriptDirectory.from_config(config)
        with EnvironmentContext(config, script, fn=look, compare_type=True):
            script.run_env()
    return found


def ours(database: Database) -> set[str]:
    """Tables of ours that are in the store."""
    names = set(inspect(database.engine).get_table_names())
    return names & set(Base.metadata.tables)


def everything(database: Database) -> set[str]:
    """Every table, view and index, also those of the spatial extension."""
    query = "SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    if not database.is_sqlite:
        query = (
            "SELECT CAST(relkind AS text) || ' ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )
    with database.read() as session:
        return set(session.execute(text(query)).scalars())


def test_a_migrated_store_is_what_the_models_say(bare: Database) -> None:
    bare.upgrade()

    assert ours(bare) == set(Base.metadata.tables)
    assert differs_from_models(bare) == []


def test_a_column_that_is_missing_would_be_told(bare: Database) -> None:
    bare.upgrade()
    with bare.write() as session:
        session.execute(text("ALTER TABLE checkpoints DROP COLUMN referred"))

    assert [difference[0] for difference in differs_from_models(bare)] == ["add_column"]


def test_a_new_store_verifies_and_knows_its_services(bare: Database) -> None:
    bare.upgrade()

    with bare.snapshot() as session:
        assert differences(session) == []
        assert session.execute(select(func.count()).select_from(Base.metadata.tables["services"])).scalar() == 8


@pytest.mark.parametrize("things", [[], town()], ids=["empty", "filled"])
def test_the_way_down_leaves_nothing_of_ours_and_the_way_up_is_open_again(bare: Database, things: list[Thing]) -> None:
    bare.upgrade()
    up = everything(bare)
    fill(bare, things)

    downgrade(bare, EMPTY)
    down = everything(bare)

    assert ours(bare) == set()
    assert not {name for name in down if any(layer.name in name for layer in catalogue.layers())}
    assert current(bare) is None
    bare.upgrade()
    assert everything(bare) == up
    assert current(bare) == newest()
    fill(bare, town())
    with bare.snapshot() as session:
        assert differences(session) == []


def test_upgrading_a_store_that_is_up_to_date_keeps_what_is_in_it(bare: Database) -> None:
    bare.upgrade()
    fill(bare, town())

    bare.upgrade()

    with bare.snapshot() as session:
        counts = [
            session.execute(select(func.count()).select_from(layer.table)).scalar() for layer in catalogue.layers()
        ]
        assert sum(counts) == len(town())
        assert differences(session) == []


#: One start of Linli: says that it is ready, waits for the word, upgrades.
START = """
import sys
from data.database import open_database
database = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
database.upgrade()
database.close()
"""


def test_two_processes_that_upgrade_at_once_both_succeed(bare: Database, database_url: str) -> None:
    starts = [
        subprocess.Popen([sys.executable, "-c", START, database_url], cwd=ROOT, text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]  # fmt: skip
    for start in starts:
        assert start.stdout is not None
        assert start.stdout.readline() == "ready\n"
    said = []
    for start in starts:
        assert start.stdin is not None
        start.stdin.write("go\n")
        start.stdin.flush()
    for start in starts:
        said.append((start.communicate(timeout=120)[1], start.returncode))

    assert said == [("", 0)] * 3
    assert current(bare) == newest()
    with bare.read() as session:
        assert session.execute(select(func.count()).select_from(Base.metadata.tables["services"])).scalar() == 8
