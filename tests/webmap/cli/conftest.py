"""A store of the test's own for commands."""

from __future__ import annotations

import pytest

from data.database import Database


@pytest.fixture
def kept(store: Database, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The store that the commands of the test use, opened."""
    monkeypatch.setenv("LINLI_DATABASE_URL", store_url)
    return store
