"""Runs the steps: up to the newest, or to a named one, safely when two processes start at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import Connection

from data import locks

FOLDER = Path(__file__).resolve().parent


class Store(Protocol):
    """What is needed of a data.database.Database."""

    engine: Engine
    is_sqlite: bool


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file: where the steps are and the connection to use."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@cache
def newest() -> str:
    """The name of the last step."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def current(database: Store) -> str | None:
    """The step the store stands at; None for an empty store."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(database: Store, to: str = "head") -> None:
    """Takes the store up to step `to`. A second process waits for the first and then finds nothing to do."""
    if to == "head" and current(database) == newest():
        return
    _run(database, lambda config: command.upgrade(config, to))


def downgrade(database: Store, to: str) -> None:
    """Takes the store down to step `to` ("base" for empty)."""
    _run(database, lambda config: command.downgrade(config, to))


def _run(database: Store, job: Callable[[Config], None]) -> None:
    engine = database.engine.execution_options(linli_begin="IMMEDIATE")
    with engine.begin() as connection:
        if database.is_sqlite:
            if not inspect(connection).has_table("spatial_ref_sys"):
                # Row by row, and with every reference system, this takes over a minute.
                connection.execute(text("SELECT InitSpatialMetaData(0, 'WGS84')"))
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": locks.SCHEMA})
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
        job(configuration(connection))
