"""A store of the test's own for commands, with its schema made once a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.database import Database, open_database
from tests.stores import copy_of_store, remove_store


@pytest.fixture
def store_url(store_with_schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty store with its schema; commands of this process use it."""
    folder = tmp_path / "store"
    folder.mkdir()
    url = copy_of_store(store_with_schema, folder)
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    yield url
    remove_store(url)


@pytest.fixture
def kept(store_url: str) -> Iterator[Database]:
    """The store the commands of the test use."""
    database = open_database(store_url)
    yield database
    database.close()
