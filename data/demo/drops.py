"""Supply drops: food brought to collection points, in the proportions of a town's deliveries to its doors."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, NamedTuple

from shapely.geometry import Point

from data.demo import town
from data.demo.chance import DAYS_AHEAD, DAYS_BACK, drawn, local_moment
from data.demo.houses import gates
from data.demo.places import Compound, communities, compounds, facilities
from data.demo.rows import Row
from data.demo.zones import rank_at, restrictions

A_DAY = 8
WINDOWS = [(7.5, 10.0), (9.5, 12.0), (13.5, 16.0), (15.5, 18.5)]  # local hours
COMING = timedelta(hours=2)  # a lorry is on its way this long before its window opens
ORGANIZERS = ("桂桥街道志愿服务队", "南圩农产配送合作社", "枫汀街道志愿服务队", "邻里互助会")


class Good(NamedTuple):
    """One kind of goods: its words, unit, what a household gets, price of a unit in yuan, days between turns."""

    item: str
    unit: str
    household: float
    price: Decimal
    every: int


GOODS = [
    Good("蔬菜 vegetables", "kg", 4.0, Decimal("5.20"), 1),
    Good("猪肉 pork", "kg", 1.0, Decimal("29.80"), 1),
    Good("鸡蛋 eggs", "box", 0.5, Decimal("21.50"), 2),  # a box holds 30
    Good("大米 rice", "kg", 5.0, Decimal("5.60"), 3),
    Good("食用油 oil", "bottle", 0.5, Decimal("26.90"), 4),  # a bottle holds 1.8 litres
]


class Spot(NamedTuple):
    """A place where goods are handed over, and the compounds around it."""

    name: str
    at: Point
    served: tuple[Compound, ...]


@cache
def spots() -> tuple[Spot, ...]:
    """The markets, and for each community the main gate of its two largest compounds."""
    doors = [(one.name, one.outline.centroid) for one in facilities() if one.kind in ("market", "commerce")]
    for code in communities():
        largest = sorted((one for one in compounds() if one.community == code), key=lambda one: -one.households)
        doors += [(f"{one.name}门口", gates()[one.source_id][0]) for one in largest[:2]]
    return tuple(Spot(f"{name}物资点", at, _nearest(at)) for name, at in doors)


def _nearest(at: Point) -> tuple[Compound, ...]:
    return tuple(sorted(compounds(), key=lambda one: one.outline.distance(at))[:6])


def drops(day: date, until: datetime) -> list[Row]:
    """Every drop from fourteen days back to seven ahead; its state follows from where `until` stands to its window."""
    chance = drawn("drops", day)
    orders = restrictions(day)
    rows: list[Row] = []
    for days in range(-DAYS_BACK, DAYS_AHEAD + 1):
        noon = local_moment(day, days, 12)
        weights = [1 + 2 * max(rank_at(orders[one.source_id], noon) for one in spot.served[:3]) for spot in spots()]
        for place in range(A_DAY):
            spot = chance.choices(spots(), weights)[0]
            opens, closes = WINDOWS[place % len(WINDOWS)]
            window = (local_moment(day, days, opens), local_moment(day, days, closes))
            rows.append(_drop(len(rows) + 1, spot, days, window, until, chance))
    return rows


def _drop(
    number: int, spot: Spot, days: int, window: tuple[datetime, datetime], until: datetime, chance: Random
) -> Row:
    served = spot.served[: chance.randint(2, 6)]
    arrived = window[0] + timedelta(minutes=chance.randint(-15, 50))
    values: dict[str, Any] = {
        "source_id": f"demo-drop-{number:03d}",
        "name": spot.name,
        "state": _state(window, arrived, until, chance.random() < 0.03),
        "window_from": window[0],
        "window_to": window[1],
        "items": _items(sum(one.households for one in served), days, chance),
        "compounds_served": [one.name for one in served],
        "organization": chance.choice(ORGANIZERS),
    }
    if values["state"] in ("delivered", "distributed"):
        values["delivered_at"] = arrived
    return Row(values, town.to_wgs84(spot.at))


def _state(window: tuple[datetime, datetime], arrived: datetime, until: datetime, cancelled: bool) -> str:
    if cancelled:
        return "cancelled"
    if until >= window[1]:
        return "distributed"
    if until >= arrived:
        return "delivered"
    return "in_transit" if until >= window[0] - COMING else "planned"


def _items(households: int, days: int, chance: Random) -> list[dict[str, Any]]:
    """What a lorry brings: enough for a share of the households, whole units, the value to the cent."""
    share = chance.uniform(0.3, 0.75)
    brought = []
    for good in GOODS:
        if (days + DAYS_BACK) % good.every == 0 or chance.random() < 0.15:
            quantity = max(10, round(households * share * good.household / 5) * 5)
            value = (quantity * good.price).quantize(Decimal("0.01"))
            brought.append({"item": good.item, "quantity": quantity, "unit": good.unit, "value": str(value)})
    return brought
