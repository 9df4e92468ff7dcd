"""Backups of a PostgreSQL store: pg_dump's custom format, put back beside the tables in use and then in their place.

A backup is restored into a schema of its own in the same database. That takes no second database and no right to
create an extension: the spatial types stay where they are. What was checked there is what is put in place.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from data.database import Database, open_database

#: What of a dump is ours to restore: tables with their numbering, keys and indexes.
_KINDS = "TABLE DATA|TABLE|SEQUENCE OWNED BY|SEQUENCE SET|SEQUENCE|DEFAULT|FK CONSTRAINT|CONSTRAINT|INDEX"
_ENTRY = re.compile(rf"^\d+; \d+ \d+ (?P<kind>{_KINDS}) (?P<schema>\S+) (?P<name>\S+) ")
#: The order in which every write ends. Locked in the same order, tables are rarely waited for crosswise.
_WRITTEN_LAST = ("cell_spans", "journal", "cell_deltas", "cell_rollups")
#: Shorter than PostgreSQL's deadlock_timeout, after which it might be the writer that is stopped.
_GIVES_WAY_MS = 500
_COPY = re.compile(rb"^COPY .* FROM stdin;$")


class BadBackup(ValueError):
    """The file is no backup of this kind of store, or what is in it is not whole."""


def dump(url: URL, file: Path) -> None:
    """Writes the store to `file` as it is at one moment. Raises BadBackup."""
    command = ["pg_dump", "--format=custom", f"--file={file}", "--no-owner", "--exclude-table=spatial_ref_sys"]
    _run(command, _environment(url))


@contextmanager
def restored_beside(database: Database, file: Path) -> Iterator[Database]:
    """The content of a backup as a store of its own, in a schema that is gone afterwards. Raises BadBackup."""
    _need_extension(database)
    entries, source = _entries(file, database.engine.url)
    schema = f"linli_restore_{secrets.token_hex(4)}"
    try:
        _load(database.engine.url, file, entries, source, schema)
        beside = open_database(database.engine.url.render_as_string(hide_password=False))
        event.listen(beside.engine, "connect", _looks_first_in(schema))
        try:
            yield beside
        finally:
            beside.close()
    finally:
        with database.engine.begin() as connection:
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))


def take_over(session: Session, beside: Database) -> None:
    """Waits until nobody reads or writes the tables that are to be replaced, and keeps it so in the transaction.

    A writer is never made to fail: a wait that may be for one another ends here, in OperationalError.
    """
    connection = session.connection()
    connection.execute(text(f"SET LOCAL lock_timeout = {_GIVES_WAY_MS}"))
    old = _replaced_tables(session, beside)
    if old:
        connection.execute(text(f"LOCK TABLE {', '.join(old)} IN ACCESS EXCLUSIVE MODE"))


def put_in_place(session: Session, beside: Database) -> None:
    """Puts the tables of the store beside in the place of those of the same names, in the caller's transaction."""
    connection = session.connection()
    old = _replaced_tables(session, beside)
    home = connection.execute(text("SELECT current_schema()")).scalar_one()
    schema, new = own_tables(beside)
    if old:
        connection.execute(text(f"DROP TABLE {', '.join(old)}"))
    for name in sorted(new):
        connection.execute(text(f'ALTER TABLE "{schema}"."{name}" SET SCHEMA "{home}"'))


def _replaced_tables(session: Session, beside: Database) -> list[str]:
    """Tables of the store that are in the store beside as well, in the order in which a write comes to them."""
    connection = session.connection()
    home = connection.execute(text("SELECT current_schema()")).scalar_one()
    there = own_tables(beside)[1] & set(inspect(connection).get_table_names(home))
    return [f'"{home}"."{name}"' for name in sorted(there, key=_in_order_of_writing)]


def own_tables(database: Database) -> tuple[str, set[str]]:
    """The store's schema and the names of its tables, without those a search path finds behind it."""
    with database.engine.connect() as connection:
        schema: str = connection.execute(text("SELECT current_schema()")).scalar_one()
        return schema, set(inspect(connection).get_table_names(schema))


