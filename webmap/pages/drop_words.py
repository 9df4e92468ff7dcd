"""What is said of drops: amounts with their unit, money, states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from layers.supply_drops import LAYER
from layers.supply_drops.units import UNITS
from layers.text import Text
from webmap.pages.map_files import language

TITLES: Mapping[str, Text] = {entry.value: entry.title for entry in LAYER.legend}


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
