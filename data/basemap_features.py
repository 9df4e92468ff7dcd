"""What of OpenStreetMap the base map draws: features sorted into tile layers, with the few properties it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from data.basemap_looks import BORDERS, GROUND, LANDMARKS, RAILWAYS, ROADS, SETTLEMENTS, WATER_AREAS, WATERWAYS, Look
from data.exchange.osm import Batch

#: The layers of a tile, as the page's drawing rules name them.
LAYERS = ("land", "water", "roads", "buildings", "boundaries", "places")


class Drawn(NamedTuple):
    """One feature of the base map: its layer, its properties (few: every tile repeats them), its first zoom."""

    layer: str
    properties: dict[str, str]
    first_zoom: int
    geometry: Any


def drawn(batch: Batch) -> Iterator[Drawn]:
    """The features of the base map in a batch. One object may give two: a park is ground and a name."""
    if batch.kind == "points":
        for row in range(len(batch)):
            yield from _name(batch.of(row), batch.geometries[row])
    elif batch.kind == "lines":
        for row in range(len(batch)):
            yield from _line(batch.of(row), batch.geometries[row])
    else:
        yield from _areas(batch)


def _line(tags: dict[str, str], line: Any) -> Iterator[Drawn]:
    if (look := ROADS.get(tags.get("highway", ""))) is not None:
        properties = {"kind": look.kind, **_names(tags)}
        for key in ("bridge", "tunnel"):
            if tags.get(key, "no") != "no":
                properties["level"] = key
        yield Drawn("roads", properties, look.first_zoom, line)
    elif (look := RAILWAYS.get(tags.get("railway", ""))) is not None:
        first = look.first_zoom if tags.get("service") is None else 13
        level = {"level": "tunnel"} if tags.get("tunnel", "no") != "no" else {}
        yield Drawn("roads", {"kind": look.kind, **level}, first, line)
    elif (look := WATERWAYS.get(tags.get("waterway", ""))) is not None:
        if tags.get("tunnel", "no") == "no":
            yield Drawn("water", {"kind": look.kind, **_names(tags)}, look.first_zoom, line)
    elif tags.get("boundary") == "administrative":
        yield from _border(tags, line)


def _border(tags: dict[str, str], line: Any) -> Iterator[Drawn]:
    if (look := BORDERS.get(tags.get("admin_level", ""))) is not None:
        yield Drawn("boundaries", {"kind": look.kind}, look.first_zoom, line)


def _areas(batch: Batch) -> Iterator[Drawn]:
    """Areas, and the names in them: at a point that is surely inside, worked out for the named ones only."""
    names: NDArray[Any] = np.array([bool(name) for name in batch.tags["name"]], dtype=bool)
    inside = np.full(len(batch), None, dtype=object)
    inside[names] = shapely.point_on_surface(batch.geometries[names])
    for row in range(len(batch)):
        tags = batch.of(row)
        yield from _area(tags, batch.geometries[row])
        if inside[row] is not None:
            yield from _name(tags, inside[row], area=True)


def _area(tags: dict[str, str], area: Any) -> Iterator[Drawn]:
    if "building" in tags:
        if tags["building"] != "no":
            yield Drawn("buildings", {}, 13, area)
    elif any(tags.get(key) in values for key, values in WATER_AREAS.items()):
        yield Drawn("water", {"kind": "area"}, 6, area)
    elif (look := _first(GROUND, tags)) is not None:
        yield Drawn("land", {"kind": look.kind}, look.first_zoom, area)
    elif tags.get("boundary") == "administrative":
        yield from _border(tags, shapely.boundary(area))


def _name(tags: dict[str, str], point: Any, *, area: bool = False) -> Iterator[Drawn]:
    """The label of a named place. A building's own name or number is its label when it is nothing else."""
    names = _names(tags)
    if not names:
        return
    found = SETTLEMENTS.get(tags.get("place", "")) or _first(LANDMARKS, tags)
    if found is None and area and "building" in tags:
        found = (Look("building", 15), 8)
    if found is not None:
        look, rank = found
        yield Drawn("places", {"kind": look.kind, "rank": str(rank), **names}, look.first_zoom, point)


def _first(table: Mapping[str, Mapping[str, Any]], tags: dict[str, str]) -> Any:
    """What the table says of the first of its keys that the feature carries with a known value."""
    for key, values in table.items():
        if (found := values.get(tags.get(key, ""))) is not None:
            return found
    return None


def _names(tags: dict[str, str]) -> dict[str, str]:
    """The name and, where they differ from it, the Chinese and the English one."""
    name = tags.get("name") or tags.get("name:zh") or tags.get("name:en")
    if not name:
        return {}
    others = {key: tags[key] for key in ("name:zh", "name:en") if tags.get(key, name) != name}
    return {"name": name, **others}
