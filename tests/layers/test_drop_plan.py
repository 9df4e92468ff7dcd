"""From need to plan: nothing is lost between the list and the households, and all have a drop within the walk."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from data.database import Database
from geo import cells, covers
from geo.distances import walking_metres
from layers.drop_plan.actions import publish
from layers.drop_plan.planning import Asked, Plan, plan
from layers.drop_plan.rules import Group, Refused, Wanted, gathered, groups_of, shared_out
from layers.drop_plan.sites import fewest, greedy
from layers.supply_drops.units import UNITS, in_unit, unit_of
from tests.layers.town import LAT, LNG, NOON, OFFICIAL, WIDE, Thing, compounds, fill
from tests.stores import emptied

WINDOW = (NOON + timedelta(hours=20), NOON + timedelta(hours=23))
EVERYWHERE = shapely.box(LNG - 2 * WIDE, LAT - 2 * WIDE, LNG + 2 * WIDE, LAT + 2 * WIDE)

wanted_lines = st.builds(
    Wanted,
    item=st.sampled_from(("蔬菜", "大米", "水")),
    quantity=st.integers(1, 10**8).map(lambda count: Decimal(count) / 1000) | st.integers(1, 10**5).map(Decimal),
    each=st.sampled_from(("in_all", "household")),
    unit=st.sampled_from(tuple(UNITS)),
    unit_value=st.none() | st.integers(0, 10_000).map(lambda count: Decimal(count) / 100),
)
groups = st.lists(
    st.builds(
        Group,
        compound_id=st.integers(1, 9),
        compound=st.just("小区"),
        households=st.integers(1, 3000),
        shares=st.integers(5, 80).map(lambda count: Fraction(count, 20)),
    ),
    min_size=1,
    max_size=8,
)


#: For each household, in all and whole, in all and with a remainder too small to be handed over.
LISTED = (
    Wanted(item="蔬菜", quantity=Decimal("4.5"), unit="kg", each="household"),
    Wanted(item="水", quantity=Decimal(99_999), unit="瓶"),
    Wanted(item="大米", quantity=Decimal("99999.005"), unit="kg"),
)


def asked(*wanted: Wanted, rule: str = "equal", walk_m: int = 500) -> Asked:
    return Asked(wanted, rule, walk_m, *WINDOW)  # type: ignore[arg-type]


def line(quantity: str = "1000", unit: str = "kg", item: str = "蔬菜", **more: object) -> Wanted:
    return Wanted(item=item, quantity=Decimal(quantity), unit=unit, **more)  # type: ignore[arg-type]


def square(name: str, households: int, lng: float = LNG, side: float = 0.002, population: int = 0) -> Thing:
    values = {"name": name, "households": households, "population": population}
    return Thing("compounds", values, shapely.box(lng, LAT, lng + side, LAT + side))


def planned(store: Database, ask: Asked) -> Plan:
    with store.read() as session:
        return plan(session, EVERYWHERE, ask, NOON)


@given(st.lists(wanted_lines, min_size=1, max_size=4), groups)
@settings(max_examples=60)
def test_what_households_get_and_what_is_kept_is_what_was_listed(wanted: list[Wanted], among: list[Group]) -> None:
    try:
        lines = shared_out(gathered(wanted), among)
    except Refused:
        assume(False)
    for one in lines:
        given_out = sum(ration * group.households for ration, group in zip(one.rations, among, strict=True))
        assert given_out + one.reserve == one.total
        assert one.reserve >= 0
        assert all(ration > 0 for ration in one.rations)
        if UNITS[one.unit].is_counted:
            assert {*one.rations, one.total} == {int(part) for part in (*one.rations, one.total)}
        if any(want.each == "in_all" and want.item == one.item for want in wanted):
            assert one.total == sum(
                in_unit(want.quantity, want.unit, one.unit) for want in wanted if want.item == one.item
            )
            assert one.reserve < max(UNITS[one.unit].step, Decimal("0.1")) * sum(group.households for group in among)


@given(
    town=st.lists(compounds(), min_size=1, max_size=5),
    rule=st.sampled_from(("equal", "care")),
    walk=st.integers(200, 1500),
)
@settings(max_examples=12)
def test_every_household_has_a_drop_within_the_walk_and_nothing_is_lost_on_the_way(
    shared_store: Database, town: list[Thing], rule: str, walk: int
) -> None:
    store = emptied(shared_store)
    town = [
        Thing(one.layer, {**one.values, "name": f"小区{n}", "valid_from": None}, one.geometry)
        for n, one in enumerate(town)
    ]
    households = {one.values["name"]: one.values["households"] for one in town if one.values["households"]}
    assume(households)
    fill(store, town)

    made = planned(store, asked(*LISTED, rule=rule, walk_m=walk))

    served: Counter[str] = Counter()
    for drop in made.drops:
        for one in drop.parts:
            served[one.group.compound] += one.group.households
            assert one.farthest <= walk
    assert served == households
    for number, total in enumerate(made.lines):
        assert sum(drop.quantities[number] for drop in made.drops) == total.total
        for drop in made.drops:
            given_out = sum(one.rations[number] * one.group.households for one in drop.parts)
            assert given_out + drop.reserves[number] == drop.quantities[number]
    places = np.array([(drop.lng, drop.lat) for drop in made.drops])
    for one in town:
        if one.values["households"]:
            found, count = covers.apportion(one.values["households"], covers.cover(one.geometry), 11)
            lngs, lats = cells.centers(found[count > 0])
            metres = walking_metres(lngs[:, None], lats[:, None], places[:, 0], places[:, 1])
            assert metres.min(axis=1).max() <= walk


@given(st.integers(1, 9), st.integers(1, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_no_fewer_places_would_do(places: int, homes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    reach = rng.random((homes, places)) < 0.4
    reach[np.arange(homes), rng.integers(0, places, homes)] = True
    costs = 1 + 1e-3 * rng.random(places)

    chosen, simple = fewest(reach, costs), greedy(reach, costs)

    assert reach[:, chosen].any(axis=1).all()
    assert reach[:, simple].any(axis=1).all()
    for fewer in combinations(range(places), len(chosen) - 1):
        assert not reach[:, list(fewer)].any(axis=1).all()


def test_fewer_places_are_found_than_by_taking_the_best_one_again_and_again() -> None:
    reach = np.array([[1, 1, 0], [1, 1, 0], [0, 1, 0], [1, 0, 1], [1, 0, 1], [0, 0, 1]], dtype=bool)

    assert greedy(reach, np.ones(3)).tolist() == [0, 1, 2]
    assert fewest(reach, np.ones(3)).tolist() == [1, 2]


def test_more_goes_to_those_who_asked_for_care_and_the_rule_says_so(store: Database) -> None:
    care = Thing("needs", {"service": "elder_care", "contact": "1380"}, shapely.Point(LNG + 0.001, LAT + 0.001))
    again = Thing("needs", {"service": "child_care", "contact": "1380"}, shapely.Point(LNG + 0.0011, LAT + 0.001))
    fill(store, [square("桂花苑", 9), care, again])

    [groups_there] = [made.parts for made in planned(store, asked(line("100"), rule="care")).drops]

    assert [(one.group.is_care, one.group.households, one.rations) for one in groups_there] == [
        (False, 8, (Decimal(10),)),
        (True, 1, (Decimal(20),)),
    ]


def test_by_people_a_household_gets_by_its_compounds_average() -> None:
    rows = [
        {"id": 1, "name": "大", "households": 10, "population": 40},
        {"id": 2, "name": "小", "households": 10, "population": 20},
        {"id": 3, "name": "不明", "households": 10, "population": 0},
    ]
    [food] = shared_out([line("30")], groups_of("people", rows, {}))

    assert food.rations == (Decimal("1.3"), Decimal("0.6"), Decimal(1))
    with pytest.raises(Refused, match="population"):
        groups_of("people", rows[2:], {})


def test_nobody_has_to_leave_a_locked_compound(store: Database) -> None:
    east, closed = LNG + 0.003, shapely.box(LNG, LAT, LNG + 0.002, LAT + 0.002)
    zone = Thing("quarantine_zones", {"name": "封", "level": "lockdown"}, closed)
    gate = Thing("checkpoints", {"name": "东门"}, shapely.Point(east + 0.002, LAT))  # a gate is preferred
    fill(store, [square("封住的", 30), square("开放的", 30, east), zone, gate])

    made = planned(store, asked(line(), walk_m=1500))

    assert made.locked == ("封住的",)
    for drop in made.drops:
        assert "封住的" not in drop.compounds or closed.intersects(shapely.Point(drop.lng, drop.lat))


def test_a_compound_too_large_for_one_place_has_several(store: Database) -> None:
    fill(store, [square("大院", 900, side=0.012)])

    made = planned(store, asked(line("9000"), walk_m=300))

    assert len(made.drops) > 3
    assert max(drop.farthest for drop in made.drops) <= 300
    assert sum(drop.households for drop in made.drops) == 900


def test_what_is_listed_twice_is_added_or_refused() -> None:
    [rice] = gathered(
        [line("100", "斤", "大米", unit_value=Decimal("3")), line("0.05", "吨", "大米", unit_value=Decimal("6000"))]
    )
    assert (rice.quantity, rice.unit) == (Decimal("200.000"), "jin")
    with pytest.raises(Refused, match="kg cannot be added to bottles"):
        gathered([line("3", "瓶", "油"), line("2", "公斤", "油")])
    with pytest.raises(Refused, match="come whole"):
        gathered([line("2.5", "箱")])


@pytest.mark.parametrize(
    "wrong", [{"quantity": Decimal(-3)}, {"quantity": Decimal(0)}, {"unit": "头"}, {"quantity": Decimal("NaN")}]
)
def test_a_line_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Wanted(**{"item": "蔬菜", "quantity": Decimal(1), "unit": "kg", **wrong})  # type: ignore[arg-type]


def test_units_have_one_name_in_both_languages() -> None:
    assert [unit_of(word) for word in ("公斤", "kilograms", "斤", "箱", "瓶", " KG ")] == [
        "kg", "kg", "jin", "case", "bottle", "kg",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("area", "ask", "said"),
    [
        (shapely.box(LNG + 1, LAT, LNG + 1.01, LAT + 0.01), asked(line()), "no household"),
        (shapely.box(74, 18, 134, 53), asked(line()), "km²"),
        (EVERYWHERE, asked(line("5", "瓶")), "does not reach every household; 120 bottles"),
        (EVERYWHERE, asked(), "at least one item"),
        (EVERYWHERE, asked(line(), walk_m=50), "the walk is"),
        (EVERYWHERE, Asked((line(),), "equal", 500, NOON - timedelta(hours=1), WINDOW[1]), "in the past"),
        (EVERYWHERE, Asked((line(),), "equal", 500, WINDOW[1], WINDOW[0]), "closes before"),
        (EVERYWHERE, Asked((line(),), "equal", 500, WINDOW[0], NOON + timedelta(days=400)), "more than a year"),
        (EVERYWHERE, asked(line("99999999999", "t")), "no plan takes"),
        (EVERYWHERE, asked(line("9999999999", unit_value=Decimal(9))), "no plan takes"),
    ],
)
def test_what_no_plan_can_be_made_of_is_refused_in_words(
    store: Database, area: shapely.Geometry, ask: Asked, said: str
) -> None:
    fill(store, [square("桂花苑", 120)])

    with store.read() as session, pytest.raises(Refused, match=said):
        plan(session, area, ask, NOON)


def test_a_round_is_published_once_and_its_drops_hold_what_the_plan_says(store: Database) -> None:
    fill(store, [square("桂花苑", 120), square("远", 80, LNG + 0.01)])
    made = planned(store, asked(line("1000.05", unit_value=Decimal("5.20"), per_day=Decimal("1.5"))))

    with store.write() as session:
        ids, is_new = publish(session, made, "r1", "志愿队", OFFICIAL, NOON)
    with store.write() as session:
        again = publish(session, made, "r1", "志愿队", OFFICIAL, NOON)

    assert is_new
    assert again == (ids, False)
    assert len(ids) == len(made.drops) == 2
