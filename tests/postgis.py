"""A PostgreSQL cluster with PostGIS in a fresh directory, from the programs installed on this machine."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

TEMPLATE = "linli_empty"
PORT_TRIES = 5

# A test's store need not outlive the machine; everything else is as PostgreSQL comes.
SETTINGS = {
    "autovacuum": "off",  # it would hold the template open while a database is copied from it
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "synchronous_commit": "off",
    "timezone": "UTC",
}


class ClusterError(RuntimeError):
    """PostgreSQL with PostGIS is missing or did not start; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a running cluster is. The role superuser may do everything; linli owns the databases of the tests."""

    port: int
    password: str

    def url(self, database: str, user: str = "linli") -> str:
        """A URL as LINLI_DATABASE_URL takes it."""
        return f"postgresql://{user}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str = TEMPLATE) -> str:
        """Copies the template (nobody may be connected to it) and gives the URL of the copy."""
        self._say("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Removes the database, whoever is still connected."""
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _say(self, command: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """A cluster that is there while the context lasts, then stopped and deleted. Raises ClusterError.

    It stands in the system's temporary folder and belongs to an account without privileges.
    """
    with tempfile.TemporaryDirectory(prefix="linli-pg-") as name:  # short: the path of a socket has a low limit
        server = Server(Path(name))
        password = secrets.token_hex(16)
        try:
            server.initialise(password)
            cluster = Cluster(server.start(), password)
            fill(cluster)
            yield cluster
        finally:
            server.stop()


def fill(cluster: Cluster) -> None:
    """Makes the role of the tests, no superuser, and the empty database that every other is copied from."""
    with psycopg.connect(cluster.url("postgres", "superuser"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE linli LOGIN CREATEDB PASSWORD {}").format(sql.Literal(cluster.password))
        )
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER linli").format(sql.Identifier(TEMPLATE)))
    with psycopg.connect(cluster.url(TEMPLATE, "superuser"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")


class Server:
    """PostgreSQL's programs at work in one directory, under an account its server accepts: it refuses root."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.programs = programs()
        self.account = account()
        self._own(directory)

    def initialise(self, password: str) -> None:
        """Makes the cluster's files, with a password for everybody who connects, local or not."""
        secret = self.directory / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        self._own(secret)
        self._run(
            "initdb",
            f"--pgdata={self.data}",
            "--username=superuser",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        secret.unlink()
        lines = [f"{name} = '{value}'" for name, value in SETTINGS.items()]
        lines.append(f"unix_socket_directories = '{self.directory}'")
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")

    def start(self) -> int:
        """Starts the server and gives its port: a free one, another if somebody took it in between."""
        log = self.directory / "log"
        failure = ClusterError()
        for _ in range(PORT_TRIES):
            port = free_port()
            try:
                self._run("pg_ctl", "start", "--wait", *self._place, f"--log={log}", f"--options=-p {port}")
                return port
            except ClusterError as error:
                failure = error
        said = log.read_text(errors="replace") if log.exists() else ""
        raise ClusterError(f"{failure}\n{said}")

    def stop(self) -> None:
        """Stops the server if it runs."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--mode=immediate", "--wait", *self._place)

    @property
    def _place(self) -> tuple[str]:
        return (f"--pgdata={self.data}",)

    def _own(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _run(self, program: str, *arguments: str) -> None:
        """Runs a program as the account, with none of the caller's environment."""
        # A file takes what it says: the server inherits it, and would hold a pipe open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [self.programs / program, *arguments],
                cwd=self.directory,
                env={"PATH": "/usr/bin:/bin", "HOME": str(self.directory), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=None if self.account is None else self.account.pw_uid,
                group=None if self.account is None else self.account.pw_gid,
                extra_groups=None if self.account is None else [],
                check=False,
            )
            if done.returncode:
                output.seek(0)
                said = output.read().decode(errors="replace").strip()
                raise ClusterError(f"{program} failed: {said}")


def programs() -> Path:
    """The directory of the programs of the newest server that has PostGIS. Raises ClusterError without one."""
    found = []
    for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb"):
        version = initdb.parent.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            found.append((int(version), initdb.parent))
    if found:
        return max(found)[1]
    on_path = shutil.which("initdb")
    if on_path is None:
        raise ClusterError("The tests need PostgreSQL with PostGIS. On Debian: apt-get install postgresql-postgis")
    return Path(on_path).resolve().parent


def account() -> pwd.struct_passwd | None:
    """None for an ordinary user, who runs the server himself; for root, the account that does it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ClusterError("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.")


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
