"""What the documents tell a reader to type or to open is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.house.checkout import ROOT, files, name_of
from webmap.cli import main

DOCUMENTS = [*files("*.md"), *files("docs/**/*.md")]
CODE = re.compile(r"```[^\n]*\n(.*?)```|`([^`\n]+)`", flags=re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
OUTSIDE = re.compile(r"[a-z]+:")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)


@each_document
def test_every_make_target_in_a_document_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

    assert [target for target in named_after("make", document) if target not in targets] == []


@each_document
def test_every_command_of_linli_in_a_document_exists(document: Path) -> None:
    commands = main.list_commands(click.Context(main))

    assert [command for command in named_after("linli", document) if command not in commands] == []


@each_document
def test_every_file_a_document_links_to_exists(document: Path) -> None:
    links = [link for link, _ in LINK.findall(document.read_text(encoding="utf-8")) if not OUTSIDE.match(link)]

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_starts_with_the_two_commands() -> None:
    first = CODE.search((ROOT / "README.md").read_text(encoding="utf-8"))

    assert first is not None
    assert re.findall(r"^make (\w+)", first[1] or first[2], flags=re.MULTILINE) == ["run", "test"]


def named_after(program: str, document: Path) -> Iterator[str]:
    """The words that follow the program's name in the code of a document."""
    for block, inline in CODE.findall(document.read_text(encoding="utf-8")):
        yield from re.findall(rf"(?:^|[/\s]){program} ([a-z]+)\b", block or inline, flags=re.MULTILINE)
