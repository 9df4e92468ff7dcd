"""Runs `linli load` and `linli export` over a store of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import func, select

from data.database import Database
from layers import catalogue
from webmap.cli import main

Run = Callable[..., Result]


def run(*words: object) -> Result:
    """The command in this process; LINLI_DATABASE_URL says on which store."""
    return CliRunner().invoke(main, [str(word) for word in words])


@dataclass(frozen=True)
class Started:
    """The command in a process of its own, as a person starts and stops it."""

    process: subprocess.Popen[str]

    def told(self, word: str) -> str:
        """Waits until it says a line with this word on stderr."""
        assert self.process.stderr is not None
        return next(line for line in self.process.stderr if word in line)

    def ends(self) -> tuple[int, str]:
        """Its exit code and everything it said on stdout."""
        said, _ = self.process.communicate(timeout=120)
        return self.process.returncode, said


def start(url: str, *words: object, before: Callable[[], None] | None = None) -> Started:
    environment = {**os.environ, "LINLI_DATABASE_URL": url}
    command = [sys.executable, "-m", "webmap.cli", *map(str, words)]
    process = subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=before
    )
    return Started(process)


def rows(store: Database, layer: str) -> list[dict[str, Any]]:
    with store.read() as session:
        table = catalogue.layer(layer).table
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


def count(store: Database, layer: str) -> int:
    with store.read() as session:
        return session.execute(select(func.count()).select_from(catalogue.layer(layer).table)).scalar_one()


def csv_file(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def many_checkpoints(path: Path, number: int) -> Path:
    places = ((row, 121.4 + row % 100 * 1e-4, 31.1 + row // 100 * 1e-4) for row in range(number))
    lines = (f"K{row},{row}号卡点,{lng:.6f},{lat:.6f}" for row, lng, lat in places)
    return csv_file(path, "id,名称,经度,纬度", *lines)
