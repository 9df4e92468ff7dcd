"""The houses of every compound, in rows that face south, and the entrances a need, a gate or a drop is placed at."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import shapely
from shapely import affinity
from shapely.geometry import Point, Polygon, box
from shapely.ops import nearest_points, unary_union

from data.demo import town
from data.demo.chance import drawn
from data.demo.parcels import around
from data.demo.places import Compound, compounds

# length and depth of a house, distance from one to the next along and across the rows (metres), staircases a house
FORMS = {
    "tower": (34.0, 17.0, 52.0, 46.0, 2),
    "garden": (48.0, 13.0, 57.0, 31.0, 3),
    "estate": (44.0, 11.5, 52.0, 24.0, 3),
    "villa": (15.0, 12.0, 23.0, 24.0, 1),
    "village": (11.0, 10.0, 17.0, 19.0, 1),
}


class House(NamedTuple):
    """One house: its number in the compound, its outline in metres, how many staircases (单元) it has."""

    number: int
    outline: Polygon
    units: int


@cache
def houses() -> dict[str, tuple[House, ...]]:
    """The houses of every compound, by the compound's source_id, numbered row by row from the south."""
    chance = drawn("houses")
    return {compound.source_id: _rows(compound, chance.uniform(-2, 2)) for compound in compounds()}


def _rows(compound: Compound, turn: float) -> tuple[House, ...]:
    """As many houses as stand inside the wall; a narrow compound takes the smaller form that fits it."""
    angle = _bearing(compound.outline) + turn
    middle = compound.outline.centroid
    flat = affinity.rotate(compound.outline.buffer(-6), -angle, origin=middle)
    shapely.prepare(flat)
    standing: list[Polygon] = []
    for form in (compound.style, "garden", "estate", "village"):
        standing = _standing(flat, form, compound.source_id)
        if len(standing) >= 4:
            break
    turned = [affinity.rotate(house, angle, origin=middle) for house in standing]
    return tuple(House(number, house, FORMS[form][4]) for number, house in enumerate(turned, 1))


def _standing(flat: Polygon, form: str, source_id: str) -> list[Polygon]:
    """The houses of one form that stand whole on the ground, whose rows run west to east here."""
    length, depth, along, across, _ = FORMS[form]
    chance = drawn(f"houses of {source_id}")
    west, south, east, north = flat.bounds
    ragged = 3.5 if form in ("village", "villa") else 0.6
    rows, columns = math.ceil((north - south) / across), math.ceil((east - west) / along)
    found: list[Polygon] = []
    for row, column in ((row, column) for row in range(rows) for column in range(columns)):
        x = west + length / 2 + 3 + (column + 0.12 * (row % 2)) * along + chance.uniform(-ragged, ragged)
        y = south + depth / 2 + 3 + row * across + chance.uniform(-ragged, ragged)
        long = length * chance.choice((0.78, 1.0, 1.0, 1.0))
        found.append(box(x - long / 2, y - depth / 2, x + long / 2, y + depth / 2))
    return [house for house, inside in zip(found, shapely.contains(flat, found), strict=True) if inside]


def _bearing(outline: Polygon) -> float:
    """The angle, within ±45 degrees of east, that the outline's own sides suggest for its rows."""
    (ax, ay), (bx, by) = around(outline).exterior.coords[:2]
    return (math.degrees(math.atan2(by - ay, bx - ax)) + 45) % 90 - 45


@cache
def gates() -> dict[str, tuple[Point, ...]]:
    """Two entrances of every compound on its wall: the first towards the nearest street, the second across from it."""
    network = unary_union([line for _, kind, line in town.streets() if kind in ("arterial", "street", "lane")])
    found: dict[str, tuple[Point, ...]] = {}
    for compound in compounds():
        wall = compound.outline.exterior
        at = wall.project(nearest_points(wall, network)[0])
        first = wall.interpolate((at + 35) % wall.length)
        found[compound.source_id] = (first, wall.interpolate((at + 35 + wall.length / 2) % wall.length))
    return found
