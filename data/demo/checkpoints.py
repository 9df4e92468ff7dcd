"""Forty checkpoints: compound entrances, and what stands at the roads, the station and the markets."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from shapely.geometry import LineString, Point, Polygon

from data.demo import town
from data.demo.chance import drawn, local_hour
from data.demo.houses import gates
from data.demo.places import Compound, compounds, facilities
from data.demo.rows import Row
from data.demo.zones import restrictions

ENTRANCES = 33
HOURS: tuple[str | None, ...] = (None, None, "Mo-Su 06:00-22:00", "Mo-Su 06:00-22:00", "Mo-Su 06:30-20:30")
WEEKDAY_HOURS = "Mo-Fr 07:00-19:00; Sa-Su 08:00-18:00"
CLOSED = {4, 11, 19, 27}  # gates shut so that one stays open for each group of compounds
PLANNED = {32}
BUSY = {"compound_entrance": 900, "expressway": 3200, "station": 2400, "village_road": 420, "market": 1500}


def checkpoints(day: date, until: datetime) -> list[Row]:
    """The checkpoints with what they counted since midnight of `until`'s day."""
    chance = drawn("checkpoints", day)
    rows = []
    for number, (name, kind, compound, at) in enumerate([*_entrances(day), *_elsewhere()], 1):
        values = {
            "source_id": f"demo-checkpoint-{number:02d}",
            "name": name,
            "kind": kind,
            "hours": _hours(kind, number, chance),
            "state": "closed" if number in CLOSED else "planned" if number in PLANNED else "open",
            "staff_wanted": {"compound_entrance": 2, "expressway": 8, "station": 6, "market": 4}.get(kind, 2),
            "compound": compound,
        }
        counts = _counts(kind, until, chance) if values["state"] == "open" else (0, 0, 0)
        values |= dict(zip(("passed", "temperature_high", "referred"), counts, strict=True))
        rows.append(Row({key: value for key, value in values.items() if value is not None}, town.to_wgs84(at)))
    return rows


def _entrances(day: date) -> list[tuple[str, str, str, Point]]:
    """Both gates of the compounds with the strictest orders, then the main gate of the largest others."""
    orders = restrictions(day)
    strict = {one.source_id: max((o.rank for o in orders[one.source_id]), default=0) for one in compounds()}
    ranked = sorted(compounds(), key=lambda one: (-(strict[one.source_id] == 3), -one.households))
    found = []
    for compound in ranked:
        for gate in gates()[compound.source_id][: 2 if strict[compound.source_id] == 3 else 1]:
            found.append((f"{compound.name}{_side(compound, gate)}门", "compound_entrance", compound.name, gate))
    return found[:ENTRANCES]


def _side(compound: Compound, gate: Point) -> str:
    """The side of the compound the gate is on, by the nearest point of the compass."""
    outline: Polygon = compound.outline
    dx, dy = gate.x - outline.centroid.x, gate.y - outline.centroid.y
    if abs(dx) > abs(dy):
        return "东" if dx > 0 else "西"
    return "北" if dy > 0 else "南"


def _elsewhere() -> list[tuple[str, str, None, Point]]:
    """The expressway exit, the station, the village roads and the markets."""
    lines: dict[str, LineString] = {name: line for name, _, line in town.streets()}
    ramp = lines["望川大道"].interpolate(lines["望川大道"].project(Point(1390, 140)))
    found: list[tuple[str, str, None, Point]] = [("绕城高速望川出口", "expressway", None, ramp)]
    for facility in facilities():
        if facility.kind in ("station", "market"):
            street = min(lines.values(), key=lambda line: line.distance(facility.outline))
            door = facility.outline.exterior.interpolate(facility.outline.exterior.project(street.centroid))
            found.append((f"{facility.name}卡点", facility.kind, None, door))
    for name, village in (("东村道", "东畈村"), ("田畈路", "茶亭埠村")):
        found.append((f"{village}{name}路口", "village_road", None, lines[name].interpolate(60)))
    return found


def _hours(kind: str, number: int, chance: Random) -> str | None:
    if kind == "market":
        return "Mo-Su 05:30-17:30"
    if kind in ("expressway", "station"):
        return None
    return WEEKDAY_HOURS if number % 9 == 0 else chance.choice(HOURS)


def _counts(kind: str, until: datetime, chance: Random) -> tuple[int, int, int]:
    """People passed, with a high temperature, referred, since midnight: more as the day goes on."""
    share = min(1.0, max(0.0, (local_hour(until) - 5.5) / 15))
    full = BUSY[kind] * chance.uniform(0.55, 1.3)
    high, referred = chance.random(), chance.random()
    passed = round(full * share)
    hot = round(passed * 0.006 * high)
    return passed, hot, round(hot * referred)
