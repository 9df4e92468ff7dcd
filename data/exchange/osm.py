"""OpenStreetMap extracts read in one pass, as batches of tagged features.

Read with GDAL's OSM driver, streamed, so that a province needs no more memory than a village. Rings that
are broken where the extract was cut become empty geometries and are left out (`on_invalid="ignore"`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.exchange.gdal import pyogrio
from data.exchange.osm_files import Extract
from data.exchange.reasons import Reason, Unreadable

#: Features held in memory at a time: some 40 MB of a city's buildings.
BATCH = 20_000

_NAMES = "name name:en name:zh"
#: The keys read of each kind of feature; all others are left in the file.
KEYS: dict[str, tuple[str, ...]] = {
    kind: tuple(f"{_NAMES} {keys}".split())
    for kind, keys in {
        "points": "place barrier highway railway public_transport amenity shop aeroway leisure natural",
        "lines": (
            "highway service railway waterway natural boundary admin_level bridge tunnel aeroway foot access motorroad"
            " sidewalk sidewalk:left sidewalk:right sidewalk:both"
        ),
        "multipolygons": (
            "alt_name old_name short_name landuse natural waterway leisure amenity building addr:housenumber"
            " addr:street addr:full aeroway place boundary admin_level highway area:highway railway"
            " public_transport shop tourism foot access"
        ),
    }.items()
}
#: Closed ways with one of these keys are areas; every other closed way is a line that happens to close.
AREA_KEYS = (
    "aeroway,amenity,area:highway,boundary,building,landuse,leisure,man_made,military,natural,office,place,"
    "shop,tourism,public_transport=platform,highway=platform,waterway=riverbank,waterway=dock,waterway=boatyard"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some features of one kind ("points", "lines" or "multipolygons"): ids, tags, WGS 84 geometries.

    `tags[key][i]` is the value of `key` on feature i, or None. Ids read "way/123", as in OpenStreetMap's
    own addresses.
    """

    kind: str
    ids: list[str]
    tags: dict[str, list[str | None]]
    geometries: NDArray[Any]

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, row: int) -> dict[str, str]:
        """The tags that feature `row` carries."""
        return {key: value for key, values in self.tags.items() if (value := values[row]) is not None}


def batches(extract: Extract) -> Iterator[Batch]:
    """Every feature of a checked extract with one of the keys read here, save those with a broken geometry.

    Points first, then lines, then areas. Raises Unreadable when GDAL cannot open the file.
    """
    with TemporaryDirectory(prefix="linli-osm-") as folder:
        settings = Path(folder) / "osm.ini"
        settings.write_text(_settings(), encoding="utf-8")
        for kind in KEYS:
            yield from _batches_of(extract.path, kind, settings)


def _settings() -> str:
    """The driver's own configuration: which tags become columns, kept under their real names."""
    lines = ["[general]", f"closed_ways_are_polygons={AREA_KEYS}", "attribute_name_laundering=no"]
    for kind, keys in KEYS.items():
        lines += [f"[{kind}]", "osm_id=yes", "other_tags=no", f"attributes={','.join(keys)}"]
        lines += [f"osm_{name}=no" for name in ("version", "timestamp", "uid", "user", "changeset")]
    return "\n".join(lines) + "\n"


def _batches_of(path: Path, kind: str, settings: Path) -> Iterator[Batch]:
    try:
        with (
            _quietly(),
            pyogrio.open_arrow(path, layer=kind, batch_size=BATCH, use_pyarrow=True, CONFIG_FILE=str(settings)) as (
                about,
                reader,
            ),
        ):
            geometry = about["geometry_name"] or "wkb_geometry"
            for record in reader:
                if record.num_rows:
                    yield _batch(kind, record, geometry)
    except pyogrio.errors.DataSourceError as error:
        zh = f"无法读取 {path.name}：{error}"
        raise Unreadable(Reason(f"cannot read {path.name}: {error}", zh)) from error


def _batch(kind: str, record: Any, geometry: str) -> Batch:
    """One Arrow batch without the features that no key read here describes or whose geometry is broken."""
    with _quietly():
        geometries = shapely.from_wkb(record.column(geometry).to_pylist(), on_invalid="ignore")
    tags = {key: record.column(key).to_pylist() for key in KEYS[kind]}
    tagged = np.array([any(values) for values in zip(*tags.values(), strict=True)])
    whole = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    if kind == "multipolygons":
        whole &= shapely.area(geometries) > 0
    rows = np.flatnonzero(tagged & whole)
    ids = _ids(kind, record)
    return Batch(
        kind,
        [ids[row] for row in rows],
        {key: [values[row] for row in rows] for key, values in tags.items()},
        geometries[rows],
    )


def _ids(kind: str, record: Any) -> list[str]:
    numbers = record.column("osm_id").to_pylist()
    if kind != "multipolygons":
        element = "node" if kind == "points" else "way"
        return [f"{element}/{number}" for number in numbers]
    ways = record.column("osm_way_id").to_pylist()
    return [f"relation/{number}" if number else f"way/{way}" for number, way in zip(numbers, ways, strict=True)]


class _quietly(warnings.catch_warnings):  # noqa: N801 - used like a word of the language
    """Broken rings at the border of an extract are expected: GDAL's remark on each is left out."""

    def __enter__(self) -> Any:
        entered = super().__enter__()
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        return entered
