"""The plan: for an area and a list of goods, what each household gets and where. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from geo import covers, shapes
from geo.distances import walking_metres
from layers.drop_plan import homes, sites
from layers.drop_plan.homes import Place
from layers.drop_plan.rules import (
    Group,
    Line,
    Refused,
    Rule,
    Wanted,
    gathered,
    groups_of,
    part,
    reserves,
    shared_out,
    worth,
)
from layers.homes import Homes, homes_of
from layers.text import Text

#: The least walk a plan can promise: within one cell in which homes of a large compound are gathered.
SHORTEST_WALK_M = 200
LONGEST_WALK_M = 3000

#: Drops of a later time are a slip of the hand.
FARTHEST = timedelta(days=366)

#: Of equally many places the nearest ones are taken, then those people know: a gate before the middle of a compound.
BY_WAY, BY_KIND = 1e-3, 1e-4


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be planned: the list, the rule, the longest walk to a drop in metres, and the window."""

    wanted: Sequence[Wanted]
    rule: Rule
    walk_m: int
    window_from: datetime
    window_to: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """Households of one group that go to one drop, and how far they walk: on average and at most, metres."""

    group: Group
    rations: tuple[Decimal, ...]
    metres: int
    farthest: int


@dataclass(frozen=True, slots=True)
class Drop:
    """One drop of a plan: where it is, for whom, and of each line how much is brought, its reserve included."""

    name: str
    lng: float
    lat: float
    parts: tuple[Part, ...]
    quantities: tuple[Decimal, ...]
    reserves: tuple[Decimal, ...]

    @property
    def households(self) -> int:
        """Households that go there."""
        return sum(one.group.households for one in self.parts)

    @property
    def compounds(self) -> list[str]:
        """The names of the compounds that go there, each once."""
        return list(dict.fromkeys(one.group.compound for one in self.parts))

    @property
    def farthest(self) -> int:
        """The longest way there, metres."""
        return max(one.farthest for one in self.parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be made. cut: compounds the outline cuts through, counted whole; locked: those nobody may leave, which
    have a place of their own; unknown: those whose population is not known.
    """

    asked: Asked
    lines: tuple[Line, ...]
    drops: tuple[Drop, ...]
    cut: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    groups: tuple[Group, ...] = field(default=())

    @property
    def households(self) -> int:
        """Households of the whole plan."""
        return sum(group.households for group in self.groups)

    @property
    def value(self) -> Decimal | None:
        """What all of it is worth, as far as prices are known; None where none is."""
        known = [line.value for line in self.lines if line.value is not None]
        return sum(known, Decimal(0)) if known else None


def plan(session: Session, outline: BaseGeometry, asked: Asked, at: datetime) -> Plan:
    """The plan for the households inside an outline (WGS 84 polygons). Changes nothing.

    Raises Refused for what no plan can be made of: a window that is over, an area too large or without a household, a
    list that does not add up or does not reach everybody.
    """
    _check(asked, outline, at)
    wanted = gathered(asked.wanted)
    compounds = homes.compounds_in(session, outline, asked.window_from)
    if not compounds:
        raise Refused("area", Text("no household is known to live in this area", "该区域内没有登记住户"))
    groups = groups_of(asked.rule, compounds, homes.care_asked(session, compounds) if asked.rule == "care" else {})
    lines = shared_out(wanted, groups)
    return Plan(
        asked,
        tuple(lines),
        tuple(_drops(session, compounds, groups, lines, asked, at)),
        cut=_names(compounds, "is_cut", True),
        locked=_names(compounds, "status", "locked"),
        unknown=_names(compounds, "population", 0) if asked.rule == "people" else (),
        groups=tuple(groups),
    )


def _check(asked: Asked, outline: BaseGeometry, at: datetime) -> None:
    if asked.window_to <= asked.window_from:
        raise Refused("window_to", Text("the window closes before it opens", "结束时间早于开始时间"))
    if asked.window_from < at:
        raise Refused("window_from", Text("the window opens in the past", "开始时间已过"))
    if asked.window_to > at + FARTHEST:
        raise Refused("window_to", Text("the window closes more than a year from now", "结束时间在一年之后"))
    if not SHORTEST_WALK_M <= asked.walk_m <= LONGEST_WALK_M:
        least, most = SHORTEST_WALK_M, LONGEST_WALK_M
        raise Refused("walk_m", Text(f"the walk is {least} to {most} metres", f"步行距离为{least}至{most}米"))
    if not asked.wanted:
        raise Refused("items", Text("list at least one item", "请至少列出一种物资"))
    area_km2 = shapes.area_m2(outline) / 1e6
    if area_km2 > covers.LIMIT_KM2:
        most_km2 = covers.LIMIT_KM2
        raise Refused(
            "area",
            Text(
                f"the area has {area_km2:,.0f} km², and a plan takes {most_km2:,.0f} km² at most",
                f"该区域面积{area_km2:,.0f}平方公里，一份方案最多{most_km2:,.0f}平方公里",
            ),
        )


def _names(compounds: Sequence[Mapping[str, Any]], column: str, value: object) -> tuple[str, ...]:
    return tuple(row["name"] for row in compounds if row[column] == value)


def _drops(
    session: Session, compounds: Sequence[dict[str, Any]], groups: Sequence[Group], lines: Sequence[Line], asked: Asked,
    at: datetime,
) -> list[Drop]:  # fmt: skip
    lived = homes_of(compounds)
    places = homes.places_for(session, compounds, at)
    reach, metres = _reach(lived, places, compounds, asked.walk_m)
    beyond = np.asarray(~reach.any(axis=1))
    if beyond.any():
        places += homes.corners(compounds, lived, beyond)
        reach, metres = _reach(lived, places, compounds, asked.walk_m)
    chosen = sites.fewest(reach, _costs(reach, metres, places, asked.walk_m))
    own = sites.assigned(metres, reach, chosen, lived.owner, lived.households)
    ways = metres[np.arange(len(own)), own]
    parts: dict[int, list[Part]] = {}
    for position, row in enumerate(compounds):
        groups_there = [number for number, group in enumerate(groups) if group.compound_id == row["id"]]
        for site, found in _parts(
            np.flatnonzero(lived.owner == position), lived, own, ways, groups_there, groups, lines
        ):
            parts.setdefault(site, []).append(found)
    return _with_goods([(places[site], parts[site]) for site in sorted(parts)], lines)


def _reach(
    lived: Homes, places: Sequence[Place], compounds: Sequence[Mapping[str, Any]], walk_m: int
) -> tuple[sites.Reach, NDArray[np.float64]]:
    """Which homes get to which places within the walk, and how far it is. Nobody leaves a locked compound: its homes
    get to a place at its own wall only.
    """
    lngs, lats = np.array([place.lng for place in places]), np.array([place.lat for place in places])
    metres = walking_metres(lived.lngs[:, None], lived.lats[:, None], lngs, lats)
    reach = metres <= walk_m
    for position, row in enumerate(compounds):
        if row["status"] == "locked":
            elsewhere = np.array([position not in place.compounds for place in places])
            reach[np.ix_(lived.owner == position, elsewhere)] = False
    return reach, metres


def _costs(
    reach: sites.Reach, metres: NDArray[np.float64], places: Sequence[Place], walk_m: int
) -> NDArray[np.float64]:
    reached = np.maximum(reach.sum(axis=0), 1)
    way = np.where(reach, metres, 0.0).sum(axis=0) / reached / walk_m
    return np.asarray(1 + BY_WAY * way + BY_KIND * np.array([place.kind for place in places]))


def _parts(
    there: NDArray[np.intp], lived: Homes, own: NDArray[np.intp], ways: NDArray[np.float64], numbers: Sequence[int],
    groups: Sequence[Group], lines: Sequence[Line],
) -> list[tuple[int, Part]]:  # fmt: skip
    """The groups of one compound by the place each part of them goes to. Where it goes to several, those who asked for
    care are shared among them by households: behind which door they live is no business of a plan.
    """
    found, everybody, before = [], int(lived.households[there].sum()), 0
    for site in np.unique(own[there]).tolist():
        homes_here = there[own[there] == site]
        here = int(lived.households[homes_here].sum())
        metres = round(float(np.average(ways[homes_here], weights=lived.households[homes_here])))
        farthest = round(float(ways[homes_here].max()))
        left = here
        for number in sorted(numbers, key=lambda number: not groups[number].is_care):
            group = groups[number]
            count = left
            if group.is_care:
                count = int(covers.share(group.households, before, here, everybody))
            left -= count
            if count:
                rations = tuple(line.rations[number] for line in lines)
                found.append((site, Part(part(group, count), rations, metres, farthest)))
        before += here
    return sorted(found, key=lambda one: one[1].group.is_care)


def _with_goods(made: Sequence[tuple[Place, Sequence[Part]]], lines: Sequence[Line]) -> list[Drop]:
    """The drops with their goods: what their households get, and their part of each reserve."""
    households = [sum(one.group.households for one in parts) for _, parts in made]
    kept = [reserves(line.reserve, line.unit, households) for line in lines]
    return [
        Drop(
            place.name,
            place.lng,
            place.lat,
            tuple(parts),
            tuple(
                sum((one.rations[number] * one.group.households for one in parts), kept[number][position])
                for number in range(len(lines))
            ),
            tuple(of_line[position] for of_line in kept),
        )
        for position, (place, parts) in enumerate(made)
    ]


def as_kept(made: Plan, drop: Drop) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The goods of one drop, and for whom they are, as its row keeps them."""
    items = [
        {
            "item": line.item,
            "quantity": quantity,
            "unit": line.unit,
            "value": worth(quantity, line.unit_value),
            "per_day": line.per_day,
        }
        for line, quantity in zip(made.lines, drop.quantities, strict=True)
    ]
    groups = [
        {
            "compound": one.group.compound,
            "households": one.group.households,
            "is_care": one.group.is_care,
            "metres": one.metres,
            "rations": [
                {"item": line.item, "quantity": f"{ration:f}", "unit": line.unit}
                for line, ration in zip(made.lines, one.rations, strict=True)
            ],
        }
        for one in drop.parts
    ]
    kept = {
        "rule": made.asked.rule,
        "walk_m": made.asked.walk_m,
        "households": drop.households,
        "groups": groups,
        "reserves": [f"{one:f}" for one in drop.reserves],
    }
    return items, kept
