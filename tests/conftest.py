"""What every test can ask for: a fresh store on each of the two databases; one PostGIS cluster for the run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.cluster import MEETING, Meeting
from tests.stores import KINDS, empty_store, remove_store

# Two cores shared with a database and a browser: how long one example takes says nothing about the code.
settings.register_profile("linli", deadline=None)
settings.load_profile("linli")

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


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty store, once on SpatiaLite and once on PostGIS; removed after the test."""
    url = empty_store(request.param, tmp_path)
    yield url
    remove_store(url)


@pytest.fixture(scope="session")
def postgis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one PostGIS database for this test process and all its tests; empty at first."""
    url = empty_store("postgis", tmp_path_factory.mktemp("postgis"))
    yield url
    remove_store(url)
