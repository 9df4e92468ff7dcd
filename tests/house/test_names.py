"""Files say what they hold, and hold what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.checkout import PACKAGES, files, name_of

CODE = [path for package in (*PACKAGES, "setup", "tests", "benchmarks") for path in files(f"{package}/**/*.*")]
SOURCES = [path for path in CODE if path.suffix in {".py", ".sh", ".js", ".css", ".html", ".sql"}]

# The brackets keep the pattern from finding itself.
UNFINISHED = re.compile(r"TO[D]O|FIX[M]E|X[X]X|NotImplemented[E]rror")
MACHINE_PATH = re.compile(r"(?<![\w.{}/])/(work|tmp|root|home)/\w")


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "misc"])
def test_no_file_has_a_name_that_says_nothing(word: str) -> None:
    parts = re.compile(rf"(^|/)_*{word}_*(/|\.|$)")

    assert [name_of(path) for path in CODE if parts.search(name_of(path))] == []


def test_nothing_is_left_for_later() -> None:
    assert [line for path in SOURCES for line in lines_with(UNFINISHED, path)] == []


def test_no_code_names_a_path_of_one_machine() -> None:
    assert [line for path in SOURCES for line in lines_with(MACHINE_PATH, path)] == []


def lines_with(pattern: re.Pattern[str], path: Path) -> list[str]:
    """The places in a file, as name:line: text, that match."""
    numbered = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return [f"{name_of(path)}:{number}: {line.strip()}" for number, line in numbered if pattern.search(line)]
