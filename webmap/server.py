"""The processes of `linli serve`: gunicorn with its workers, and one publication clock beside them."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing.sharedctypes import RawArray
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

#: Seconds before a clock that ended by itself is started again. Sooner fills the log when the store is away; later
#: leaves the public with an old publication (they are made every ten minutes).
CLOCK_RESTART_SECONDS = 5.0

#: Seconds a worker has to finish its requests when the service stops. Streams are cut at that point.
GRACE_SECONDS = 10

#: Linux: "send me this signal when my parent dies" (prctl(2)).
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How to serve: on which open socket, with how many processes and threads, and what to say once it answers."""

    listener: socket.socket
    workers: int
    threads: int
    reload: bool
    announcement: str


#: Connections each worker holds, by place; negative where there is no worker. Shared by all processes of a service.
PLACES = 64
_held = RawArray(ctypes.c_int, [-1] * PLACES)

#: How long a worker that holds more connections than another leaves a new one to it, in seconds.
LEFT_TO_OTHERS = 0.005


class EvenWorker(ThreadWorker):
    """gunicorn's worker of threads, which leaves a new connection to a worker that holds fewer.

    All listen on one socket, and on few processors whoever runs takes every connection that comes at once. Browsers
    keep theirs open, so that one process would do all the work while the others idle.
    """

    @property
    def nr_conns(self) -> int:
        """How many connections this worker holds; gunicorn counts them up and down."""
        return max(_held[self.age % PLACES], 0)

    @nr_conns.setter
    def nr_conns(self, count: int) -> None:
        _held[self.age % PLACES] = count

    def accept(self, listener: socket.socket) -> None:
        """Takes a connection, if no worker with fewer has taken it meanwhile."""
        if self.nr_conns > min(count for count in _held if count >= 0):
            time.sleep(LEFT_TO_OTHERS)
        super().accept(listener)


class Server(BaseApplication):
    """gunicorn, configured here alone: no file and no variable of its own is read."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        super().__init__()

    def load_config(self) -> None:
        """Settings by name; what is not here is gunicorn's default."""
        plan = self._plan
        for name, value in {
            "bind": f"fd://{plan.listener.detach()}",  # gunicorn owns it from here
            "worker_class": EvenWorker,
            "workers": plan.workers,
            "threads": plan.threads,
            "preload_app": not plan.reload,  # shares the memory of numpy and h3 between the workers
            "reload": plan.reload,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 15,  # a map asks again within seconds; opening a connection costs a phone two round trips
            "accesslog": None,  # an address holds a box on the map: nobody keeps who looked where
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "linli",
            "secure_scheme_headers": {},  # who stands in front is LINLI_PROXIES' business alone
            "control_socket_disable": True,
            "when_ready": self._ready,
            "child_exit": _forget_figures,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made once and shared by the workers (or once a worker, with reload)."""
        from webmap import create_app

        app = create_app()
        # What is loaded now stays: the collector need not walk through all of it, which held one request in some
        # hundred up for 0.2 s, nor touch the memory that the workers share.
        gc.collect()
        gc.freeze()
        return app

    def _ready(self, _arbiter: Any) -> None:
        sys.stdout.write(f"{self._plan.announcement}\n")
        sys.stdout.flush()


def run(plan: Plan) -> None:
    """Serves until a signal ends it; the clock and the figures' folder end with it."""
    with tempfile.TemporaryDirectory(prefix="linli-figures-") as figures:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures
        clock = Clock()
        clock.start()
        try:
            Server(plan).run()
        finally:
            clock.stop()


class Clock:
    """Keeps one `linli publish --clock` running beside the workers; it dies with this process, however that ends."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = os.getpid()

    def start(self) -> None:
        """Starts the clock and whoever starts it again."""
        threading.Thread(target=self._keep, name="clock", daemon=True).start()

    def stop(self) -> None:
        """Ends the clock; does nothing in a worker, which inherits this object."""
        if os.getpid() != self._keeper:
            return
        self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            command = [sys.executable, "-m", "webmap.cli", "publish", "--clock"]
            self._process = subprocess.Popen(command, preexec_fn=partial(_die_with, self._keeper))
            self._process.wait()
            if not self._stopping.wait(CLOCK_RESTART_SECONDS):
                sys.stderr.write("linli: the publication clock ended; starting it again\n")


def _die_with(parent: int) -> None:
    """Runs in the new process: asks Linux to end it when the thread that started it is gone, kill -9 included."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was gone before it could be asked for
            os._exit(0)


def _forget_figures(_arbiter: Any, worker: Any) -> None:
    """Takes a dead worker's momentary figures out of the sum, and what it held."""
    from prometheus_client.multiprocess import mark_process_dead

    _held[worker.age % PLACES] = -1
    mark_process_dead(worker.pid)
