"""Quarantine zones of the fortnight: three outbreaks, one of which returns, and what is planned for the days ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from data.demo import town
from data.demo.chance import local_moment
from data.demo.places import Compound, compounds
from data.demo.rows import Row

CONTROL_M = 190  # how far the control zone reaches around the compounds locked down
PRECAUTION_M = 540
SLIVER_M = 28  # nothing narrower than twice this is left of a precaution zone


class Order(NamedTuple):
    """One zone order: its outbreak, level, days and local hours from the day of filling, what it says of itself."""

    outbreak: str
    level: str
    starts: tuple[int, float]
    ends: tuple[int, float] | None
    reason: str
    state: str = "in_force"


# outbreak: a point in its middle, compounds locked down, compounds of the relapse
OUTBREAKS = {"米市": ((-800, 430), 4), "莲塘": ((60, -330), 4), "听荷": ((520, 520), 3), "石桥头": ((-1250, -1370), 1)}
OUTBREAKS |= {"米市复发": ((-690, 330), 2), "印月": ((250, -1080), 4), "北苑": ((620, 1230), 2)}
LEVEL_NAMES = {"lockdown": "封控区", "control": "管控区", "precaution": "防范区"}
RANK = {"precaution": 1, "control": 2, "lockdown": 3}

ORDERS = [
    Order("米市", "lockdown", (-13, 8), (-5, 12), "小区内发现聚集性病例(虚构)"),
    Order("米市", "control", (-13, 8), (-5, 12), "病例活动范围(虚构)"),
    Order("米市", "precaution", (-13, 8), (-3, 8), "减少流动"),
    Order("石桥头", "control", (-12, 6), (-7, 18), "村口卡点排查(虚构)"),
    Order("莲塘", "lockdown", (-10, 6), (2, 6), "小区内发现聚集性病例(虚构)"),
    Order("莲塘", "control", (-10, 6), (4, 6), "病例活动范围(虚构)"),
    Order("莲塘", "precaution", (-10, 6), (6, 6), "减少流动"),
    Order("听荷", "control", (-6, 18), (-4, 6), "密切接触者居住地(虚构)"),
    Order("听荷", "lockdown", (-4, 6), None, "两轮检测发现新增病例(虚构)"),
    Order("听荷", "control", (-4, 6), None, "病例活动范围(虚构)"),
    Order("听荷", "precaution", (-4, 6), (7, 0), "减少流动"),
    Order("米市复发", "lockdown", (-2, 20), (5, 20), "解封后复发(虚构)"),
    Order("米市复发", "control", (-2, 20), (5, 20), "解封后复发(虚构)"),
    Order("印月", "precaution", (1, 6), (7, 6), "环境样本待复核(虚构)", "proposed"),
    Order("北苑", "control", (2, 8), (6, 8), "备用方案", "drafted"),
]


@cache
def _locked(outbreak: str) -> tuple[Compound, ...]:
    """The compounds of an outbreak: those whose middle is nearest to its own."""
    at, count = OUTBREAKS[outbreak]
    return tuple(sorted(compounds(), key=lambda one: one.outline.centroid.distance(Point(at)))[:count])


@cache
def ground(outbreak: str, level: str) -> BaseGeometry:
    """The ground of an outbreak's zone: compounds' walls, the compounds around them, then more of the quarter."""
    walls = unary_union([one.outline for one in _locked(outbreak)])
    lockdown = walls.buffer(16, join_style="mitre").buffer(-8, join_style="mitre").simplify(3)
    if level == "lockdown":
        return lockdown
    control = _around(walls, CONTROL_M, 45)
    if level == "control":
        return control.difference(lockdown.buffer(0.2)) if outbreak not in ("石桥头", "北苑") else control
    outer = _around(walls, PRECAUTION_M, 150).difference(control.buffer(0.2))
    return outer.buffer(-SLIVER_M, join_style="mitre").buffer(SLIVER_M, join_style="mitre").difference(control)


def _around(walls: BaseGeometry, reach: float, gap: float) -> BaseGeometry:
    """The compounds within reach of the walls as one outline inside the town; gaps up to twice `gap` are closed."""
    near = unary_union([one.outline for one in compounds() if one.outline.distance(walls) < reach * 0.6])
    merged = unary_union([near, walls.buffer(reach * 0.45)])
    closed = merged.buffer(gap, join_style="mitre", mitre_limit=2).buffer(13 - gap, join_style="mitre", mitre_limit=2)
    return closed.simplify(14).intersection(town.OUTLINE)


def zones(day: date, until: datetime) -> list[Row]:
    """The zone orders as rows; an order whose end lies behind `until` is lifted."""
    made = []
    for number, order in enumerate(ORDERS, 1):
        starts, ends = _interval(order, day)
        lifted = order.state == "in_force" and ends is not None and ends <= until
        name = f"{order.outbreak.removesuffix('复发')}{LEVEL_NAMES[order.level]}"
        values = {
            "source_id": f"demo-zone-{number:02d}",
            "name": f"{name}(复发)" if order.outbreak.endswith("复发") else name,
            "level": order.level,
            "order_reference": f"邻里演示通告第{number}号",
            "reason": order.reason,
            "state": "lifted" if lifted else order.state,
            "valid_from": starts,
            "valid_to": ends,
        }
        made.append(Row(values, town.to_wgs84(ground(order.outbreak, order.level))))
    return made


def _interval(order: Order, day: date) -> tuple[datetime, datetime | None]:
    return local_moment(day, *order.starts), local_moment(day, *order.ends) if order.ends else None


class Restriction(NamedTuple):
    """How strictly a compound is closed while an order holds: 1 precaution, 2 control, 3 lockdown."""

    rank: int
    starts: datetime
    ends: datetime | None


def restrictions(day: date) -> dict[str, list[Restriction]]:
    """The orders in force over every compound, by its source_id, decided by the compound's inner point."""
    found: dict[str, list[Restriction]] = {}
    for compound in compounds():
        inside = compound.outline.representative_point()
        over = [o for o in ORDERS if o.state == "in_force" and ground(o.outbreak, o.level).contains(inside)]
        found[compound.source_id] = [Restriction(RANK[o.level], *_interval(o, day)) for o in over]
    return found


def rank_at(orders: Sequence[Restriction], moment: datetime) -> int:
    """The strictest rank that holds at the moment, 0 for none."""
    holding = [o.rank for o in orders if o.starts <= moment and (o.ends is None or moment < o.ends)]
    return max(holding, default=0)
