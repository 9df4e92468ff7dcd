"""Starts Linli and the bare routes as they are served, on free ports of 127.0.0.1, and ends them by their own id."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.parse import urlencode

WORKERS, THREADS = 2, 8
EMAIL, PASSWORD = "bench@example.org", "only-for-measuring-0"

#: Staff who see the internal view and sign in without a second factor.
ROLE = "coordinator"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def linli(url: str) -> Iterator[str]:
    """Linli on a store; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "webmap.cli", "serve", "--port", str(port), "--workers", str(WORKERS)]
    with _running(command, {"LINLI_DATABASE_URL": url}, port, "/healthz") as address:
        yield address


@contextmanager
def peers(environment: dict[str, str]) -> Iterator[str]:
    """The bare routes, served with the same workers; gives their address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "benchmarks.peers:app", "-b", f"127.0.0.1:{port}"]
    command += ["-k", "webmap.server.EvenWorker"]
    command += ["-w", str(WORKERS), "--threads", str(THREADS), "--log-level", "warning"]
    # What they say is of queries that were ended because nobody waited for them any more.
    with _running(command, environment, port, "/empty", subprocess.DEVNULL) as address:
        yield address


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], port: int, path: str, errors: int | None = None
) -> Iterator[str]:
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=errors)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + path, process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def session_cookie(address: str) -> str:
    """Signs the measuring account in and gives its Cookie header."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{address}/sign-in").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    fields = {"email": EMAIL, "password": PASSWORD, **({"csrf_token": token.group(1)} if token else {})}
    opener.open(urllib.request.Request(f"{address}/sign-in", urlencode(fields).encode(), {"Origin": address}))
    return "Cookie: " + "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
