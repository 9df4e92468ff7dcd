"""The blocks between the streets, cut into the parcels that compounds, schools and works stand on; in metres."""

from __future__ import annotations

import math
from functools import cache
from random import Random

import shapely
from shapely import affinity
from shapely.geometry import LineString, Polygon

from data.demo import town
from data.demo.chance import drawn

HECTARE = 10_000.0


@cache
def parcels() -> tuple[tuple[Polygon, ...], tuple[LineString, ...]]:
    """Every block cut into parcels of one to six hectares, and the lanes between them."""
    chance = drawn("parcels")
    found: list[Polygon] = []
    lanes: list[LineString] = []
    for block in town.blocks():
        _cut(block, chance.uniform(2.6, 4.6) * HECTARE, chance, found, lanes)
    walled = [part.buffer(-4, join_style="mitre").simplify(1.5) for part in found]
    whole = [part for part in walled if isinstance(part, Polygon) and part.area > 0.8 * HECTARE]
    return tuple(whole), tuple(lanes)


def _cut(part: Polygon, wanted: float, chance: Random, found: list[Polygon], lanes: list[LineString]) -> None:
    """Cut the part across its long side (or its corner out) until no piece is much above the wanted area."""
    if part.area < 1.45 * wanted:
        found.append(part)
        return
    corner = part.area < 3.2 * wanted and chance.random() < 0.3
    lane = _corner_line(part, chance) if corner else _cross_line(part, chance)
    pieces = [piece for piece in shapely.get_parts(part.difference(lane.buffer(5))) if piece.area > 3_000]
    if len(pieces) < 2:
        found.append(part)
        return
    lanes += [line for line in shapely.get_parts(lane.intersection(part)) if line.length > 30]
    for piece in pieces:
        _cut(Polygon(piece.exterior), wanted, chance, found, lanes)


def _cross_line(part: Polygon, chance: Random) -> LineString:
    """A line across the part's long side, near its middle and not quite square."""
    corners = around(part).exterior.coords
    (ax, ay), (bx, by), (cx, cy) = corners[0], corners[1], corners[2]
    if math.dist((ax, ay), (bx, by)) < math.dist((bx, by), (cx, cy)):
        (ax, ay), (bx, by), (cx, cy) = (bx, by), (cx, cy), corners[3]
    share, slant = chance.uniform(0.4, 0.6), chance.uniform(-0.05, 0.05)
    start = (ax + (bx - ax) * (share + slant), ay + (by - ay) * (share + slant))
    end = (ax + (bx - ax) * (share - slant) + cx - bx, ay + (by - ay) * (share - slant) + cy - by)
    return affinity.scale(LineString([start, end]), 1.3, 1.3)


def around(part: Polygon) -> Polygon:
    """The smallest rectangle, however turned, around a part of the ground."""
    return Polygon(shapely.get_exterior_ring(part.minimum_rotated_rectangle))


def _corner_line(part: Polygon, chance: Random) -> LineString:
    """A line with one bend that cuts a corner out of the part and leaves an L."""
    ring = list(around(part).exterior.coords)[:4]
    first = chance.randrange(4)
    corner, one, other = ring[first], ring[first - 1], ring[(first + 1) % 4]
    a, b = chance.uniform(0.45, 0.58), chance.uniform(0.45, 0.58)
    along = (corner[0] + (one[0] - corner[0]) * a, corner[1] + (one[1] - corner[1]) * a)
    beside = (corner[0] + (other[0] - corner[0]) * b, corner[1] + (other[1] - corner[1]) * b)
    bend = (along[0] + beside[0] - corner[0], along[1] + beside[1] - corner[1])
    start = (along[0] - (bend[0] - along[0]) * 0.3, along[1] - (bend[1] - along[1]) * 0.3)
    end = (beside[0] - (bend[0] - beside[0]) * 0.3, beside[1] - (bend[1] - beside[1]) * 0.3)
    return LineString([start, bend, end])
