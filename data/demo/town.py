"""The ground plan of the invented quarter in metres east and north of its middle: streets, canal, greens, blocks.

The quarter is the same on every day: a place does not change with the calendar, only what happens in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

# Longitude, latitude. Chosen so that the quarter lies in one H3 cell of resolution 5 and its rim leaves few slivers of
# cells: a sliver with fewer than five households keeps the public figures of all its siblings coarse.
MIDDLE = (120.07382, 30.30242)
METRES_PER_DEGREE = 111_320.0  # of a great circle; a quarter of 3 km needs no ellipsoid
WIDTHS = {"expressway": 44.0, "railway": 26.0, "arterial": 36.0, "street": 22.0, "lane": 10.0}
CANAL_WIDTH = 42.0

OUTLINE = Polygon(
    [
        *[(-1560, -1290), (-1330, -1530), (180, -1580), (1080, -1500), (1590, -1190), (1640, 180)],
        *[(1510, 1400), (620, 1570), (-690, 1530), (-1480, 1330), (-1620, 310)],
    ]
)
CANAL = [
    *[(-2100, 1235), (-1500, 1170), (-1010, 905), (-640, 520), (-220, 330), (250, 285), (560, 20)],
    *[(880, -340), (1010, -800), (1075, -1250), (1130, -2100)],
]


class Drawn(NamedTuple):
    """A street as drawn by hand: name, kind, points in metres, whether it is a curve."""

    name: str
    kind: str
    points: list[tuple[float, float]]
    curved: bool = False


STREETS = [
    Drawn("绕城高速", "expressway", [(1270, -2100), (1335, -900), (1425, 100), (1470, 1000), (1430, 2100)], True),
    Drawn("梅汀铁路", "railway", [(-2100, -1060), (-1400, -1130), (-700, -1370), (100, -1900)], True),
    Drawn("望川大道", "arterial", [(-2100, -340), (-1000, -240), (0, -110), (900, 60), (2100, 260)], True),
    Drawn("文漪路", "arterial", [(-470, -2100), (-350, -1000), (-210, 0), (-120, 900), (-90, 2100)], True),
    Drawn("青枫路", "arterial", [(-2100, 650), (-900, 770), (100, 930), (1000, 1000), (2100, 1130)], True),
    Drawn("桂川路", "arterial", [(600, -2100), (680, -900), (770, 100), (820, 1000), (800, 2100)], True),
    Drawn("石埠路", "arterial", [(-2100, -900), (-900, -850), (100, -860), (800, -770), (2100, -640)], True),
    Drawn("梅汀路", "arterial", [(-1250, -2100), (-1130, -900), (-1040, 0), (-1010, 900), (-1080, 2100)], True),
    Drawn("学苑路", "street", [(-760, -1580), (-700, -850), (-650, -200), (-600, 470)]),
    Drawn("蚕桑路", "street", [(-1490, -880), (-1420, -290), (-1370, 710)]),
    Drawn("书院路", "street", [(-560, 470), (-540, 820), (-570, 1560)]),
    Drawn("印月路", "street", [(160, -1590), (180, -860), (230, -90), (270, 270)]),
    Drawn("听荷路", "street", [(330, 240), (350, 950), (330, 1590)]),
    Drawn("锦带路", "street", [(440, -1260), (470, -810), (500, 20)]),
    Drawn("云和路", "street", [(1060, 60), (1110, 560), (1120, 1010), (1090, 1560)]),
    Drawn("竹苑路", "street", [(580, 30), (580, 560), (600, 980)]),
    Drawn("西陈路", "street", [(-1640, 230), (-1370, 280), (-1030, 240), (-640, 140), (-200, 60)]),
    Drawn("米市街", "street", [(-1450, -560), (-1080, -560), (-680, -530), (-280, -470)]),
    Drawn("莲塘路", "street", [(-300, -470), (190, -450), (490, -400), (740, -360), (920, -330)]),
    Drawn(
        "南宅路",
        "street",
        [(-1200, -1190), (-740, -1190), (-370, -1230), (170, -1250), (640, -1210), (1080, -1180)],
    ),
    Drawn("向阳路", "street", [(-180, 590), (340, 620), (590, 620), (800, 600), (1110, 620), (1440, 650)]),
    Drawn(
        "北苑路",
        "street",
        [(-1040, 1190), (-560, 1250), (-110, 1270), (340, 1290), (820, 1330), (1460, 1350)],
    ),
    Drawn("丹桂路", "street", [(780, 310), (1080, 330), (1440, 330)]),
    Drawn("星桥路", "street", [(900, -340), (1130, -290), (1380, -240)]),
    Drawn("河坊弄", "lane", [(-880, -240), (-840, 210), (-800, 640)]),
    Drawn("粮站弄", "lane", [(-900, -870), (-880, -550), (-850, -240)]),
    Drawn("织造弄", "lane", [(-480, -870), (-470, -500), (-430, -160)]),
    Drawn("东村道", "lane", [(1330, -560), (1450, -480), (1540, -330), (1660, -260)], True),
    Drawn("田畈路", "lane", [(1440, 640), (1560, 560), (1650, 570)], True),
    Drawn("茶亭弄", "lane", [(-10, -480), (10, -850)]),
]

GREENS = [
    ("荷塘公园", "park", Polygon([(-175, 640), (140, 655), (160, 870), (-150, 850)])),
    ("桂桥公园", "park", Polygon([(540, -190), (735, -345), (745, -60), (600, -40)])),
    ("文漪绿地", "park", Polygon([(-330, -820), (-120, -820), (-110, -690), (-315, -690)])),
    ("东畈农田", "field", Polygon([(1455, -180), (1700, -180), (1700, 480), (1500, 500)])),
    ("南圩农田", "field", Polygon([(1150, -1600), (1700, -1400), (1700, -820), (1400, -800), (1180, -1150)])),
]


def curve(points: Sequence[tuple[float, float]], rounds: int = 3) -> LineString:
    """The points as a smooth line (corner cutting after Chaikin), both ends kept."""
    line = np.asarray(points, dtype=float)
    for _ in range(rounds):
        near, far = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        between = np.empty((2 * len(near), 2))
        between[0::2], between[1::2] = near, far
        line = np.vstack([line[:1], between, line[-1:]])
    return LineString(line)


def to_wgs84(geometry: BaseGeometry) -> Any:
    """A geometry in metres about the middle as valid WGS 84 longitude and latitude, on a grid of 1e-6 degrees."""
    lng, lat = MIDDLE
    scale = np.array([1 / (METRES_PER_DEGREE * math.cos(math.radians(lat))), 1 / METRES_PER_DEGREE])
    moved = shapely.transform(geometry, lambda metres: metres * scale + (lng, lat))
    return shapely.set_precision(moved, 1e-6)


@cache
def canal() -> LineString:
    """The canal's middle line."""
    return curve(CANAL)


