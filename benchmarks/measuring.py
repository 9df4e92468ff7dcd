"""Medians of alternating rounds: on a shared machine only what ran side by side can be compared."""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 7
SECONDS = 1


@dataclass(frozen=True)
class Target:
    """What wrk asks for: an address and a Lua script that varies the request, with headers for every one."""

    url: str
    script: str = ""
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rate:
    """Requests a second, the 99th percentile in ms, and how many answers were not 2xx or 3xx."""

    per_second: float
    p99_ms: float
    errors: int


def rounds(targets: Sequence[Target], connections: int, count: int = ROUNDS, seconds: int = SECONDS) -> list[Rate]:
    """The median rate of each target over alternating rounds, after one short round that is not counted."""
    for target in targets:
        _wrk(target, connections, 1)
    seen: list[list[Rate]] = [[] for _ in targets]
    for _ in range(count):
        for at, target in enumerate(targets):
            seen[at].append(_wrk(target, connections, seconds))
    return [
        Rate(
            statistics.median(one.per_second for one in rates),
            statistics.median(one.p99_ms for one in rates),
            sum(one.errors for one in rates),
        )
        for rates in seen
    ]


def _wrk(target: Target, connections: int, seconds: int) -> Rate:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(target.script)
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency"]
        command += [part for header in target.headers for part in ("-H", header)]
        command += ["-s", script.name] if target.script else []
        done = subprocess.run([*command, target.url], capture_output=True, text=True, check=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", done.stdout)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
    return Rate(
        float(rate.group(1)) if rate else 0.0,
        float(p99.group(1)) * scale[p99.group(2)] if p99 else float("nan"),
        int(bad.group(1)) if bad else 0,
    )


def paired(jobs: Sequence[Callable[[], object]], count: int = ROUNDS) -> list[float]:
    """The median seconds of each job over alternating rounds, after one round that is not counted."""
    for job in jobs:
        job()
    seen: list[list[float]] = [[] for _ in jobs]
    for _ in range(count):
        for at, job in enumerate(jobs):
            began = time.perf_counter()
            job()
            seen[at].append(time.perf_counter() - began)
    return [statistics.median(times) for times in seen]


def random_paths(paths: Sequence[str]) -> str:
    """A wrk script that asks for one of some paths at random."""
    listed = ",".join(f'"{path}"' for path in paths)
    return f"local paths={{{listed}}}\nrequest=function() return wrk.format('GET', paths[math.random(#paths)]) end\n"


def write_table(lines: list[str], head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Adds a Markdown table to lines."""
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    lines.append("")


def results_file() -> Path:
    """Where the figures of a run are written."""
    return Path(__file__).resolve().parent.parent / "docs" / "performance.md"
