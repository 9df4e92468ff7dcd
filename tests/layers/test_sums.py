"""What is on the map is counted once: over all cells, at every resolution, the figures sum to those of the layers."""

from __future__ import annotations

from hypothesis import given, settings

from data.database import Database
from tests.layers.answers import RESOLUTIONS, States, from_memory, from_record, present_of
from tests.layers.by_hand import ByHand
from tests.layers.town import NOON, Thing, fill, towns
from tests.stores import emptied


def total(states: States, name: str) -> int:
    """The sum of a figure over cells; every figure is a whole number."""
    figures = [state.get(name, 0) for state in states.values()]
    assert all(isinstance(figure, int) for figure in figures)
    return sum(figures)


def totals_of(things: list[Thing]) -> dict[str, int]:
    """What the layers hold in all at noon, counted from the features."""

    def among(layer: str) -> list[dict[str, object]]:
        return [thing.values for thing in things if thing.layer == layer]

    shifts = [one for one in among("volunteer_shifts") if one["state"] == "open"]
    on_duty = [one for one in shifts if one["starts_at"] <= NOON < one["ends_at"]]
    opened = [one for one in among("needs") if one["state"] in ("reported", "acknowledged", "assigned")]
    return {
        "households": sum(one["households"] for one in among("compounds")),
        "population": sum(one["population"] for one in among("compounds")),
        "needs": len(opened),
        "urgent": sum(one["urgency"] == "urgent" for one in opened),
        "places": sum(one["places_wanted"] for one in on_duty),
        "filled": sum(one["places_filled"] for one in on_duty),
    }


@given(towns())
@settings(max_examples=12)
def test_the_figures_of_all_cells_sum_to_those_of_the_layers_at_every_resolution(
    shared_store: Database, things: list[Thing]
) -> None:
    database = emptied(shared_store)
    fill(database, things)
    present = present_of(database)
    wanted = totals_of(things)
    for res in RESOLUTIONS:
        for states in (from_memory(present, res, NOON), from_record(database, res, NOON, NOON)):
            assert {name: total(states, name) for name in wanted} == wanted
            assert total(states, "needs") == sum(sum(one.get("services", {}).values()) for one in states.values())


@given(towns())
@settings(max_examples=12)
def test_a_town_that_was_put_in_is_as_counted_by_hand(shared_store: Database, things: list[Thing]) -> None:
    database, hand = emptied(shared_store), ByHand()
    ids = fill(database, things)
    for layer, numbers in ids.items():
        for number, thing in zip(numbers, [one for one in things if one.layer == layer], strict=True):
            hand.put(number, thing, NOON)
    present = present_of(database)
    for res in RESOLUTIONS:
        assert from_memory(present, res, NOON) == hand.state(NOON, res)
        assert from_record(database, res, NOON, NOON) == hand.state(NOON, res)
