"""What files need to know of a layer's fields, read from its schema: names, titles, kinds and the words of choices."""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy.orm import Session

from data.exchange.specs import FieldSpec, Kind
from layers.description import Layer
from layers.vocabulary.queries import vocabulary

Choices = Mapping[str, tuple[str, ...]]

_KINDS: dict[type, Kind] = {
    bool: "flag",
    int: "whole",
    float: "number",
    Decimal: "number",
    datetime: "moment",
    str: "text",
}


def field_specs(layer: Layer, session: Session) -> tuple[FieldSpec, ...]:
    """The layer's fields in the order of its schema; services and roles are choices, as the vocabulary has them now."""
    words = vocabulary(session)
    tables = {
        "service": {name: (title.en, title.zh) for name, title in words.services.items()},
        "role": {name: (title.en, title.zh) for name, title in words.roles.items()},
    }
    legend = {entry.value: (entry.title.en, entry.title.zh) for entry in layer.legend}
    return tuple(
        _spec(name, info, tables.get(name), legend if name == layer.legend_field else {})
        for name, info in layer.feature.model_fields.items()
    )


def _spec(name: str, info: FieldInfo, listed: Choices | None, legend: Choices) -> FieldSpec:
    extra: Mapping[str, Any] = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    kind, codes = ("hours", ()) if name == "hours" else _kind(info.annotation)
    choices = listed if listed is not None else {code: legend.get(code, ()) for code in codes}
    return FieldSpec(
        name=name,
        kind="choice" if choices else kind,
        en=info.title or name.replace("_", " "),
        zh=str(extra.get("title_zh") or name),
        aliases=tuple(extra.get("aliases") or ()),
        hxl=str(extra.get("hxl") or ""),
        required=info.is_required(),
        choices=choices,
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    """What the cells of a field hold, from its type; with the values, where the type lists them."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _kind(next(part for part in get_args(annotation) if part is not type(None)))
    if origin is Literal:
        return "choice", tuple(str(value) for value in get_args(annotation))
    if origin is list:
        (inside,) = get_args(annotation)
        return ("structure" if _is_model(inside) else "texts"), ()
    if origin is not None and hasattr(annotation, "__metadata__"):
        return _kind(get_args(annotation)[0])
    if annotation not in _KINDS and not _is_model(annotation):
        return ("moment" if "Datetime" in getattr(annotation, "__name__", "") else "text"), ()
    return _KINDS.get(annotation, "structure"), ()


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
