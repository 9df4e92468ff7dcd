"""A load that is stopped, killed, starved of disk or run twice at once: complete batches stay, and nothing else."""

from __future__ import annotations

import contextlib
import os
import pty
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.database import Database
from data.exchange.rows import ROWS_A_CHUNK
from layers.cell_state.verify import differences
from tests.webmap.cli.loading import count, many_checkpoints, rows, run, start

ROWS = 4 * ROWS_A_CHUNK


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_checkpoints(tmp_path_factory.mktemp("listing") / "many.csv", ROWS)


def assert_whole_batches_and_true_figures(kept: Database) -> int:
    found = count(kept, "checkpoints")
    assert found % ROWS_A_CHUNK == 0
    with kept.snapshot() as session:
        assert differences(session) == []
    return found


def assert_loading_again_completes(kept: Database, listing: Path) -> None:
    said = run("load", "checkpoints", listing)
    assert said.exit_code == 0, said.output
    assert [row["source_id"] for row in rows(kept, "checkpoints")] == [f"K{number}" for number in range(ROWS)]


def test_ctrl_c_keeps_complete_batches_and_says_the_last_row(kept: Database, store_url: str, listing: Path) -> None:
    load = start(store_url, "load", "checkpoints", listing)
    load.told("rows read")

    load.process.send_signal(signal.SIGINT)

    code, said = load.ends()
    found = assert_whole_batches_and_true_figures(kept)
    assert 0 < found < ROWS
    assert code == 1
    assert "ended early: stopped by hand" in said
    assert f"the last row loaded is line {found + 1}" in said  # the column names stand in line 1
    assert_loading_again_completes(kept, listing)


def test_kill_minus_nine_keeps_complete_batches(kept: Database, store_url: str, listing: Path) -> None:
    load = start(store_url, "load", "checkpoints", listing)
    load.told("rows read")

    load.process.kill()

    load.ends()
    assert 0 < assert_whole_batches_and_true_figures(kept) < ROWS
    assert_loading_again_completes(kept, listing)


def test_two_loads_at_once_take_turns_and_both_complete(kept: Database, store_url: str, listing: Path) -> None:
    first = start(store_url, "load", "checkpoints", listing)
    second = start(store_url, "load", "checkpoints", listing)

    (code, said), (other_code, other_said) = first.ends(), second.ends()

    assert (code, other_code) == (0, 0), said + other_said
    assert assert_whole_batches_and_true_figures(kept) == ROWS


@pytest.mark.parametrize("schema_url", ["spatialite"], indirect=True)
def test_a_store_that_can_grow_no_more_keeps_complete_batches(kept: Database, store_url: str, listing: Path) -> None:
    file = Path(store_url.removeprefix("sqlite:///"))
    limit = file.stat().st_size + 4_000_000  # as much again fits into the write-ahead log; the list needs 11 MB

    load = start(
        store_url, "load", "checkpoints", listing,
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip

    code, said = load.ends()
    found = assert_whole_batches_and_true_figures(kept)
    assert 0 < found < ROWS
    assert code == 1
    assert "ended early: " in said
    assert f"the last row loaded is line {found + 1}" in said
    assert_loading_again_completes(kept, listing)


def test_a_terminal_is_shown_a_bar(kept: Database, store_url: str, listing: Path) -> None:
    keyboard, screen = pty.openpty()
    words = [sys.executable, "-m", "webmap.cli", "load", "checkpoints", str(listing), "--dry-run"]
    load = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=screen)
    os.close(screen)

    seen = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
        while block := os.read(keyboard, 65_536):
            seen += block
    os.close(keyboard)

    assert load.wait() == 0
    assert "━" in seen.decode()
    assert b"100%" in seen
