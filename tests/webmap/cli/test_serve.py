"""`linli serve` comes up ready, says where it is, and takes everything down with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from data.database import Database, open_database
from data.people import add_account
from tests.webmap.people import PASSWORD, SECRET_KEY

SERVE = [sys.executable, "-m", "webmap.cli", "serve", "--workers", "1"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    url = f"sqlite:///{tmp_path / 'served.sqlite'}"
    return {**os.environ, "LINLI_DATABASE_URL": url, "LINLI_SECRET_KEY": SECRET_KEY}


@pytest.fixture
def database(environment: dict[str, str]) -> Iterator[Database]:
    made = open_database(environment["LINLI_DATABASE_URL"])
    made.upgrade()
    yield made
    made.close()


@contextmanager
def served(environment: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """`linli serve` on some port, ended in any case: whoever leaves a process waits for it."""
    command = [*SERVE, "--port", "0", *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server
        finally:
            server.terminate()


def test_it_is_healthy_when_it_says_where_it_is_and_leaves_nothing_behind(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_account(session, "demo@example.org", PASSWORD, "coordinator", datetime.now(UTC), is_demo=True)
    with served({**environment, "TMPDIR": str(tmp_path)}) as server:
        assert server.stdout is not None
        where = server.stdout.readline().split()[-1]
        demo = server.stdout.readline() + server.stdout.readline()
        health = urllib.request.urlopen(f"{where}/healthz", timeout=10).read()  # noqa: S310
        children = _children_of(server.pid)
        server.send_signal(signal.SIGTERM)
        code = server.wait(timeout=30)

    assert health == b'{"status":"ok"}\n'
    assert "coordinator  demo@example.org" in demo
    assert code == 0
    assert len(children) >= 2  # a worker and the publication clock
    assert [child for child in children if _is_alive(child)] == []
    assert list(tmp_path.glob("linli-figures-*")) == []


def test_nothing_outlives_a_service_that_was_killed(environment: dict[str, str], database: Database) -> None:
    with served(environment) as server:
        assert server.stdout is not None
        where = server.stdout.readline().split()[-1]
        urllib.request.urlopen(f"{where}/healthz", timeout=10).read()  # noqa: S310
        children = _children_of(server.pid)
        server.kill()

    assert len(children) >= 2
    assert _gone_within(20, children)


def test_connections_that_come_at_once_are_spread_over_the_processes(
    environment: dict[str, str], database: Database
) -> None:
    with served(environment, "--workers", "2") as server, ExitStack() as browsers:
        assert server.stdout is not None
        where = urlsplit(server.stdout.readline().split()[-1])
        workers = _workers_within(20, server.pid, 2)
        kept = [HTTPConnection(where.hostname or "", where.port, timeout=20) for _ in range(16)]
        together = threading.Barrier(len(kept))

        def ask(browser: HTTPConnection) -> None:
            together.wait()
            browser.request("GET", "/api/v1/layers")
            browser.getresponse().read()

        threads = [threading.Thread(target=ask, args=(browser,)) for browser in kept]
        for browser, thread in zip(kept, threads, strict=True):
            browsers.callback(browser.close)
            thread.start()
        for thread in threads:
            thread.join()
        held = [_connections_of(worker, where.port or 0) for worker in workers]

    assert sum(held) == 16
    assert min(held) >= 4


def test_a_port_that_is_taken_is_one_line_and_exit_two(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = subprocess.run([*SERVE, "--port", str(port)], env=environment, capture_output=True, text=True)

    assert said.returncode == 2
    assert said.stderr == f"linli: cannot listen on 127.0.0.1 port {port}: address already in use\n"
    assert said.stdout == ""


def test_an_unsafe_setting_is_one_line_and_exit_two(environment: dict[str, str]) -> None:
    said = subprocess.run(
        [*SERVE, "--port", "0"], env={**environment, "LINLI_TIMEZONE": "Mars"}, capture_output=True, text=True
    )

    assert said.returncode == 2
    assert said.stderr == "linli: LINLI_TIMEZONE is a zone such as Asia/Shanghai, not 'Mars'\n"


def _workers_within(seconds: float, service: int, count: int) -> list[int]:
    """The processes of a service that wait for connections, once there are so many: those that poll."""
    deadline = time.monotonic() + seconds
    found: list[int] = []
    while len(found) < count and time.monotonic() < deadline:
        found = [child for child in _children_of(service) if "anon_inode:[eventpoll]" in _descriptors_of(child)]
    return found


def _descriptors_of(process: int) -> list[str]:
    found = []
    with suppress(FileNotFoundError):  # the process ended meanwhile
        for link in Path(f"/proc/{process}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed since it was listed
                found.append(link.readlink().name)
    return found


def _connections_of(process: int, port: int) -> int:
    """How many open connections to a port of this machine a process holds."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    open_here = {row[9] for row in rows if row[3] == "01" and int(row[1].partition(":")[2], 16) == port}
    return sum(name.removeprefix("socket:[").removesuffix("]") in open_here for name in _descriptors_of(process))


def _children_of(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that ended meanwhile
            found += map(int, (task / "children").read_text().split())
    return found


def _gone_within(seconds: float, pids: list[int]) -> bool:
    """Whether all of these processes end by themselves in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(_is_alive(pid) for pid in pids):
            return True
        threading.Event().wait(0.1)
    return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
