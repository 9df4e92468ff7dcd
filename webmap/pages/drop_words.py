"""What is said of drops: amounts with their unit, states, what was done by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from data.journal import JournalRow
from layers.supply_drops import LAYER
from layers.supply_drops.units import UNITS
from layers.text import Text
from webmap.pages.map_files import language

TITLES: Mapping[str, Text] = {entry.value: entry.title for entry in LAYER.legend}

#: What a move to a state is called afterwards.
MOVED: Mapping[tuple[str, str], Text] = {
    ("planned", "in_transit"): Text("On its way", "已出发"),
    ("in_transit", "delivered"): Text("Delivered", "已送达"),
    ("delivered", "distributed"): Text("Distributed: the drop is over", "已发放完毕"),
    ("in_transit", "planned"): Text("Taken back: not on its way after all", "撤回：尚未出发"),
    ("delivered", "in_transit"): Text("Taken back: not delivered after all", "撤回：尚未送达"),
    ("distributed", "delivered"): Text("Taken back: not over after all", "撤回：尚未发放完毕"),
    ("planned", "cancelled"): Text("Called off", "已取消"),
    ("in_transit", "cancelled"): Text("Called off", "已取消"),
    ("cancelled", "planned"): Text("Planned again", "恢复计划"),
}
DONE: Mapping[str, Text] = {
    "create": Text("Planned", "已列入计划"),
    "update": Text("Details were put right", "信息已更正"),
    "arrived": Text("There so far:", "目前已到："),
    "left_over": Text("Left over:", "剩余："),
    "serve_taken_back": Text("Taken back that a household was served", "撤回一户的领取记录"),
}


def amount(quantity: Decimal | str | int, unit: str) -> str:
    """A quantity with its unit, such as "1,000.5 kg"; a unit nobody knows is told as it was listed."""
    number = Decimal(str(quantity)).normalize()
    if unit not in UNITS:
        return f"{format_decimal(number)} {unit}".strip()
    is_one = UNITS[unit].is_counted and number == 1
    title = Text(unit, UNITS[unit].title.zh) if is_one else UNITS[unit].title
    return f"{format_decimal(number)} {title.in_language(language())}"


def money(value: Decimal | str | int) -> str:
    """An amount of yuan, to the cent."""
    return f"¥{format_decimal(Decimal(str(value)), '#,##0.00')}"


def goods(items: Iterable[Mapping[str, Any]]) -> str:
    """Lines of goods, each with item, quantity and unit, as one sentence."""
    return _(", ").join(f"{one['item']} {amount(one['quantity'], one['unit'])}" for one in items)


def story(rows: Iterable[JournalRow]) -> list[tuple[datetime, str, str]]:
    """What happened to a drop, oldest first: when, what, and who did it. Servings are counted elsewhere."""
    found = []
    for row in rows:
        said = MOVED.get((row.from_state or "", row.to_state or "")) if row.verb == "move" else DONE.get(row.verb)
        if said is None:
            continue
        words = said.in_language(language())
        listed = (row.details or {}).get("items")
        found.append((row.recorded_at, f"{words} {goods(listed)}" if listed else words, row.actor))
    return found
