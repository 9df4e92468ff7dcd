"""Units of goods: what each is called in both languages, and what can be added to what.

Pint does the arithmetic. Things that are counted are a dimension of their own each, so that kilograms are never added
to bottles, nor bottles to boxes: nobody knows how many bottles a box holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType

import pint

from layers.errors import BadInput
from layers.text import Text

#: Quantities are kept to the thousandth.
FINEST = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as goods are listed in: its titles, other words for it, and what of it is handed over at a door.

    is_counted: it comes whole only. step: the least that what a household gets differs by.
    """

    title: Text
    words: tuple[str, ...]
    step: Decimal
    is_counted: bool = False


def _counted(en: str, zh: str, *words: str) -> Unit:
    return Unit(Text(en, zh), words, Decimal(1), is_counted=True)


TENTH = Decimal("0.1")

#: Every unit that a plan takes, by the name under which it is kept.
UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        "kg": Unit(Text("kg", "公斤"), ("kilogram", "kilograms", "公斤", "千克"), TENTH),
        "jin": Unit(Text("jin (500 g)", "斤"), ("斤", "市斤"), TENTH),
        "g": Unit(Text("g", "克"), ("gram", "grams", "克"), Decimal(10)),
        "t": Unit(Text("t", "吨"), ("tonne", "tonnes", "吨"), FINEST),
        "l": Unit(Text("l", "升"), ("litre", "litres", "liter", "liters", "升"), TENTH),
        "ml": Unit(Text("ml", "毫升"), ("millilitre", "millilitres", "毫升"), Decimal(10)),
        "bottle": _counted("bottles", "瓶", "bottles", "瓶"),
        "case": _counted("cases", "箱", "cases", "carton", "cartons", "箱"),
        "box": _counted("boxes", "盒", "boxes", "盒"),
        "bag": _counted("bags", "袋", "bags", "sack", "sacks", "袋", "包"),
        "piece": _counted("pieces", "件", "pieces", "pcs", "件", "个", "只"),
        "can": _counted("cans", "罐", "cans", "tin", "tins", "罐", "听"),
        "drum": _counted("drums", "桶", "drums", "桶"),
        "parcel": _counted("parcels", "份", "parcels", "portion", "portions", "份"),
    }
)

_BY_WORD = {word: name for name, unit in UNITS.items() for word in (name, *unit.words)}

#: In pint's own language; a counted unit is its own dimension.
_DEFINITIONS = (
    "gram = [mass] = g",
    "kg = 1000 * gram",
    "jin = 500 * gram",
    "t = 1000000 * gram",
    "litre = [volume] = l",
    "ml = 0.001 * litre",
    *(f"{name} = [{name}s]" for name, unit in UNITS.items() if unit.is_counted),
)


@cache
def _registry() -> pint.UnitRegistry[Decimal]:
    # Without pint's own units: among them a word here could be read as a prefix and a unit of something else.
    registry: pint.UnitRegistry[Decimal] = pint.UnitRegistry(None, non_int_type=Decimal, cache_folder=None)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


def unit_of(word: str) -> str:
    """The name of the unit that a word in either language means. Raises BadInput that lists the units there are."""
    name = _BY_WORD.get(word.strip().casefold())
    if name is None:
        reason = f"the unit {word!r} is not known; there are {', '.join(UNITS)}"
        raise BadInput(reason, [{"field": "unit", "reason": reason}])
    return name


def can_be_added(unit: str, other: str) -> bool:
    """Whether amounts of two units (by name) have a sum: both are masses, both volumes, or both the same thing."""
    registry = _registry()
    return bool(registry.Unit(unit).is_compatible_with(registry.Unit(other)))


def in_unit(quantity: Decimal, unit: str, other: str) -> Decimal:
    """A quantity of one unit as one of another, to the thousandth. Raises BadInput where they cannot be added."""
    try:
        found: Decimal = _registry().Quantity(quantity, unit).to(other).magnitude
    except pint.DimensionalityError as error:
        reason = f"{UNITS[unit].title.en} cannot be added to {UNITS[other].title.en}"
        raise BadInput(reason, [{"field": "unit", "reason": reason}]) from error
    return Decimal(found).quantize(FINEST, ROUND_HALF_UP)


def is_whole(quantity: Decimal, unit: str) -> bool:
    """Whether a quantity can be had: half a bottle cannot."""
    return not UNITS[unit].is_counted or quantity == quantity.to_integral_value()
