"""The neighbourhood in an OpenStreetMap extract: residential areas as compounds, and checkpoint candidates.

Nothing is invented: OpenStreetMap knows no households, so none are given; an area without a name is counted
and left out; a gate is a candidate only at the edge of a named compound, because most gates in the world
close a field or a garden.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point
from shapely.geometry.base import BaseGeometry

from data.exchange.osm import Batch

CheckpointKind = Literal["compound_entrance", "expressway", "station", "market"]

#: A gate belongs to a compound whose edge is at most this far away. Gates are drawn on the drive, edges on
#: the wall or in the middle of the street: 30 m bridges that, more reaches the compound across the street.
GATE_REACH_M = 30.0
#: Toll booths are drawn one a lane, a station once a line: candidates closer than this are one place.
SAME_PLACE_M = {"compound_entrance": 15.0, "expressway": 250.0, "station": 250.0, "market": 50.0}

GATES = frozenset({"gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "sally_port"})
#: What a candidate without a name of its own is called, in English and Chinese; a number follows.
CALLED = {
    "compound_entrance": ("gate", "出入口"),
    "expressway": ("Toll station", "收费站"),
    "station": ("Station", "车站"),
    "market": ("Market", "市场"),
}
DEGREE_M = 111_320.0  # one degree of latitude, and of longitude at the equator


@dataclass(frozen=True, slots=True)
class FoundCompound:
    """A named residential area: WGS 84 polygon as drawn. `source_id` is "osm:way/…" or "osm:relation/…"."""

    source_id: str
    name: str
    aliases: tuple[str, ...]
    address: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class FoundCheckpoint:
    """A place where a checkpoint could stand, WGS 84. `compound`: the compound it opens, "" for none."""

    source_id: str
    name: str
    kind: CheckpointKind
    compound: str
    geometry: Point


@dataclass
class Neighbourhood:
    """Takes what is of use from batch after batch; `compounds` and `checkpoints()` tell what was found."""

    compounds: list[FoundCompound] = field(default_factory=list)
    unnamed_areas: int = 0
    gates_apart: int = 0
    _gates: list[tuple[str, str, Point]] = field(default_factory=list)
    _places: list[tuple[CheckpointKind, str, str, Point]] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Takes what is of use in a batch."""
        if batch.kind == "lines":
            return
        for row in range(len(batch)):
            if batch.kind == "multipolygons" and batch.tags["landuse"][row] == "residential":
                self._add_area(batch, row)
            elif batch.kind == "points" and batch.tags["barrier"][row] in GATES:
                name = batch.tags["name"][row] or ""
                self._gates.append((f"osm:{batch.ids[row]}", name, batch.geometries[row]))
            else:
                self._add_place(batch, row)

    def _add_area(self, batch: Batch, row: int) -> None:
        tags = batch.of(row)
        name = tags.get("name") or tags.get("name:zh") or tags.get("name:en")
        if not name:
            self.unnamed_areas += 1
            return
        others = [tags.get(key, "") for key in ("name:zh", "name:en", "alt_name", "old_name", "short_name")]
        aliases = dict.fromkeys(part.strip() for other in others for part in other.split(";"))
        address = tags.get("addr:full") or " ".join(
            tags[key] for key in ("addr:street", "addr:housenumber") if key in tags
        )
        self.compounds.append(
            FoundCompound(
                source_id=f"osm:{batch.ids[row]}",
                name=name.strip(),
                aliases=tuple(alias for alias in aliases if alias and alias != name.strip()),
                address=address,
                geometry=batch.geometries[row],
            )
        )

    def _add_place(self, batch: Batch, row: int) -> None:
        kind = _kind_of_place(batch, row)
        if kind is not None:
            shape = batch.geometries[row]
            point = shape if batch.kind == "points" else shapely.point_on_surface(shape)
            self._places.append((kind, f"osm:{batch.ids[row]}", batch.tags["name"][row] or "", point))

    def checkpoints(self) -> list[FoundCheckpoint]:
        """The candidates. Nearby ones of a kind are one; those without a name are numbered in order of id."""
        names = [compound.name for compound in self.compounds] + [name for _, _, name, _ in self._places]
        chinese = _mostly_chinese([name for name in names if name])
        candidates = self._gates_of_compounds()
        candidates += [FoundCheckpoint(i, name, kind, "", point) for kind, i, name, point in self._places]
        candidates.sort(key=lambda found: (found.kind, not found.name, _number(found.source_id)))
        return _named(_apart(candidates), chinese)

    def _gates_of_compounds(self) -> list[FoundCheckpoint]:
        """Each gate with the compound whose edge is nearest; gates out of reach of any are counted."""
        if not self._gates or not self.compounds:
            self.gates_apart = len(self._gates)
            return []
        points = np.array([point for _, _, point in self._gates], dtype=object)
        middle = float(np.median(shapely.get_y(points)))
        edges = shapely.boundary(_in_metres([compound.geometry for compound in self.compounds], middle))
        nearest = shapely.STRtree(edges).query_nearest(
            _in_metres(points, middle), max_distance=GATE_REACH_M, all_matches=False
        )
        self.gates_apart = len(self._gates) - nearest.shape[1]
        found = []
        for gate, at in nearest.T:
            source_id, name, point = self._gates[gate]
            compound = self.compounds[at].name
            found.append(FoundCheckpoint(source_id, name, "compound_entrance", compound, point))
        return found


