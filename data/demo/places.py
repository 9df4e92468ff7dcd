"""The invented quarter's compounds, communities and what else stands between the streets, in metres."""

from __future__ import annotations

import math
from functools import cache
from random import Random
from typing import NamedTuple

import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

from data.demo import names, town
from data.demo.chance import drawn
from data.demo.parcels import HECTARE, parcels

COMPOUNDS = 120
# households a hectare, least and most, by the way a compound is built
DENSITY = {
    "tower": (165, 270),
    "garden": (105, 170),
    "estate": (130, 205),
    "villa": (52, 75),
    "village": (58, 88),
}
# people a household: large families in the villages, small ones in the old estates
PEOPLE = {
    "tower": (2.5, 2.8),
    "garden": (2.5, 2.75),
    "estate": (2.4, 2.6),
    "villa": (2.6, 2.9),
    "village": (2.7, 2.9),
}
VILLAGES = {
    (1530, -470): "东畈村",
    (1330, -1010): "南圩村",
    (-1330, 1190): "北塘下村",
    (-1250, -1370): "石桥头村",
    (1540, 850): "茶亭埠村",
}
VILLAS = [(-1420, 900), (850, -1350), (480, -1380), (-1500, -650), (860, -950), (1250, -520)]
# what is not lived in: a point in it, name, kind
FACILITIES = [
    ((-20, -640), "文漪中学", "school"),
    ((420, 770), "听荷小学", "school"),
    ((-1220, -700), "梅汀小学", "school"),
    ((950, 1180), "枫汀人民医院", "hospital"),
    ((-820, -1360), "梅汀火车站", "station"),
    ((-300, -1430), "梅汀物流园", "works"),
    ((-60, 150), "桂桥广场", "commerce"),
    ((1250, 470), "云和商业中心", "commerce"),
    ((-560, -640), "织造农贸市场", "market"),
    ((560, -640), "莲塘农贸市场", "market"),
    ((950, 760), "云和农贸市场", "market"),
    ((150, -1400), "印月工业园", "works"),
    ((700, 1450), "北苑体育中心", "commerce"),
]


class Compound(NamedTuple):
    """One compound in metres: its outline, how it is built, and who lives in it."""

    source_id: str
    name: str
    aliases: tuple[str, ...]
    style: str
    outline: Polygon
    households: int
    population: int
    community: str  # code suffix
    address: str


class Facility(NamedTuple):
    """A stretch of ground that is not lived in. kind: school, hospital, station, works, commerce, market, green."""

    name: str
    kind: str
    outline: Polygon


@cache
def communities() -> dict[str, BaseGeometry]:
    """The outline of every community by code suffix: the faces between main streets, to the nearest middle."""
    dividing = {"文漪路", "桂川路", "望川大道", "石埠路", "梅汀路", "青枫路"}
    lines = [line for name, _, line in town.streets() if name in dividing]
    edges = unary_union([*lines, town.canal(), town.OUTLINE.exterior])
    faces: dict[str, list[Polygon]] = {}
    for face in polygonize(edges):
        middle = face.representative_point()
        if town.OUTLINE.contains(middle):
            nearest = min(names.COMMUNITIES, key=lambda one: face.centroid.distance(Point(one[4])))
            faces.setdefault(nearest[0], []).append(face)
    return {code: unary_union(parts) for code, parts in sorted(faces.items())}


def community_at(point: Point) -> str:
    """The code suffix of the community a point lies in, the nearest one for a point outside all."""
    return min(communities(), key=lambda code: communities()[code].distance(point))


@cache
def facilities() -> tuple[Facility, ...]:
    """Schools, markets, works: for each the parcel its point lies in or beside."""
    free = list(parcels()[0])
    found = []
    for at, name, kind in FACILITIES:
        parcel = min(free, key=lambda one: one.distance(Point(at)))
        free.remove(parcel)
        found.append(Facility(name, kind, parcel))
    return tuple(found)


@cache
def compounds() -> tuple[Compound, ...]:
    """The compounds, in the order of their communities and then from north-west to south-east."""
    taken = {facility.outline.wkb for facility in facilities()}
    free = [one for one in parcels()[0] if one.wkb not in taken and 1.1 < one.area / HECTARE < 6.4]
    villages = {min(free, key=lambda one: one.distance(Point(at))).wkb: name for at, name in VILLAGES.items()}
    villas = {min(free, key=lambda one: one.distance(Point(at))).wkb for at in VILLAS} - set(villages)
    chance = drawn("compounds")
    rank = {one.wkb: _remoteness(one) + chance.uniform(0, 650) for one in free}
    rank.update(dict.fromkeys([*villages, *villas], 0.0))
    ranked = sorted(free, key=lambda one: rank[one.wkb])[:COMPOUNDS]
    ordered = sorted(ranked, key=lambda one: (community_at(one.centroid), one.centroid.x - 2 * one.centroid.y))
    styles = [_style(one, villages, villas, chance) for one in ordered]
    codes = [community_at(one.centroid) for one in ordered]
    titles = _names(styles, codes, [villages.get(one.wkb, "") for one in ordered], chance)
    lived_in = zip(ordered, styles, codes, titles, strict=True)
    return tuple(_compound(number, *one, chance) for number, one in enumerate(lived_in, 1))


