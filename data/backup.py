"""Whole copies of the store, consistent while it is being served, and putting one back in place."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from alembic.util import CommandError
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from data import journal, postgres_backup
from data.base import Base
from data.database import WRITE_WAIT_SECONDS, Database, open_database
from data.postgres_backup import BadBackup as BadBackup

SQLITE_HEAD, POSTGRES_HEAD = b"SQLite format 3\x00", b"PGDMP"

#: What a restore writes in the journal under, so that every process reads everything anew.
STORE = "store"

#: How far above every number seen the journal goes on after a restore on SQLite: another process may write between
#: the look at the numbers and the moment the file is replaced, and its numbers must not come again.
_AHEAD = 1000

#: Finds what is wrong in a store; empty for nothing.
Check = Callable[[Database], list[str]]


def backup(database: Database, file: Path) -> None:
    """Writes the whole store to `file`, in one step: it is there when it is whole. Raises OSError, BadBackup."""
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
    try:
        if database.is_sqlite:
            with database.engine.connect() as connection:
                raw = connection.connection.driver_connection
                _copy(raw, partial)
        else:
            postgres_backup.dump(database.engine.url, partial)
        with partial.open("rb") as handle:
            os.fsync(handle.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _copy(raw: Any, partial: Path) -> None:
    try:
        raw.execute("VACUUM INTO ?", (str(partial),))
    except pysqlite3.dbapi2.Error as error:
        raise BadBackup(f"the backup cannot be written: {error}") from error


def restore(database: Database, file: Path, at: datetime, check: Check) -> None:
    """Puts a backup in place of the store, after it was restored beside it and `check` found nothing wrong there.

    Raises BadBackup, and then nothing has changed.
    """
    with file.open("rb") as handle:
        head = handle.read(16)
    if not head.startswith(SQLITE_HEAD if database.is_sqlite else POSTGRES_HEAD):
        kind = "SpatiaLite" if database.is_sqlite else "PostgreSQL"
        raise BadBackup(f"{file} is not a backup of a {kind} store")
    (_restore_sqlite if database.is_sqlite else _restore_postgres)(database, file, at, check)


def _restore_sqlite(database: Database, file: Path, at: datetime, check: Check) -> None:
    with tempfile.TemporaryDirectory(prefix="linli-restore-") as folder:
        copy = Path(folder) / "copy.sqlite"
        shutil.copyfile(file, copy)
        with _sqlite_beside(copy) as beside:
            _checked(beside, check)
            with database.read() as session:
                seq, public_seq = _numbers(session)
            with beside.write() as session:
                _note(session, seq + _AHEAD, public_seq + _AHEAD, at)
        source = pysqlite3.dbapi2.connect(str(copy))
        try:
            with database.engine.connect() as connection:
                source.backup(connection.connection.driver_connection)
        finally:
            source.close()


@contextmanager
def _sqlite_beside(copy: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{copy}")
    try:
        with database.read() as session:
            found = session.execute(text("PRAGMA integrity_check(1)")).scalar()
        if found != "ok":
            said_in_one_line = " ".join(str(found).split())
            raise BadBackup(f"the backup is damaged: {said_in_one_line}")
        yield database
    except (DBAPIError, pysqlite3.dbapi2.DatabaseError) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        raise BadBackup(f"the backup is damaged: {said}") from error
    finally:
        database.close()


def _restore_postgres(database: Database, file: Path, at: datetime, check: Check) -> None:
    with postgres_backup.restored_beside(database, file) as beside:
        _checked(beside, check)
        deadline = time.monotonic() + WRITE_WAIT_SECONDS
        while not _replaced(database, beside, at):
            if time.monotonic() > deadline:
                raise BadBackup("the store is written to without a pause; restore when less is going on")


def _replaced(database: Database, beside: Database, at: datetime) -> bool:
    """Whether the tables of the store could be replaced; False where a writer has to be let through first."""
    try:
        with database.write() as session:
            postgres_backup.take_over(session, beside)
            numbers = _numbers(session)
            postgres_backup.put_in_place(session, beside)
            _note(session, *numbers, at)
    except OperationalError:
        return False
    except DBAPIError as error:
        raise BadBackup(f"the store cannot be replaced: {str(error.orig).splitlines()[0]}") from error
    return True


def _checked(beside: Database, check: Check) -> None:
    """Brings a restored store up to date. Raises BadBackup where it is none, or `check` finds something."""
    from data.migrations.steps import current

    if current(beside) is None:
        raise BadBackup("the file is not a backup of Linli")
    try:
        beside.upgrade()
    except CommandError as error:
        raise BadBackup(f"the backup is of another version of Linli: {error}") from error
    missing = sorted(Base.metadata.tables.keys() - _tables(beside))
    if missing:
        raise BadBackup(f"the backup is not whole: it has no table {missing[0]}")
    wrong = check(beside)
    if wrong:
        raise BadBackup(f"the backup does not verify: {wrong[0]}")


def _tables(database: Database) -> set[str]:
    if database.is_sqlite:
        return set(inspect(database.engine).get_table_names())
    return postgres_backup.own_tables(database)[1]


def _numbers(session: Session) -> tuple[int, int]:
    """The last numbers of the journal, of all changes and of public ones."""
    if not inspect(session.connection()).has_table(journal.JournalRow.__tablename__):
        return 0, 0
    return journal.latest(session), journal.latest_public(session)


def _note(session: Session, seq: int, public_seq: int, at: datetime) -> None:
    """A journal row above every number seen before, so that whoever keeps figures in memory reads them anew."""
    row = {
        "seq": max(seq, journal.latest(session)) + 1,
        "public_seq": max(public_seq, journal.latest_public(session)) + 1,
        "recorded_at": at, "effective_at": at, "actor": "linli", "role": "administrator", "layer": STORE,
        "verb": "restore", "cells": [],
    }  # fmt: skip
    session.execute(insert(journal.JournalRow).inline(), row)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT setval(pg_get_serial_sequence('journal', 'seq'), :seq)"), {"seq": row["seq"]})
