"""What every test can ask for: a fresh store on each of the two databases; one PostGIS cluster for the run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from data.database import Database, open_database
from data.people import HASH_COST
from tests.cluster import MEETING, Meeting
from tests.statements import share_between_stores
from tests.stores import KINDS, copy_of_store, emptied, empty_store, remove_store

# Two cores shared with a database and a browser: how long one example takes says nothing about the code.
settings.register_profile("linli", deadline=None)
settings.load_profile("linli")

# Passwords of tests are no secrets: a hash that is quick to make signs in as well.
HASH_COST.update(time_cost=1, memory_cost=8)

share_between_stores()

# The settings of whoever runs the tests must not reach them; a test says what it needs.
for name in [name for name in os.environ if name.startswith("LINLI_") and name != MEETING]:
    del os.environ[name]

_meeting = pytest.StashKey[Meeting]()


def pytest_configure(config: pytest.Config) -> None:
    """Opens the meeting with the keeper of the cluster, once a run: xdist's workers come to their controller's."""
    if not hasattr(config, "workerinput"):
        config.stash[_meeting] = Meeting()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the cluster, if there is one, also after a failure or Ctrl-C."""
    meeting = config.stash.get(_meeting, None)
    if meeting is not None:
        meeting.close()


@pytest.hookimpl(trylast=True)  # after pytest has put together what shares a store
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys come first: they are the longest, and at the end one core would idle beside the last of them."""
    items.sort(key=lambda item: "journeys" not in item.path.parts)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty store, once on SpatiaLite and once on PostGIS; removed after the test."""
    url = empty_store(request.param, tmp_path)
    yield url
    remove_store(url)


@pytest.fixture(scope="session", params=KINDS)
def schema_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a store with the schema and nothing in it, made once a test process and only ever copied."""
    url = empty_store(request.param, tmp_path_factory.mktemp("schema"))
    database = open_database(url)
    database.upgrade()
    database.close()
    yield url
    remove_store(url)


@pytest.fixture
def store_url(schema_url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a store of the test's own, with the schema; removed after the test."""
    url = copy_of_store(schema_url, tmp_path)
    yield url
    remove_store(url)


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    """A store of the test's own, with the schema, opened."""
    database = open_database(store_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_store(schema_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One store for all examples of a property, opened; `tests.stores.emptied` makes it new for the next one."""
    url = copy_of_store(schema_url, tmp_path_factory.mktemp("shared"))
    database = open_database(url)
    yield database
    database.close()
    remove_store(url)


@pytest.fixture
def elsewhere(shared_store: Database) -> Iterator[Database]:
    """The store, emptied, as another process has it open."""
    emptied(shared_store)
    other = open_database(shared_store.engine.url.render_as_string(hide_password=False))
    yield other
    other.close()


@pytest.fixture(scope="session")
def postgis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one PostGIS database for this test process and all its tests; empty at first."""
    url = empty_store("postgis", tmp_path_factory.mktemp("postgis"))
    yield url
    remove_store(url)
