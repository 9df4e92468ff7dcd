"""What each household gets: the list of goods, three rules in the open, and what is left over. Pure.

Every household of a group has the same number of shares. It gets its shares of the total, rounded down to what can be
handed over (a whole bottle, 100 g); what that leaves is kept at the drops as a reserve. So households and reserves
together are always exactly what was listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from layers.errors import BadInput
from layers.supply_drops.rules import MOST
from layers.supply_drops.units import FINEST, UNITS, can_be_added, in_unit, is_whole, unit_of
from layers.text import Text

Rule = Literal["equal", "people", "care"]

#: How quantities are shared out, in the words people read.
RULES: Mapping[Rule, tuple[Text, Text]] = MappingProxyType(
    {
        "equal": (
            Text("The same for every household", "每户相同"),
            Text("Every household gets one share.", "每户一份。"),
        ),
        "people": (
            Text("By people", "按人口"),
            Text(
                "A household gets as many shares as there are people in a household of its compound on average "
                "(population by households). How many live behind one door is not known.",
                "每户按所在小区的户均人口（人口÷户数）分配。每一户的实际人数系统并不掌握。",
            ),
        ),
        "care": (
            Text("More where care is asked for", "照护家庭加份"),
            Text(
                "A household with an open request for elder care or child care gets two shares, all others one. "
                "Nothing else is known of who is vulnerable; whoever has not asked is not counted.",
                "有未完成的养老照护或儿童照看求助的家庭得两份，其他家庭一份。系统不掌握其他脆弱情况；未提出求助的家庭不计入。",
            ),
        ),
    }
)

#: Services of which an open request says that somebody in the household needs care.
CARE_SERVICES = ("elder_care", "child_care")
CARE_SHARES = 2

#: Lines of one list of goods.
MOST_ITEMS = 20


class Wanted(BaseModel):
    """One line of the list of goods: how much of it there is, or how much each household is to get."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    item: str = Field(min_length=1, max_length=100)
    quantity: Decimal = Field(gt=0, max_digits=14, decimal_places=3)
    each: Literal["in_all", "household"] = Field(
        default="in_all", description="in_all: so much there is; household: so much for one share"
    )
    unit: str = Field(max_length=30, description=f"one of {', '.join(UNITS)}, or a word for it in either language")
    unit_value: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=2)
    per_day: Decimal | None = Field(
        default=None, gt=0, max_digits=14, decimal_places=3, description="what a household uses in a day, in this unit"
    )

    @field_validator("unit")
    @classmethod
    def _unit_is_known(cls, value: str) -> str:
        try:
            return unit_of(value)
        except BadInput as error:
            raise ValueError(str(error)) from error


class Refused(BadInput):
    """What a plan cannot be made of, in the words of both languages."""

    def __init__(self, field: str, words: Text) -> None:
        super().__init__(words.en, [{"field": field, "reason": words.en}])
        self.words = words


