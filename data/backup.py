"""Whole copies of the store, consistent while it is being served, and putting one back in place."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pysqlite3.dbapi2
from sqlalchemy import URL, insert, text

from data import journal
from data.database import Database, open_database

SQLITE_HEAD, POSTGRES_HEAD = b"SQLite format 3\x00", b"PGDMP"

#: What a restore writes in the journal under, so that every process reads everything anew.
STORE = "store"

#: Finds what is wrong in a store; empty for nothing.
Check = Callable[[Database], list[str]]


class BadBackup(ValueError):
    """The file is no backup of this kind of store, or what is in it is not whole."""


def backup(database: Database, file: Path) -> None:
    """Writes the whole store to `file`, in one step: it is there when it is whole. Raises OSError, BadBackup."""
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
    try:
        if database.is_sqlite:
            with database.engine.connect() as connection:
                raw = connection.connection.driver_connection
                raw.execute("VACUUM INTO ?", (str(partial),))  # type: ignore[union-attr]
        else:
            _run(["pg_dump", "--format=custom", f"--file={partial}", "--no-owner", "--exclude-table=spatial_ref_sys"],
                 _environment(database.engine.url))  # fmt: skip
        with partial.open("rb") as handle:
            os.fsync(handle.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def restore(database: Database, file: Path, at: datetime, check: Check) -> None:
    """Puts a backup in place of the store, after it was restored beside it and `check` found nothing wrong there.

    Raises BadBackup, and then nothing has changed.
    """
    head = file.open("rb").read(16)
    if not head.startswith(SQLITE_HEAD if database.is_sqlite else POSTGRES_HEAD):
        kind = "SpatiaLite" if database.is_sqlite else "PostgreSQL"
        raise BadBackup(f"{file} is not a backup of a {kind} store")
    before = _latest(database)
    (_restore_sqlite if database.is_sqlite else _restore_postgres)(database, file, check)
    _note(database, max(before, _latest(database)) + 1, at)


def _latest(database: Database) -> int:
    from data.migrations.steps import current

    if current(database) is None:
        return 0
    with database.read() as session:
        return journal.latest(session)


def _note(database: Database, seq: int, at: datetime) -> None:
    """A journal row above every number seen before, so that whoever keeps figures in memory reads them anew."""
    row = {
        "seq": seq, "recorded_at": at, "effective_at": at, "actor": "linli", "role": "administrator", "layer": STORE,
        "verb": "restore", "cells": [],
    }  # fmt: skip
    with database.write() as session:
        row["public_seq"] = journal.latest_public(session) + 1
        session.execute(insert(journal.JournalRow).inline(), row)
        if not database.is_sqlite:
            session.execute(text("SELECT setval(pg_get_serial_sequence('journal', 'seq'), :seq)"), {"seq": seq})


def _restore_sqlite(database: Database, file: Path, check: Check) -> None:
    with tempfile.TemporaryDirectory(prefix="linli-restore-") as folder:
        copy = Path(folder) / "copy.sqlite"
        shutil.copyfile(file, copy)
        with _opened(f"sqlite:///{copy}") as beside:
            _checked(beside, check)
        source = pysqlite3.dbapi2.connect(str(copy))
        try:
            with database.engine.connect() as connection:
                source.backup(connection.connection.driver_connection)
        finally:
            source.close()
    database.close()


def _restore_postgres(database: Database, file: Path, check: Check) -> None:
    url = database.engine.url
    beside = url.set(database=f"{url.database}_restore_{secrets.token_hex(4)}")
    environment = _environment(url)
    _run(["createdb", "--template=template0", str(beside.database)], environment)
    try:
        _run(["psql", "-q", "-c", "CREATE EXTENSION postgis", str(beside.database)], environment)
        _fill(beside, file)
        with _opened(beside.render_as_string(hide_password=False)) as restored:
            _checked(restored, check)
    finally:
        _run(["dropdb", "--if-exists", "--force", str(beside.database)], environment)
    _fill(url, file)
    database.close()


def _fill(url: URL, file: Path) -> None:
    """Replaces our tables by those of the file, in one transaction; the spatial extension is left alone."""
    environment = _environment(url)
    listed = _run(["pg_restore", "--list", str(file)], environment)
    kept = "\n".join(line for line in listed.splitlines() if "EXTENSION" not in line)
    with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write(kept)
        chosen.flush()
        _run(["pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner", f"--use-list={chosen.name}",
              f"--dbname={url.database}", str(file)], environment)  # fmt: skip


def _checked(beside: Database, check: Check) -> None:
    if beside.is_sqlite:
        with beside.read() as session:
            found = session.execute(text("PRAGMA integrity_check(1)")).scalar()
        if found != "ok":
            raise BadBackup(f"the backup is damaged: {found}")
    beside.upgrade()
    wrong = check(beside)
    if wrong:
        raise BadBackup(f"the backup does not verify: {wrong[0]}")


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        yield database
    except pysqlite3.dbapi2.DatabaseError as error:
        raise BadBackup(f"the backup is damaged: {error}") from error
    finally:
        database.close()


def _environment(url: URL) -> Mapping[str, str]:
    """Where to connect, for PostgreSQL's own programs; the password stays out of the command line."""
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    known = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port) if url.port else query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {**os.environ, **{name: value for name, value in known.items() if value}}


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BadBackup(f"{command[0]} is not installed; it comes with the PostgreSQL client programs") from None
    if done.returncode:
        raise BadBackup(f"{command[0]}: {(done.stderr.strip().splitlines() or ['failed'])[0]}")
    return done.stdout