@cache
def water() -> tuple[tuple[str, str, Polygon], ...]:
    """Name, kind and outline of the canal and the pond."""
    pond = curve([(-90, 700), (20, 690), (85, 760), (20, 815), (-80, 790), (-90, 700)]).coords
    return (
        ("桂桥运河", "canal", canal().buffer(CANAL_WIDTH / 2, cap_style="flat")),
        ("荷塘", "pond", Polygon(pond).buffer(0)),
    )


@cache
def streets() -> tuple[tuple[str, str, LineString], ...]:
    """Name, kind and line of every street of the plan, dead ends trimmed at the streets they run into."""
    lines = [(one.name, one.kind, curve(one.points) if one.curved else LineString(one.points)) for one in STREETS]
    for side, name in ((58.0, "运河北路"), (-58.0, "运河南路")):
        lines.append((name, "street", LineString(canal().offset_curve(side).simplify(2).coords)))
    kept = []
    for index, (name, kind, line) in enumerate(lines):
        others = unary_union([other for at, (_, _, other) in enumerate(lines) if at != index])
        if kind in ("street", "lane"):
            line = _trimmed(line, others)
        kept.append((name, kind, line))
    return tuple(kept)


def _trimmed(line: LineString, others: BaseGeometry, stub: float = 90.0) -> LineString:
    """The line without the short stubs that overshoot the first and the last street it meets."""
    pieces = [piece for piece in shapely.get_parts(line.difference(others)) if piece.length > 0.1]
    while len(pieces) > 1 and pieces[0].length < stub:
        pieces.pop(0)
    while len(pieces) > 1 and pieces[-1].length < stub:
        pieces.pop()
    points = [point for piece in pieces for point in piece.coords]
    return LineString(points)


@cache
def corridor() -> BaseGeometry:
    """The ground under streets and water, where nobody lives."""
    return unary_union(
        [line.buffer(WIDTHS[kind] / 2 + 3, cap_style="flat") for _, kind, line in streets()]
        + [polygon.buffer(14) for _, _, polygon in water()]
    )


@cache
def greens() -> tuple[tuple[str, str, BaseGeometry], ...]:
    """Name, kind and outline of parks and fields, clipped to the ground between the streets."""
    free = OUTLINE.difference(corridor())
    clipped = [(name, kind, polygon.intersection(free).buffer(-4).buffer(4)) for name, kind, polygon in GREENS]
    bank = canal().buffer(46).difference(corridor()).intersection(OUTLINE)
    rest = [part for part in shapely.get_parts(bank) if part.area > 600]
    return (*clipped, ("运河绿道", "park", MultiPolygon(rest)))


@cache
def blocks() -> tuple[Polygon, ...]:
    """The ground between the streets, largest first: what compounds, schools and works share."""
    edges = unary_union([line for _, _, line in streets()] + [OUTLINE.exterior])
    taken = unary_union([corridor(), *[polygon.buffer(6) for _, _, polygon in greens()]])
    found = []
    for face in polygonize(edges):
        ground = face.intersection(OUTLINE).difference(taken).buffer(-2).buffer(2, join_style="mitre")
        found += [part for part in shapely.get_parts(ground) if isinstance(part, Polygon) and part.area > 4_000]
    return tuple(sorted((Polygon(part.exterior) for part in found), key=lambda part: (-part.area, part.bounds)))
