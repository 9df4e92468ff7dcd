"""Every file and every name of code that the walks through the code and the decisions speak of is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.checkout import PACKAGES, ROOT, files, name_of
from webmap import documents

NAMED = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|js|sh))(?:: ([\w.]+))?`")

WALKS = [ROOT / "docs/flows.md", ROOT / "docs/privacy.md", *files("docs/decisions/*.md")]


@pytest.mark.parametrize("document", WALKS, ids=name_of)
def test_every_file_and_name_of_code_in_a_walk_is_there(document: Path) -> None:
    named = NAMED.findall(document.read_text(encoding="utf-8"))

    assert [f"{path}: {name}" for path, name in named if not is_there(ROOT / path, name)] == []


def test_the_walks_pass_through_every_package() -> None:
    walked = {path.split("/")[0] for path, _ in NAMED.findall((ROOT / "docs/flows.md").read_text(encoding="utf-8"))}

    assert walked >= set(PACKAGES)


def test_the_page_of_layers_says_what_the_layers_say() -> None:
    kept = (ROOT / "docs/layers.md").read_text(encoding="utf-8")

    assert kept == documents.as_markdown(), "run: make docs"


def is_there(path: Path, name: str) -> bool:
    """Whether the file exists and defines the name; `Class.method` for what a class defines."""
    if not path.is_file():
        return False
    if not name:
        return True
    if path.suffix != ".py":
        return re.search(rf"\b(function|class|const) {re.escape(name)}\b", path.read_text(encoding="utf-8")) is not None
    body: list[ast.stmt] = ast.parse(path.read_text(encoding="utf-8")).body
    for part in name.split("."):
        found = [one for one in body if part in defined_by(one)]
        if not found:
            return False
        body = found[0].body if isinstance(found[0], ast.ClassDef) else []
    return True


def defined_by(statement: ast.stmt) -> set[str]:
    """The names a statement defines: a function, a class, or what is assigned."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}
