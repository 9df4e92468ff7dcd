"""Who knows one layer knows all: each folder that describes a layer has the same files and keeps to itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.catalogue import layers
from layers.description import Layer
from tests.house.checkout import ROOT

FILES = ("__init__.py", "record.py", "rules.py", "actions.py", "queries.py")
LAYERS = layers()
NAMES = {layer.name for layer in LAYERS}

each_layer = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)


def test_the_catalogue_lists_the_layers_of_an_emergency() -> None:
    emergency = {"compounds", "checkpoints", "quarantine_zones", "supply_drops", "volunteer_shifts", "needs"}

    assert emergency <= NAMES


@each_layer
def test_every_layer_has_the_same_files(layer: Layer) -> None:
    assert [name for name in FILES if not (folder(layer) / name).is_file()] == []


@each_layer
def test_a_layer_has_one_name_for_folder_and_table(layer: Layer) -> None:
    assert folder(layer).is_dir()
    assert layer.table.name == layer.name


@each_layer
def test_a_layer_reads_no_other_layer(layer: Layer) -> None:
    found = {
        f"{path.name}: {module}"
        for path in folder(layer).rglob("*.py")
        for module in imported(path)
        if module.startswith("layers.") and module.split(".")[1] in NAMES - {layer.name}
    }

    assert found == set()


@each_layer
def test_a_layer_is_titled_in_both_languages(layer: Layer) -> None:
    texts = [layer.title, layer.about, *(measure.title for measure in layer.measures)]
    texts += [entry.title for entry in layer.legend]

    assert [text for text in texts if not (text.en and text.zh)] == []


@each_layer
def test_a_layer_shows_nothing_in_public_that_it_keeps_in_private(layer: Layer) -> None:
    private = set() if layer.private_table is None else set(layer.private_table.columns.keys())

    assert set(layer.public_fields) & private == set()


def folder(layer: Layer) -> Path:
    """Where the layer's files are."""
    return ROOT / "layers" / layer.name


def imported(path: Path) -> Iterator[str]:
    """The modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
