"""Opens SpatiaLite or PostGIS from one URL and hands out sessions; the only file that knows which of the two it is.

Writes are one transaction each, durable when acknowledged. On SQLite they begin immediate and queue in the process
first, so that threads wait in order instead of polling the file; between processes they poll.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import pysqlite3.dbapi2
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import locks
from data.commits import Commits
from data.texts import hold_to_texts

CHECKOUT = Path(__file__).resolve().parent.parent
INSTANCE = CHECKOUT / "instance"

#: How long a writer waits for the one write place of a SQLite file before it gives up with "database is locked".
#: Longer than the largest batch of a load takes; shorter than a person waits.
WRITE_WAIT_SECONDS = 30.0
WRITE_POLL_SECONDS = 0.0001

#: Pages of 4 kB in the log before they go into the file. Most are written again and again: with SQLite's own 1,000 a
#: pin cost a tenth more.
CHECKPOINT_PAGES = 8_000

# The driver asks what it does not know as a number or a text how it wants to be kept, to find that it does not say:
# 1.5 µs a value, and most rows have a score of empty ones. It is told once instead.
for plain in (type(None), bool, bytes):
    pysqlite3.dbapi2.register_adapter(plain, lambda value: value)


def database_url(url: str | None = None) -> str:
    """The store's URL: the one given, else LINLI_DATABASE_URL, else the SQLite file of this checkout."""
    chosen = url or os.environ.get("LINLI_DATABASE_URL") or f"sqlite:///{INSTANCE / 'linli.sqlite'}"
    if chosen.startswith("postgres://"):
        chosen = "postgresql://" + chosen.removeprefix("postgres://")
    return chosen.replace("postgresql://", "postgresql+psycopg://", 1)


Result = TypeVar("Result")


class WriteSession(Session):
    """A session of one transaction, whose connection is looked up once: a pin asks for it a dozen times."""

    _found: Connection | None = None

    def connection(self, *arguments: Any, **options: Any) -> Connection:
        if self._found is None:
            self._found = super().connection(*arguments, **options)
        return self._found


class Database:
    """One store. Make one per process and keep it; sessions come from `read`, `snapshot` and `write`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        #: Entered while a writer waits for the store: until it may write, and until what it wrote is on the disk.
        self.while_waiting: Callable[[], AbstractContextManager[object]] = nullcontext
        self.commits = Commits(self)
        self._write_queue = threading.Lock()
        self._closing: list[Callable[[], None]] = []
        reader = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reader = engine.execution_options(**reader)
        whole = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._snapshot = engine.execution_options(**whole)
        self._writer = engine.execution_options(linli_begin="IMMEDIATE")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading. On PostgreSQL each statement sees its own moment; `snapshot` sees one for all."""
        with Session(self._reader) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session for reading in which every statement sees the same moment."""
        with Session(self._snapshot) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction: committed when the block ends, rolled back when it raises."""
        with ExitStack() as held:
            with self.while_waiting():
                if self.is_sqlite:
                    held.enter_context(self._write_queue)
                session = held.enter_context(WriteSession(self._writer))
                session.connection()
            yield session
            with self.while_waiting():
                session.commit()
            self.commits.add()

    def written(self, job: Callable[[Session], Result]) -> Result:
        """What `job` gives, done in one transaction; done over if another writer was first with the same key."""
        try:
            with self.write() as session:
                return job(session)
        except IntegrityError:
            with self.write() as session:
                return job(session)

    @contextmanager
    def load_lock(self) -> Iterator[None]:
        """Makes loads take turns. The lock lives in the database and dies with its connection, never in a file.

        SQLite has one writer at a time anyway: there each batch waits for the file's own write lock.
        """
        if self.is_sqlite:
            yield
            return
        with self._reader.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": locks.LOAD})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": locks.LOAD})

    def upgrade(self) -> None:
        """Brings the schema up to date; safe when two processes start at once."""
        from data.migrations.steps import upgrade

        upgrade(self)

    def forget_deleted(self, tables: Sequence[str]) -> None:
        """Makes the store let go of the bytes of rows deleted from some tables: until then they stay in its files."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not self.is_sqlite:
                for table in tables:
                    connection.execute(text(f"VACUUM {table}"))
                return
            deadline = time.monotonic() + WRITE_WAIT_SECONDS
            emptying = "PRAGMA wal_checkpoint(TRUNCATE)"
            while connection.exec_driver_sql(emptying).scalar() and time.monotonic() < deadline:
                time.sleep(WRITE_POLL_SECONDS)

    def on_close(self, job: Callable[[], None]) -> None:
        """Runs `job` when the store is closed."""
        self._closing.append(job)

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes every pooled connection, and ends what others run on the store."""
        for job in self._closing:
            job()
        self.commits.close()  # after whoever may still look
        self.engine.dispose()


#: Errors of the store that nobody foresaw go to the log: without the names and words that were to be written.
HIDE_VALUES = True


def open_database(url: str | None = None) -> Database:
    """The store behind `url` (see `database_url`). Connects lazily; makes the folder of a SQLite file."""
    address = make_url(database_url(url))
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            address, module=pysqlite3.dbapi2, pool_size=20, max_overflow=10, hide_parameters=HIDE_VALUES
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            address,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=False,
            hide_parameters=HIDE_VALUES,
            connect_args={"options": "-c jit=off"},
        )
    hold_to_texts(engine)
    return Database(engine)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    """Loads SpatiaLite and makes commits durable (WAL with full sync: the log is synced at every commit)."""
    import pyproj  # noqa: F401 - loaded after SpatiaLite, its own copy of PROJ crashes the process when it ends

    connection.isolation_level = None
    connection.enable_load_extension(True)
    connection.load_extension(os.environ.get("SPATIALITE_LIBRARY_PATH", "mod_spatialite.so"))
    connection.enable_load_extension(False)
    for pragma in (
        "busy_timeout = 0",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "cache_size = -65536",
        "mmap_size = 1073741824",
        "temp_store = MEMORY",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    ):
        _patiently(connection.execute, f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    how = connection.get_execution_options().get("linli_begin", "DEFERRED")
    _patiently(connection.connection.execute, f"BEGIN {how}")  # past the engine: a poll must cost nothing


def _patiently(execute: Any, statement: str) -> None:
    """Runs `statement`, again and again while another process holds the file, so that no gap is slept through."""
    deadline = time.monotonic() + WRITE_WAIT_SECONDS
    while True:
        try:
            execute(statement)
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(WRITE_POLL_SECONDS)
        else:
            return
