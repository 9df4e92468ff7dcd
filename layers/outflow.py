"""One layer out to a file, as staff or as the public may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from data.database import Database
from data.exchange.specs import FieldSpec, GeometryKind
from data.exchange.writers import write_features
from layers.description import Layer
from layers.errors import NotAllowed
from layers.file_fields import field_specs
from layers.publication.queries import published_cells
from layers.queries import feature_rows

#: Columns that no layer's schema names, because they are given by Linli, with their HXL tags.
_OURS = {
    "hex_id": FieldSpec("hex_id", "text", hxl="#geo+h3"),
    "needs": FieldSpec("needs", "whole", hxl="#affected+needs"),
    "published_at": FieldSpec("published_at", "moment", hxl="#date+published"),
}


def export_layer(database: Database, layer: Layer, path: Path, *, public: bool, at: datetime) -> int:
    """Writes the layer as it stands, statuses as of `at`; how many rows. Raises Unreadable where it cannot."""
    with database.snapshot() as session:
        rows, geometry = _rows(session, layer, public, at)
        first = next(rows, None)
        specs = {spec.name: spec for spec in field_specs(layer, session)} | _OURS
        names = [name for name in (first or specs) if name != "geometry"]
        fields = [specs.get(name) or _spec_of(name, first or {}) for name in names]
        every = rows if first is None else chain([first], rows)
        return write_features(path, every, fields, geometry, layer=layer.name)


def _rows(
    session: Session, layer: Layer, public: bool, at: datetime
) -> tuple[Iterator[Mapping[str, Any]], GeometryKind]:
    found: Iterable[Mapping[str, Any]]
    if public and layer.private_table is not None:  # such features are public only as cells
        return iter(published_cells(session)), "polygon"
    if public and not layer.public:
        raise NotAllowed(f"{layer.name} are not public; export them without --public, for staff")
    found = feature_rows(session, layer, public, at)
    return iter(found), layer.geometry


def _spec_of(name: str, first: Mapping[str, Any]) -> FieldSpec:
    """What a column without a schema holds, by its first value."""
    value = first.get(name)
    if isinstance(value, datetime):
        return FieldSpec(name, "moment")
    if isinstance(value, int) and not isinstance(value, bool):
        return FieldSpec(name, "whole")
    return FieldSpec(name, "text")