def _in_order_of_writing(name: str) -> tuple[int, str]:
    return (_WRITTEN_LAST.index(name) + 1 if name in _WRITTEN_LAST else 0), name


def _need_extension(database: Database) -> None:
    try:
        with database.engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
    except DBAPIError as error:
        raise BadBackup(
            "the database has no PostGIS and this role may not add it; a superuser does with CREATE EXTENSION postgis"
        ) from error


def _looks_first_in(schema: str) -> Any:
    def look(connection: Any, record: Any) -> None:
        command = "SELECT set_config('search_path', %s || ', ' || current_setting('search_path'), false)"
        connection.execute(command, (schema,))
        connection.commit()

    return look


def _entries(file: Path, url: URL) -> tuple[list[re.Match[str]], str]:
    """What of the backup is restored, and the schema it comes from."""
    listed = _run(["pg_restore", "--list", str(file)], _environment(url)).splitlines()
    entries = [found for found in map(_ENTRY.match, listed) if found]
    homes = [one["schema"] for one in entries if (one["kind"], one["name"]) == ("TABLE", "alembic_version")]
    if len(homes) != 1:
        raise BadBackup(f"{file} is not a backup of Linli")
    return [one for one in entries if one["schema"] == homes[0]], homes[0]


def _load(url: URL, file: Path, entries: Iterable[re.Match[str]], source: str, schema: str) -> None:
    """Fills the schema, which it makes, with the entries of the backup."""
    chosen = list(entries)
    moved = re.compile(
        rb"\b%s\.(?=(%s)\b)"
        % (source.encode(), b"|".join(re.escape(one["name"].encode()) for one in chosen if one["kind"] != "INDEX"))
    )
    with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted, tempfile.TemporaryFile() as wrong:
        wanted.write("\n".join(one.string for one in chosen))
        wanted.flush()
        reading = ["pg_restore", "--no-owner", "--no-privileges", f"--use-list={wanted.name}", "--file=-", str(file)]
        writing = [
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--single-transaction",
            "--output=/dev/null",
        ]
        with (
            _started(reading, _environment(url), stdout=subprocess.PIPE, stderr=wrong) as reader,
            _started(writing, _environment(url), stdin=subprocess.PIPE, stderr=wrong) as writer,
        ):
            _copy(reader, writer, moved, schema)
        if reader.returncode or writer.returncode:
            wrong.seek(0)
            said = wrong.read().decode(errors="replace").strip().splitlines() or ["failed"]
            raise BadBackup(f"the backup cannot be read: {said[0]}")


def _copy(
    reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], moved: re.Pattern[bytes], schema: str
) -> None:
    lines, taker = reader.stdout, writer.stdin
    if lines is None or taker is None:
        return
    try:
        taker.write(f'CREATE SCHEMA "{schema}";\n'.encode())
        taker.writelines(_elsewhere(lines, moved, schema.encode()))
        taker.close()
    except BrokenPipeError:  # psql has stopped at an error, and said which
        reader.kill()


def _elsewhere(lines: Iterable[bytes], moved: re.Pattern[bytes], schema: bytes) -> Iterator[bytes]:
    """The script with our tables named in another schema; rows of tables are left as they are."""
    in_rows = False
    for line in lines:
        if in_rows:
            in_rows = line != b"\\.\n"
            yield line
        else:
            in_rows = _COPY.match(line.rstrip(b"\n")) is not None
            yield moved.sub(schema + b".", line)


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
    with _started(command, environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        said, wrong = program.communicate()
    if program.returncode:
        raise BadBackup(f"{command[0]}: {(wrong.decode(errors='replace').strip().splitlines() or ['failed'])[0]}")
    return said.decode()


def _started(command: list[str], environment: Mapping[str, str], **streams: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=dict(environment), **streams)
    except FileNotFoundError:
        raise BadBackup(f"{command[0]} is not installed; it comes with the PostgreSQL client programs") from None
