"""`make run` fills the demo once and never touches what somebody has put into a store since."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.checkout import ROOT

# Stands where the command stands: writes down how it was called, and keeps a file as the real one would.
COMMAND = """#!/bin/sh
echo "$@" >>called
mkdir -p instance
: >>instance/linli.sqlite
[ "$1" != "${FAILS_AT:-none}" ]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that was set up, with nothing in it but the start and the command it calls."""
    for folder in ("setup", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "setup" / "run.sh", tmp_path / "setup" / "run.sh")
    command = tmp_path / ".venv" / "bin" / "linli"
    command.write_text(COMMAND)
    command.chmod(0o755)
    return tmp_path


def start(checkout: Path, **settings: str) -> list[str]:
    """Starts once; gives the commands that were called."""
    (checkout / "called").write_text("")
    environment = {"PATH": "/usr/bin:/bin", **settings}
    subprocess.run([checkout / "setup" / "run.sh"], env=environment, check=False, stdout=subprocess.DEVNULL)
    return (checkout / "called").read_text().splitlines()


SERVE = "serve --host 127.0.0.1 --port 8000"


def test_the_first_start_fills_the_demo_and_the_second_keeps_the_data(checkout: Path) -> None:
    assert start(checkout) == ["demo", SERVE]
    assert start(checkout) == [SERVE]


def test_a_first_start_that_was_interrupted_is_made_good_by_the_next(checkout: Path) -> None:
    assert start(checkout, FAILS_AT="demo") == ["demo"]
    assert start(checkout) == ["demo", SERVE]


def test_a_start_without_the_demo_leaves_the_store_to_its_owner_for_good(checkout: Path) -> None:
    assert start(checkout, DEMO="0") == [SERVE]
    assert start(checkout) == [SERVE]


def test_a_store_named_by_its_url_is_never_filled_unasked(checkout: Path) -> None:
    assert start(checkout, LINLI_DATABASE_URL="postgresql://linli@127.0.0.1/linli") == [SERVE]


def test_host_and_port_can_be_chosen(checkout: Path) -> None:
    assert start(checkout, DEMO="0", HOST="::1", PORT="9000") == ["serve --host ::1 --port 9000"]
