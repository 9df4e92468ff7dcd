"""The one PostGIS cluster of a test run: made when the first test asks for it, gone when the run ends.

Three processes meet in a directory. The run (pytest, or xdist's controller) opens the meeting and holds the lock
RUN until it ends. The first test process that needs a database starts the keeper (`python -m tests.cluster`), which
makes the cluster and writes where it is. The keeper then waits for the lock RUN, which falls free when the run
ends, however it ends; it stops and deletes the cluster and lets go of the lock KEEPER, for which the run waits.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.postgis import Cluster, ClusterError, own_cluster

MEETING = "LINLI_TEST_MEETING"  # environment variable: tells xdist's workers the directory
RUN, KEEPER, START = "run.lock", "keeper.lock", "start.lock"
ANSWER = "cluster.json"
ROOT = Path(__file__).resolve().parent.parent


class Meeting:
    """The run's side: opened before the tests, closed after the last; workers find it in the environment."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="linli-run-"))
        self._lock = (self.directory / RUN).open("w")
        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        os.environ[MEETING] = str(self.directory)

    def close(self) -> None:
        """Lets the keeper end, waits until the cluster is gone, and removes the directory."""
        del os.environ[MEETING]
        with (self.directory / KEEPER).open("w") as keeper:
            self._lock.close()
            fcntl.lockf(keeper, fcntl.LOCK_EX)
        shutil.rmtree(self.directory, ignore_errors=True)


# The keeper outlives the test that started it, and so does its handle.
_keepers: list[subprocess.Popen[bytes]] = []


def running_cluster() -> Cluster:
    """The cluster of this run, started if no test has asked before. Raises ClusterError."""
    directory = Path(os.environ[MEETING])
    answer = directory / ANSWER
    with _locked(directory / START):
        if not answer.exists():
            keeper = subprocess.Popen(
                [sys.executable, "-m", "tests.cluster", str(directory)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the run; the keeper ends after it
            )
            _keepers.append(keeper)
            assert keeper.stdout is not None
            with keeper.stdout as said:
                said.read()  # until the keeper closes it, which it does after its answer
    if not answer.exists():
        raise ClusterError("The process that keeps the PostGIS cluster ended; it said why on standard error.")
    content = json.loads(answer.read_text())
    if "error" in content:
        raise ClusterError(content["error"])
    return Cluster(**content)


def keep(directory: Path) -> None:
    """The keeper's life: makes the cluster, says where it is, waits for the end of the run, removes it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with _locked(directory / KEEPER):
        try:
            with own_cluster() as cluster:
                _answer(directory, asdict(cluster))
                with _locked(directory / RUN):
                    pass
        except ClusterError as error:
            _answer(directory, {"error": str(error)})
        else:
            shutil.rmtree(directory, ignore_errors=True)  # for a run that was killed and cannot


def _answer(directory: Path, content: dict[str, object]) -> None:
    """Writes the answer, whole, and lets go of the pipe that the asking process reads."""
    draft = directory / f"{ANSWER}.draft"
    draft.touch(mode=0o600)  # it holds the password
    draft.write_text(json.dumps(content))
    draft.rename(directory / ANSWER)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
