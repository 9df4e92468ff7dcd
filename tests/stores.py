"""Empty stores for tests, of both kinds, made and removed cheaply."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import data.areas
import data.people  # noqa: F401 - their tables are to be known here
import layers.accountability.record
import layers.cell_state.record
import layers.publication.record  # noqa: F401 - as above
from data.base import Base
from data.database import Database
from tests.cluster import running_cluster

Kind = Literal["spatialite", "postgis"]
KINDS: tuple[Kind, ...] = ("spatialite", "postgis")


def empty_store(kind: Kind, directory: Path) -> str:
    """The URL of a store in which nothing is yet, not even the schema.

    For SpatiaLite a file still to be made in `directory`, for PostGIS a database of the run's own cluster
    that has the extension and nothing else.
    """
    name = f"t_{uuid.uuid4().hex}"
    if kind == "spatialite":
        return f"sqlite:///{directory.resolve() / name}.sqlite"
    return running_cluster().create_database(name)


def copy_of_store(url: str, directory: Path) -> str:
    """The URL of a new store with the same content, made without reading it: for a schema or data many tests need.

    Nobody may be connected to the store that is copied: dispose of its engine first.
    """
    name = f"t_{uuid.uuid4().hex}"
    if url.startswith("sqlite:"):
        copy = directory.resolve() / f"{name}.sqlite"
        shutil.copyfile(_file_of(url), copy)
        return f"sqlite:///{copy}"
    return running_cluster().create_database(name, template=_database_of(url))


def remove_store(url: str) -> None:
    """Removes a store; on PostGIS also when somebody is still connected."""
    if url.startswith("sqlite:"):
        file = _file_of(url)
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)
    else:
        running_cluster().drop_database(_database_of(url))


#: What a store knows before anything is put into it: made by the steps of the schema, never by a test.
FIRST_FILLING = (
    "services", "shift_roles", "shift_role_services", "decline_reasons", "emergency_numbers", "planning_weights",
    "kept",
)  # fmt: skip


def emptied(database: Database) -> Database:
    """The store with every feature, figure and journal row taken out; far quicker than a new one.

    Whoever watched it lets go of it, so that connections do not pile up over the examples of a property.
    """
    database.close()
    with database.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in FIRST_FILLING:
                session.execute(table.delete())
    return database


def _file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _database_of(url: str) -> str:
    return urlsplit(url).path.lstrip("/")
