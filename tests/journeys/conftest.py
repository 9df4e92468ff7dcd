"""A served demo neighbourhood and a browser, once a run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, expect, sync_playwright

from data.demo.neighbourhood import DEMO_PASSWORD
from tests.journeys.visitors import OFFICIALS, PHONE, Visitor
from webmap.cli import main

Visit = Callable[..., Visitor]

#: Milliseconds a page may take to say what it has to: on two busy cores five seconds are no sign of a fault.
expect.set_options(timeout=20_000)

ROOT = Path(__file__).resolve().parents[2]
LINLI = Path(sys.executable).with_name("linli")

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
#: The resolver rule makes every question to another machine fail at once, whoever asks it.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def linli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `linli serve` over a store that `linli demo` filled."""
    folder = tmp_path_factory.mktemp("served")
    settings = {
        **os.environ,
        "LINLI_DATABASE_URL": f"sqlite:///{folder / 'linli.sqlite'}",
        "LINLI_SECRET_KEY": "a secret for this test run and nobody else",
        "LINLI_BASEMAP": str(folder / "basemap.pmtiles"),
    }
    accounts = [["user", "add", email, "--role", "community_official"] for email in OFFICIALS.values()]
    for words in (["demo"], *accounts):
        done = CliRunner().invoke(main, words, env=settings, input=DEMO_PASSWORD)
        assert done.exit_code == 0, done.output
    server = subprocess.Popen(
        [LINLI, "serve", "--port", "0"], env=settings, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield _announced(server)
    finally:
        server.terminate()
        server.wait(timeout=20)
        if server.stdout is not None:
            server.stdout.close()


def _announced(server: subprocess.Popen[str]) -> str:
    """The address from the line `Linli is at …`."""
    for line in server.stdout or ():
        if line.startswith("Linli is at "):
            return line.split()[-1]
    raise RuntimeError("linli serve ended before it said where it is")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, linli: str) -> Iterator[Visit]:
    """`visit(address, size, language)` is somebody who has opened a page; nothing may go wrong unseen."""
    visitors: list[Visitor] = []

    def open_page(address: str, size: tuple[int, int] = PHONE, language: str = "en", **more: Any) -> Visitor:
        visitor = Visitor(browser, linli, size, language, **more)
        visitors.append(visitor)
        visitor.open(address)
        return visitor

    yield open_page
    for visitor in visitors:
        visitor.close()
        assert visitor.outside == [], "a page asks nothing of a third party"
        assert visitor.complaints == [], "the browser has nothing to complain of"
