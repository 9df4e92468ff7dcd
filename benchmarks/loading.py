"""100,000 points from a file into an empty store, and the same file once more, with the command a clerk uses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import town
from benchmarks.measuring import write_table

POINTS = 100_000


def measure(store: str, url: str, folder: Path) -> Iterator[str]:
    """The rate and the peak memory of `linli load`, new and again."""
    file = folder / "points.csv"
    lngs, lats = town.places(POINTS, 5)
    with file.open("w") as out:
        out.write("id,lon,lat,service,people\n")
        for i, (lng, lat) in enumerate(zip(lngs.tolist(), lats.tolist(), strict=True)):
            out.write(f"{i},{lng:.6f},{lat:.6f},{town.SERVICES[i % 8]},{i % 5 + 1}\n")
    environment = {**os.environ, "LINLI_DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "webmap.cli", "migrate"], env=environment, check=True, capture_output=True)
    rows = [
        (what, f"{POINTS / took:,.0f}", promised, f"{peak:,.0f}", "1,500")
        for what, promised in (("for the first time", "10,000"), ("the same file again", ""))
        for took, peak in [_load(file, environment)]
    ]
    lines = [f"## A file of {POINTS:,} points: {store}", ""]
    write_table(lines, ("loaded", "rows a second", "promised", "peak memory, MB", "promised"), rows)
    yield from lines


def _load(file: Path, environment: dict[str, str]) -> tuple[float, float]:
    """The seconds of one load, and its peak memory in MB."""
    command = [sys.executable, "-m", "webmap.cli", "load", "needs", str(file)]
    began = time.perf_counter()
    loading = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0.0
    while loading.poll() is None:
        peak = max(peak, _peak_mb(loading.pid))
        time.sleep(0.02)
    if loading.returncode:
        raise RuntimeError("the file was not loaded")
    return time.perf_counter() - began, peak


def _peak_mb(pid: int) -> float:
    """The most memory a process has had so far; 0 where it has ended. What wait4 says counts its parent's, too."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found.group(1)) / 1024 if found else 0.0