def _compound(
    number: int, parcel: Polygon, style: str, code: str, title: tuple[str, tuple[str, ...]], chance: Random
) -> Compound:
    """One parcel with its households by the way it is built, and the people in them."""
    outline = _village(parcel, chance) if style == "village" else parcel
    households = min(2400, max(200, round(outline.area / HECTARE * chance.uniform(*DENSITY[style]))))
    return Compound(
        source_id=f"demo-compound-{number:03d}",
        name=title[0],
        aliases=title[1],
        style=style,
        outline=outline,
        households=households,
        population=round(households * chance.uniform(*PEOPLE[style])),
        community=code,
        address=_address(outline),
    )


@cache
def leftovers() -> tuple[Facility, ...]:
    """What is neither lived in nor named: farmed at the edge of the town, works and offices further in."""
    used = {one.outline.wkb for one in facilities()}
    lived_in = unary_union([one.outline for one in compounds()])
    found = []
    for parcel in parcels()[0]:
        if parcel.wkb not in used and not lived_in.intersects(parcel.representative_point()):
            rural = town.OUTLINE.exterior.distance(parcel) < 60 or parcel.centroid.x > 1380
            found.append(Facility("", "field" if rural else "works", parcel))
    return tuple(found)


def _remoteness(parcel: Polygon) -> float:
    """How far a parcel is from where people would live first: the middle, away from railway and expressway."""
    loud = [line for _, kind, line in town.streets() if kind in ("railway", "expressway")]
    penalty = sum(max(0.0, 110 - line.distance(parcel)) * 3 for line in loud)
    narrow = parcel.minimum_rotated_rectangle.area / parcel.area
    return math.hypot(parcel.centroid.x, parcel.centroid.y) + penalty + 500 * max(0.0, narrow - 1.35)


def _style(parcel: Polygon, villages: dict[bytes, str], villas: set[bytes], chance: Random) -> str:
    """How a compound is built: towers in the newer north and east, numbered estates in the old town."""
    if parcel.wkb in villages:
        return "village"
    if parcel.wkb in villas:
        return "villa"
    x, y = parcel.centroid.x, parcel.centroid.y
    modern = 0.15 + 0.65 * (town.canal().distance(parcel.centroid) / 900 if y > 300 or x > 700 else 0)
    if chance.random() < modern:
        return "tower"
    return "estate" if chance.random() < (0.6 if x < 500 and y < 300 else 0.1) else "garden"


def _names(
    styles: list[str], codes: list[str], villages: list[str], chance: Random
) -> list[tuple[str, tuple[str, ...]]]:
    """A name and its aliases for each compound: numbered series for old estates, invented names for the others."""
    left = {"tower": names.TOWER_NAMES, "garden": names.GARDEN_NAMES, "villa": names.VILLA_NAMES}
    pools = {style: chance.sample(pool, len(pool)) for style, pool in left.items()}
    counts: dict[str, int] = {}
    titles: list[tuple[str, tuple[str, ...]]] = []
    for style, code, village in zip(styles, codes, villages, strict=True):
        if village:
            titles.append((village, (village.removesuffix("村") + "新农村",) if chance.random() < 0.4 else ()))
            continue
        count = counts.get(code, 0)
        if style == "estate" and code in names.SERIES and count < len(names.NUMERALS):
            counts[code] = count + 1
            series = names.SERIES[code]
            titles.append((f"{series}{names.NUMERALS[count]}区", (f"{series}{count + 1}区",)))
            continue
        name = pools["garden" if style == "estate" else style].pop(0)
        titles.append((name, _aliases(name, chance)))
    return titles


def _aliases(name: str, chance: Random) -> tuple[str, ...]:
    if chance.random() > 0.35:
        return ()
    short = name[:-2] if len(name) > 3 else f"{name}小区"
    return (short,) if chance.random() < 0.7 else (short, f"{name}一期")


def _address(outline: Polygon) -> str:
    """Street and house number: the number grows every ten metres along the street, even on its right side."""
    named = [(name, line) for name, kind, line in town.streets() if kind in ("arterial", "street", "lane")]
    name, line = min(named, key=lambda street: street[1].distance(outline))
    along = line.project(outline.centroid)
    ahead, here = line.interpolate(along + 5), line.interpolate(along)
    dx, dy = ahead.x - here.x, ahead.y - here.y
    right = dx * (outline.centroid.y - here.y) - dy * (outline.centroid.x - here.x) < 0
    return f"{name}{2 * round(along / 20) + (2 if right else 1)}号"


def _village(parcel: Polygon, chance: Random) -> Polygon:
    """A village grown by itself: the parcel with uneven, rounded edges."""
    ring = parcel.exterior
    points = []
    for step in range(18):
        at = ring.interpolate(step / 18, normalized=True)
        pull = chance.uniform(0.02, 0.26)
        middle = parcel.centroid
        points.append((at.x + (middle.x - at.x) * pull, at.y + (middle.y - at.y) * pull))
    grown = town.curve([*points, points[0]], 2)
    shape = Polygon(grown.coords).buffer(0).intersection(parcel).simplify(1)
    return max(shapely.get_parts(shape), key=lambda part: part.area)
