"""Writes `docs/layers.md` from the catalogue of layers: `python -m webmap.documents > docs/layers.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from layers import catalogue
from layers.cell_state.rules import ORDER
from layers.description import Layer, Measure

EVERYONE, STAFF = "everyone", "staff"

#: Words for what a JSON schema says of a field.
TYPES: Mapping[str, str] = {"integer": "whole number", "number": "number", "string": "text", "boolean": "yes or no"}


def as_markdown() -> str:
    """`docs/layers.md`: every layer with its fields, states, measures and legend, lowest drawn first."""
    lines = [
        "# Layers",
        "",
        "Written from the descriptions in `layers/`: `python -m webmap.documents > docs/layers.md`.",
        "",
        "Fields are those of files, of the API and of exports, under these names; a field with * has to be given. "
        "Moments are RFC 3339 with their zone, places WGS 84. What is *kept apart* is in a private table, in no list "
        "of features and no export. Measures are what a layer adds to the state of a cell.",
    ]
    for layer in catalogue.layers():
        lines += _described(layer)
    return "\n".join(lines) + "\n"


def _described(layer: Layer) -> Iterator[str]:
    seen = "public" if layer.public else "for staff"
    yield from ("", f"## {layer.title.en} {layer.title.zh}", "")
    yield f"`{layer.name}`: {layer.geometry}s, {seen}. {layer.about.en} {layer.about.zh}"
    if layer.public_states:
        yield f"Public only in the states {_words(layer.public_states)}."
    yield ""
    yield from _table(("field", "title", "标题", "takes", "seen by"), _fields(layer))
    if layer.moves:
        yield from ("", f"Moves of `{layer.state_field}`:", "")
        yield from _table(("from", "to"), ((f"`{state}`", _words(to) or "none") for state, to in layer.moves.items()))
    if layer.move_rule is not None:
        yield from ("", "Which of these a feature may make is decided by its own past as well.")
    if layer.measures:
        yield from ("", "Measures:", "")
        yield from _table(("measure", "title", "标题", "changes by", "seen by"), map(_measure, layer.measures))
    elif layer.rollup_columns:
        named = {measure.name for measure in catalogue.measures()}
        yield from ("", f"Adds to a cell: {_words(name for name in ORDER if name not in named)}.")
    if layer.legend:
        yield from ("", f"Legend, by `{layer.legend_field}`:", "")
        yield from _table(
            ("value", "title", "标题", "colour", "drawn as"),
            (
                (f"`{one.value}`", one.title.en, one.title.zh, f"`--{one.colour}`", _drawn(one.icon, one.dash, layer))
                for one in layer.legend
            ),
        )


def _fields(layer: Layer) -> Iterator[Sequence[str]]:
    schema = layer.feature.model_json_schema(mode="validation")
    required = schema.get("required", ())
    for name in layer.feature.model_fields:
        title = layer.title_of(name)
        mark = "*" if name in required else ""
        takes = _takes(schema["properties"][name])
        yield f"`{name}`{mark}", title.en, title.zh, takes, _seen_by(layer, name)
    for name in layer.public_fields:
        if name not in layer.feature.model_fields:
            yield f"`{name}`", layer.title_of(name).en, "", "given by Linli", EVERYONE


def _takes(schema: Mapping[str, Any]) -> str:
    """What a field takes, in words, with its limits and its default."""
    given = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    default = schema.get("default")
    words = _kind(given) + _limits(given)
    return words if default in (None, "") else f"{words}; default `{default}`"


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + _words(schema["enum"])
    if schema.get("format") == "date-time":
        return "moment"
    if schema.get("type") == "array":
        return f"list of {'objects' if '$ref' in schema['items'] else _kind(schema['items'])}"
    return TYPES[schema["type"]]


def _limits(schema: Mapping[str, Any]) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f" from {schema['minimum']:,} to {schema['maximum']:,}"
    if "minimum" in schema:
        return f" from {schema['minimum']:,}"
    if "maxLength" in schema:
        return f", at most {schema['maxLength']:,} characters"
    if "maxItems" in schema:
        return f", at most {schema['maxItems']:,}"
    return ""


def _measure(measure: Measure) -> Sequence[str]:
    changes = "writes" if measure.source == "amount" else "writes and time"
    title = measure.title
    return f"`{measure.name}`", title.en, title.zh, changes, EVERYONE if measure.public else STAFF


def _drawn(icon: str, dash: bool, layer: Layer) -> str:
    if icon:
        return f"symbol `{icon}`"
    return "broken outline" if dash else "outline" if layer.geometry == "polygon" else "point"


def _seen_by(layer: Layer, name: str) -> str:
    if name in layer.public_fields:
        return EVERYONE
    apart = layer.private_table is not None and name in layer.private_table.c and name not in layer.table.c
    return "kept apart" if apart else STAFF


def _words(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
