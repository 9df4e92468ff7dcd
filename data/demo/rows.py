"""What the demo neighbourhood is handed over as: plain rows, named as the layers name their fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry


class Row(NamedTuple):
    """One feature: values by the layer's field names, and its WGS 84 geometry (None where the values name the area)."""

    values: dict[str, Any]
    geometry: BaseGeometry | None


class Move(NamedTuple):
    """One step of a need: the state reached, when (UTC), the organization that took it ("" for the resident).

    `reason` is said for declined, withdrawn, lapsed, reopened, taken back; `kept`: the source_id a duplicate points to.
    """

    state: str
    at: datetime
    organization: str = ""
    reason: str = ""
    kept: str = ""


class NeedRow(NamedTuple):
    """One need: its values (state as it stands after `moves`), its pin, and every step after it was reported."""

    values: dict[str, Any]
    geometry: BaseGeometry
    moves: tuple[Move, ...]


class Street(NamedTuple):
    """One street's centre line. kind: expressway, railway, arterial, street, lane."""

    name: str
    line: LineString
    kind: str


class Ground(NamedTuple):
    """A stretch of water or green. kind: canal, pond, park, field."""

    name: str
    polygon: BaseGeometry
    kind: str


class Building(NamedTuple):
    """One house of a compound, for drawing: its number in the compound and its outline."""

    compound: str  # source_id
    number: int
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Area:
    """An administrative area. level: city, district, subdistrict, community; `parent` is a code, "" for the top."""

    level: str
    code: str
    name: str
    name_en: str
    parent: str
    polygon: BaseGeometry


@dataclass(frozen=True, slots=True)
class Account:
    """One demo account. `area` is the code of its duty area, "" for none."""

    email: str
    role: str
    name: str
    name_en: str
    organization: str
    organization_en: str
    area: str


@dataclass(frozen=True, slots=True)
class Organization:
    """One of the ten volunteer organizations: what it does and in which communities (codes) it is at home."""

    name: str
    name_en: str
    roles: tuple[str, ...]
    communities: tuple[str, ...]