def _kind_of_place(batch: Batch, row: int) -> CheckpointKind | None:
    tags = batch.tags
    if batch.kind == "points" and "toll_booth" in (tags["barrier"][row], tags["highway"][row]):
        return "expressway"
    if tags["railway"][row] in ("station", "halt") or tags["amenity"][row] == "bus_station":
        return "station"
    return "market" if tags["amenity"][row] == "marketplace" else None


def _in_metres(geometries: list[BaseGeometry] | NDArray[np.object_], latitude: float) -> NDArray[np.object_]:
    """The geometries on a plane in metres, true to scale near `latitude`: for distances of some 100 m."""
    scale = np.array([DEGREE_M * np.cos(np.radians(latitude)), DEGREE_M])
    return np.asarray(shapely.transform(np.array(geometries, dtype=object), lambda places: places * scale))


def _apart(candidates: list[FoundCheckpoint]) -> list[FoundCheckpoint]:
    """The first of every group of candidates of one kind that stand closer together than SAME_PLACE_M."""
    kept: list[FoundCheckpoint] = []
    for kind, distance in SAME_PLACE_M.items():
        group = [candidate for candidate in candidates if candidate.kind == kind]
        if not group:
            continue
        points = np.array([candidate.geometry for candidate in group], dtype=object)
        flat = _in_metres(points, float(np.median(shapely.get_y(points))))
        tree = shapely.STRtree(flat)
        taken = np.zeros(len(group), dtype=bool)
        for at, candidate in enumerate(group):
            if not taken[at]:
                taken[tree.query(flat[at], predicate="dwithin", distance=distance)] = True
                kept.append(candidate)
    return kept


def _named(candidates: list[FoundCheckpoint], chinese: bool) -> list[FoundCheckpoint]:
    """The candidates with a name each: their own, else what they are, numbered in their compound or kind."""
    count: Counter[tuple[str, str]] = Counter()
    named = []
    for found in candidates:
        name = found.name
        if not name:
            count[found.kind, found.compound] += 1
            called, number = CALLED[found.kind][chinese], count[found.kind, found.compound]
            space = "" if chinese else " "
            name = space.join(part for part in (found.compound, called, str(number)) if part)
        named.append(FoundCheckpoint(found.source_id, name, found.kind, found.compound, found.geometry))
    return named


def _mostly_chinese(names: list[str]) -> bool:
    return 2 * sum(any("\u4e00" <= letter <= "\u9fff" for letter in name) for name in names) > len(names)


def _number(source_id: str) -> int:
    return int(source_id.rpartition("/")[2])
