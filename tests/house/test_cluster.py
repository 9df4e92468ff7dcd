"""The PostGIS cluster of a test run leaves nothing behind, however the run ends."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cluster import KEEPER, MEETING
from tests.house.checkout import ROOT

# A test run of its own: says where the cluster is, then works until it is told to end.
RUN = """
import sys
from tests.cluster import Meeting, running_cluster
meeting = Meeting()
print(meeting.directory, running_cluster().url("linli_empty"), flush=True)
sys.stdin.read()
meeting.close()
"""


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary folder that every account may enter, as the system's is."""
    with tempfile.TemporaryDirectory(prefix="linli-t-") as name:
        Path(name).chmod(0o1777)
        yield Path(name)


@pytest.mark.parametrize("end", [None, signal.SIGINT, signal.SIGKILL], ids=["done", "interrupted", "killed"])
def test_the_cluster_is_stopped_and_deleted_when_the_run_is(end: signal.Signals | None, temporary: Path) -> None:
    settings = {name: value for name, value in os.environ.items() if name != MEETING}
    settings |= {"TMPDIR": str(temporary), "PGHOST": "nowhere.invalid", "PGPORT": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", RUN],
        cwd=ROOT,
        env=settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as run:
        assert run.stdout is not None
        meeting, url = run.stdout.readline().split()
        with psycopg.connect(url) as connection:
            version = connection.execute("SELECT postgis_lib_version()").fetchone()
            port = connection.info.port
        keeper = (Path(meeting) / KEEPER).open("w")
        if end is not None:
            run.send_signal(end)
        run.communicate()
    with keeper:
        fcntl.lockf(keeper, fcntl.LOCK_EX)  # the keeper lets go when it has finished

    assert version
    assert list(temporary.iterdir()) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