@dataclass(frozen=True, slots=True)
class Group:
    """Households of one compound that get the same; `shares` each, above 0. is_care: those with an open request."""

    compound_id: int
    compound: str
    households: int
    shares: Fraction
    is_care: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a plan: the total, what a household of each group gets, and what that leaves."""

    item: str
    unit: str
    total: Decimal
    rations: tuple[Decimal, ...]
    reserve: Decimal
    unit_value: Decimal | None
    per_day: Decimal | None

    @property
    def value(self) -> Decimal | None:
        """What the total is worth."""
        return worth(self.total, self.unit_value)


def worth(quantity: Decimal, unit_value: Decimal | None) -> Decimal | None:
    """The value of a quantity, to the cent."""
    return None if unit_value is None else (quantity * unit_value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def gathered(wanted: Sequence[Wanted]) -> list[Wanted]:
    """The list with what stands twice in one line, in the unit it was listed in first. Raises BadInput.

    Refused: units that have no sum, half a thing, a price or a use said twice and differently, and what is listed once
    in all and once for each household.
    """
    lines: dict[str, Wanted] = {}
    for number, one in enumerate(wanted):
        if not is_whole(one.quantity, one.unit):
            raise _refused(
                number,
                "quantity",
                f"{one.item}: {_said(one).en} cannot be had, they come whole",
                f"{one.item}：{_said(one).zh}无法分开，数量须为整数",
            )
        one = one if one.unit != "t" else _in(one, "kg")  # what households get is no part of a tonne
        known = lines.setdefault(one.item, one)
        if known is one:
            continue
        if not can_be_added(one.unit, known.unit):
            new, old = UNITS[one.unit].title, UNITS[known.unit].title
            raise _refused(
                number,
                "unit",
                f"{one.item} is listed twice, and {new.en} cannot be added to {old.en}",
                f"{one.item}列了两次，{new.zh}与{old.zh}不能相加",
            )
        same = _in(one, known.unit)
        if (same.each, same.unit_value, same.per_day) != (known.each, known.unit_value, known.per_day):
            raise _refused(
                number,
                "item",
                f"{one.item} is listed twice, with another price, use or way of counting",
                f"{one.item}列了两次，单价、日用量或计量方式不一致",
            )
        lines[one.item] = known.model_copy(update={"quantity": known.quantity + same.quantity})
    return list(lines.values())


def _in(one: Wanted, unit: str) -> Wanted:
    """The same in another unit, the price for one and the use in a day with it."""
    if unit == one.unit:
        return one
    per_day = None if one.per_day is None else in_unit(one.per_day, one.unit, unit)
    price = None if one.unit_value is None else one.unit_value / in_unit(Decimal(1), one.unit, unit)
    quantity = in_unit(one.quantity, one.unit, unit)
    return one.model_copy(update={"quantity": quantity, "unit": unit, "unit_value": price, "per_day": per_day})


def groups_of(rule: Rule, compounds: Sequence[Mapping[str, object]], care: Mapping[int, int]) -> list[Group]:
    """Groups of the households of compounds (rows with id, name, households, population) by a rule.

    care: households with an open request for care, by compound id. By people, a compound of which no population is
    known counts as the others do on average; the average household of all has one share. Raises BadInput where by
    people nothing is known of any.
    """
    rows = [
        (int(str(one["id"])), str(one["name"]), int(str(one["households"])), int(str(one["population"])))
        for one in compounds
    ]
    if rule == "people":
        known = [(households, people) for _, _, households, people in rows if households and people]
        if not known:
            raise Refused(
                "rule",
                Text(
                    "of none of these compounds the population is known: share out equally",
                    "这些小区的人口均未登记：请选择每户相同",
                ),
            )
        average = Fraction(sum(people for _, people in known), sum(households for households, _ in known))
        return [
            Group(one, name, households, Fraction(people, households) / average if people else Fraction(1))
            for one, name, households, people in rows
            if households
        ]
    found = []
    for one, name, households, _ in rows:
        asking = min(care.get(one, 0), households) if rule == "care" else 0
        found.append(Group(one, name, households - asking, Fraction(1)))
        found.append(Group(one, name, asking, Fraction(CARE_SHARES), is_care=True))
    return [group for group in found if group.households]


def shared_out(wanted: Sequence[Wanted], groups: Sequence[Group]) -> list[Line]:
    """What a household of each group gets of every line of a gathered list. Raises BadInput for what is not enough."""
    shares = sum((group.households * group.shares for group in groups), Fraction(0))
    return [_line(number, one, groups, shares) for number, one in enumerate(wanted)]


def _line(number: int, one: Wanted, groups: Sequence[Group], shares: Fraction) -> Line:
    exponent = one.quantity.normalize().as_tuple().exponent
    finest = UNITS[one.unit].step
    if one.each == "household" and not UNITS[one.unit].is_counted:
        finest = min(finest, Decimal(1).scaleb(min(0, int(exponent))))
    a_share = Fraction(one.quantity) if one.each == "household" else Fraction(one.quantity) / shares
    step = Fraction(finest)
    steps = [a_share * group.shares // step for group in groups]
    if min(steps) < 1:
        least = step * shares / min(group.shares for group in groups)
        enough = -(-least // Fraction(finest)) * Fraction(finest)
        unit = UNITS[one.unit].title
        raise _refused(
            number,
            "quantity",
            f"{one.item} does not reach every household; {float(enough):g} {unit.en} in all would",
            f"{one.item}不够每户一份；总共需要{float(enough):g}{unit.zh}",
        )
    rations = tuple((Decimal(int(count)) * finest).quantize(FINEST).normalize() + Decimal(0) for count in steps)
    given = sum((ration * group.households for ration, group in zip(rations, groups, strict=True)), Decimal(0))
    total = given if one.each == "household" else one.quantity
    if max(total, worth(total, one.unit_value) or 0) > MOST:
        raise _refused(
            number,
            "quantity",
            f"{one.item}: in all, or in money, it is more than {MOST:,}, which no plan takes",
            f"{one.item}：总量或总值超过{MOST:,}，无法制定方案",
        )
    return Line(one.item, one.unit, total, rations, total - given, one.unit_value, one.per_day)


def reserves(reserve: Decimal, unit: str, households: Sequence[int]) -> list[Decimal]:
    """A reserve shared among drops by their households, in what can be handed over, the rest with the last; together it
    is the reserve.
    """
    step = UNITS[unit].step
    steps, everybody, before, found = int(reserve // step), sum(households), 0, []
    for count in households:
        found.append(step * (steps * (before + count) // everybody - steps * before // everybody))
        before += count
    found[-1] += reserve - step * steps
    return found


def part(group: Group, households: int) -> Group:
    """Some of the households of a group."""
    return replace(group, households=households)


def _said(one: Wanted) -> Text:
    unit = UNITS[one.unit].title
    return Text(f"{one.quantity:f} {unit.en}", f"{one.quantity:f}{unit.zh}")


def _refused(number: int, field: str, en: str, zh: str) -> Refused:
    return Refused(f"items.{number}.{field}", Text(en, zh))
