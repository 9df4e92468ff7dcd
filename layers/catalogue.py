"""All layers, in drawing order. A folder here that describes a LAYER is a layer; nothing else needs to know of it."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

import layers as package
from layers.description import Layer, Measure
from layers.errors import NotFound


@cache
def layers() -> tuple[Layer, ...]:
    """The descriptions of all layers, lowest drawn first."""
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        if module.ispkg:
            described = getattr(import_module(f"layers.{module.name}"), "LAYER", None)
            if isinstance(described, Layer):
                found.append(described)
    return tuple(sorted(found, key=lambda layer: (layer.drawing_order, layer.name)))


def layer(name: str) -> Layer:
    """The layer called `name`; raises NotFound that lists the names there are."""
    for one in layers():
        if one.name == name:
            return one
    raise NotFound(f"there is no layer {name!r}; there are {', '.join(one.name for one in layers())}")


def measures() -> tuple[Measure, ...]:
    """Every measure that some layer adds to the state of a cell."""
    return tuple(measure for one in layers() for measure in one.measures)


def rollup_columns() -> tuple[str, ...]:
    """Every figure column that some layer keeps in the rollups."""
    return tuple(name for one in layers() for name in one.rollup_columns)


def actions(name: str) -> ModuleType:
    """The module of what can be done to a layer's features: `put`, and `move` where they have states."""
    return import_module(f"layers.{layer(name).name}.actions")
