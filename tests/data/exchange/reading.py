"""Small files for tests of reading, and everything a source gives at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from data.exchange.reasons import Reject
from data.exchange.sources import open_source

Read = tuple[list[tuple[int, dict[str, Any]]], list[Reject]]


def read(path: Path, layer: str | None = None, encoding: str | None = None) -> Read:
    """Every row of a file with its line, and every reject."""
    rows: list[tuple[int, dict[str, Any]]] = []
    rejects: list[Reject] = []
    with closing(open_source(path, layer, encoding)) as source:
        for chunk in source.chunks():
            rows += [(line, chunk.cells_of(index)) for index, line in enumerate(chunk.lines)]
            rejects += chunk.rejects
    return rows, rejects


def lines(rejects: Iterable[Reject]) -> list[int]:
    return [reject.line for reject in rejects]


def text_file(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(lng: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lng, lat]}


def geojson_file(path: Path, features: Sequence[dict[str, Any]], encoding: str = "utf-8") -> Path:
    content = json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False)
    return text_file(path, content, encoding)
