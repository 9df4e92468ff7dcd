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
from sqlalchemy import text

from data.database import Database
from data.exchange.rows import ROWS_A_CHUNK
from layers.cell_state.verify import differences
from tests.data.extracts import Extract
from tests.webmap.cli.loading import count, many_checkpoints, rows, run, start

ROWS = 4 * ROWS_A_CHUNK

#: A trigger's function that fails as PostgreSQL does when its disk is full.
NO_ROOM_FROM_THE_THIRD_BATCH = f"""
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.source_id = 'K{2 * ROWS_A_CHUNK + 1}' THEN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
        END IF;
        RETURN NEW;
    END $$
"""


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


def to_be_stopped() -> None:
    """In the process of a load that is stopped: others go first, or on a busy machine it would be over before whoever
    stops it has heard of its first rows; and Ctrl-C is heard also where the tests run in the background.
    """
    os.nice(19)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_keeps_complete_batches_and_says_the_last_row(kept: Database, store_url: str, listing: Path) -> None:
    load = start(store_url, "load", "checkpoints", listing, before=to_be_stopped)
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
    load = start(store_url, "load", "checkpoints", listing, before=to_be_stopped)
    load.told("rows read")

    load.process.kill()

    load.ends()
    assert 0 < assert_whole_batches_and_true_figures(kept) < ROWS
    assert_loading_again_completes(kept, listing)


def test_two_loads_at_once_take_turns_and_both_complete(kept: Database, store_url: str, tmp_path: Path) -> None:
    listing = many_checkpoints(tmp_path / "some.csv", 2 * ROWS_A_CHUNK)
    first = start(store_url, "load", "checkpoints", listing)
    second = start(store_url, "load", "checkpoints", listing)

    (code, said), (other_code, other_said) = first.ends(), second.ends()

    assert (code, other_code) == (0, 0), said + other_said
    assert assert_whole_batches_and_true_figures(kept) == 2 * ROWS_A_CHUNK


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


@pytest.mark.parametrize("schema_url", ["postgis"], indirect=True)
def test_a_server_whose_disk_is_full_is_said_to_be(kept: Database, listing: Path) -> None:
    with kept.write() as session:
        session.execute(text(NO_ROOM_FROM_THE_THIRD_BATCH))
        session.execute(
            text("CREATE TRIGGER no_room BEFORE INSERT ON checkpoints FOR EACH ROW EXECUTE FUNCTION no_room()")
        )

    said = run("load", "checkpoints", listing)

    assert said.exit_code == 1
    assert "ended early: the disk is full. " in said.stdout
    assert assert_whole_batches_and_true_figures(kept) == 2 * ROWS_A_CHUNK


@pytest.mark.parametrize("schema_url", ["spatialite"], indirect=True)
@pytest.mark.parametrize("command", ["load osm", "backup"])
def test_what_finds_no_room_for_its_file_says_so_in_one_line_and_leaves_no_piece(
    kept: Database, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    target = tmp_path / "made" / "file"
    target.parent.mkdir()
    monkeypatch.setenv("LINLI_BASEMAP", str(target))
    roads = Extract((121.390, 31.090, 121.420, 31.120))
    for number in range(500):  # more than is held back before it is written
        roads.way([(121.39, 31.10 + number / 1e5), (121.42, 31.10)], {"highway": "primary", "name": f"{number}号路"})
    words = ["load", "osm", roads.write(tmp_path / "roads.osm")] if command == "load osm" else ["backup", target]

    done = start(store_url, *words, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)))

    _, told = done.process.communicate(timeout=120)
    assert done.process.returncode == 2
    assert "Traceback" not in told, told
    assert list(target.parent.iterdir()) == []


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
