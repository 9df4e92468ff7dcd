"""What is installed is pinned to its content, wherever it comes from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.house.checkout import ROOT, files, name_of

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
PYTHON = [ROOT / name for name in (*REQUIREMENTS, "setup/build.txt", "setup/node.txt")]
LOCKS = [*PYTHON, ROOT / "package-lock.json"]
ADDRESS = re.compile(r"://|\bfile:|index-url|find-links|\"resolved\"")


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_a_lock_file_holds_no_address(lock: Path) -> None:
    assert [line for line in lock.read_text().splitlines() if ADDRESS.search(line)] == []


@pytest.mark.parametrize("lock", PYTHON, ids=name_of)
def test_every_python_package_is_pinned_with_a_hash(lock: Path) -> None:
    content = "\n".join(line for line in lock.read_text().splitlines() if not line.startswith("#"))
    pins = content.replace("\\\n", " ").splitlines()

    assert [pin for pin in pins if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+.* --hash=sha256:[0-9a-f]{64}", pin)] == []


def test_every_npm_package_is_pinned_with_a_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    del packages[""]  # Linli itself

    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


def test_everything_that_runs_is_also_there_in_development() -> None:
    running, developing = (set(pins(ROOT / name)) for name in ("requirements.txt", "requirements-dev.txt"))

    assert running - developing == set()


def test_what_is_measured_beside_linli_changes_no_version_of_what_linli_needs() -> None:
    developing, measuring = (dict(versions(name)) for name in ("requirements-dev.txt", "requirements-bench.txt"))

    assert {name: there for name, there in measuring.items() if developing.get(name, there) != there} == {}


def test_every_script_served_by_linli_comes_from_a_pinned_package() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]
    lines = (ROOT / "setup" / "browser_scripts.txt").read_text().splitlines()
    sources = [line.split()[0] for line in lines if line and not line.startswith("#")]

    assert {"/".join(source.split("/")[: 2 if source.startswith("@") else 1]) for source in sources} == set(pinned)


def test_no_page_or_style_asks_a_third_party_for_a_file() -> None:
    outside = re.compile(
        r"(src|href)\s*=\s*[\"'](https?:)?//[^\"']+\.(js|css|woff2?)|@import\s+.*//|url\([\"']?(https?:)?//"
    )
    pages = [path for kind in ("html", "css", "js") for path in files(f"webmap/**/*.{kind}")]

    assert [name_of(page) for page in pages if outside.search(page.read_text(encoding="utf-8"))] == []


def versions(lock: str) -> list[tuple[str, set[str]]]:
    """The versions of each package that a lock file holds, some of them for one Python only."""
    found = [pin.split("==") for pin in pins(ROOT / lock)]
    return [(name, {version for other, version in found if other == name}) for name, _ in found]


def pins(lock: Path) -> list[str]:
    """The names and versions a lock file holds."""
    return re.findall(r"^[\w.-]+==[^\s;]+", lock.read_text(), flags=re.MULTILINE)
