"""The streets in an OpenStreetMap extract that people walk along, and what they cannot walk over.

By OpenStreetMap's own rules for people on foot (wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions):
every highway but motorways, trunk roads without a sidewalk and what is not built, unless foot= or access= says another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, Literal, get_args

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data.exchange.osm import Batch
from geo.coordinates import Box
from geo.distances import great_circle_m
from geo.shapes import areas_m2

#: A way that people walk along; a barrier, which is crossed on a way only; the shore of a water.
LineKind = Literal["way", "barrier", "shore"]

#: Not for people on foot unless foot= says so.
NOT_ON_FOOT = frozenset({"motorway", "motorway_link", "bus_guideway", "busway", "raceway", "escape", "via_ferrata"})
#: For people on foot where there is a sidewalk.
WITH_SIDEWALK = frozenset({"trunk", "trunk_link"})
#: Not there, or no way at all.
NO_WAY = frozenset(
    {"construction", "proposed", "planned", "razed", "abandoned", "disused", "demolished"}
    | {"elevator", "services", "rest_area", "no"}
)
ALLOWED = frozenset({"yes", "designated", "permissive", "official"})
FORBIDDEN = frozenset({"no", "private", "use_sidepath", "military", "restricted", "permit", "emergency"})
ON_A_SIDEWALK = frozenset({"yes", "both", "left", "right"})

RIVERS = frozenset({"river", "canal"})
WATERS = frozenset({"riverbank", "dock"})
RAILWAYS = frozenset({"rail", "light_rail", "narrow_gauge"})
#: People walk over the streets around a smaller water, in square metres.
SMALLEST_WATER_M2 = 5_000.0

# Degrees around the ways where an extract declares no box: some metres, or a single straight street had no area.
_MARGIN = 1e-4

#: The keys that say what a line is; what has none of them, such as a city's houses, is passed over at once.
TELLING = ("highway", "railway", "waterway", "natural")

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A linestring, WGS 84, of an object whose `source_id` reads "way/…" or "relation/…"."""

    source_id: str
    kind: LineKind
    geometry: BaseGeometry


class FoundStreets:
    """Takes the lines of batch after batch to a file of its own: a province needs no more memory than a village.

    metres: of the ways. A context; leaving it removes the file.
    """

    def __init__(self) -> None:
        self.metres = 0.0
        self.count = 0
        self._file = TemporaryFile("w+b")  # noqa: SIM115 - closed when the context is left
        self._bounds: list[NDArray[np.float64]] = []

    def __enter__(self) -> FoundStreets:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, batch: Batch) -> None:
        """Takes the lines of a batch."""
        if batch.kind == "points":
            return
        some = [row for row, tags in enumerate(zip(*(batch.tags[key] for key in TELLING), strict=True)) if any(tags)]
        kinds = {row: kind_of(batch.kind, batch.of(row)) for row in some}
        for kind in get_args(LineKind):
            rows = [row for row in some if kinds[row] == kind]
            shapes, ids = batch.geometries[rows], np.array([batch.ids[row] for row in rows], dtype=object)
            if kind == "shore":
                large = areas_m2(shapes) >= SMALLEST_WATER_M2 if len(rows) else np.zeros(0, dtype=bool)
                shapes, ids = shapes[large], ids[large]
            if batch.kind == "multipolygons":
                shapes = shapely.boundary(shapes)
            lines, of = shapely.get_parts(shapes, return_index=True)
            if len(lines):
                self._take(kind, lines, ids[of])

    def _take(self, kind: LineKind, lines: NDArray[Any], ids: NDArray[np.object_]) -> None:
        for source_id, wkb in zip(ids.tolist(), shapely.to_wkb(lines, hex=True).tolist(), strict=True):
            self._file.write(f"{kind} {source_id} {wkb}\n".encode())
        self.count += len(lines)
        if kind == "way":
            places, of = shapely.get_coordinates(lines, return_index=True)
            lngs, lats = places.T
            apart = great_circle_m(lngs[:-1], lats[:-1], lngs[1:], lats[1:])
            self.metres += float(apart[of[1:] == of[:-1]].sum())
            self._bounds.append(shapely.total_bounds(lines))

    def box(self) -> Box | None:
        """The box around all ways, None without any."""
        if not self._bounds:
            return None
        west, south, east, north = np.array(self._bounds).T
        sides = (west.min() - _MARGIN, south.min() - _MARGIN, east.max() + _MARGIN, north.max() + _MARGIN)
        return Box(*np.clip(sides, (-180, -90, -180, -90), (180, 90, 180, 90)).tolist())

    def lines(self, at_once: int) -> Iterator[list[FoundLine]]:
        """What was found, so many lines at once."""
        self._file.seek(0)
        some: list[FoundLine] = []
        for line in self._file:
            kind, source_id, wkb = line.decode().split()
            some.append(FoundLine(source_id, kind, shapely.from_wkb(wkb)))  # type: ignore[arg-type]
            if len(some) == at_once:
                yield some
                some = []
        if some:
            yield some


def kind_of(batch_kind: str, tags: Tags) -> LineKind | None:
    """What a line or an area with these tags is for people on foot."""
    if "highway" in tags and is_walked(tags):
        return "way"
    if batch_kind == "multipolygons":
        is_water = tags.get("natural") == "water" or tags.get("waterway") in WATERS
        return "shore" if is_water else None
    if tags.get("natural") == "coastline":
        return "shore"
    on_the_ground = all(tags.get(key, "no") == "no" for key in ("bridge", "tunnel"))
    keeps_out = (
        tags.get("waterway") in RIVERS
        or tags.get("railway") in RAILWAYS
        or tags.get("highway", "") in NOT_ON_FOOT | WITH_SIDEWALK
    )
    return "barrier" if keeps_out and on_the_ground else None


def is_walked(tags: Tags) -> bool:
    """Whether people may walk along a highway with these tags."""
    highway, foot, access = (tags.get(key, "") for key in ("highway", "foot", "access"))
    if highway in NO_WAY or foot in FORBIDDEN:
        return False
    if foot in ALLOWED:
        return True
    if access in FORBIDDEN or highway in NOT_ON_FOOT or tags.get("motorroad") == "yes":
        return False
    if highway in WITH_SIDEWALK:
        sides = (tags.get(f"sidewalk{side}", "no") for side in ("", ":left", ":right", ":both"))
        return any(side in ON_A_SIDEWALK for side in sides)
    return True
