"""Cell state is what a rebuild gives and what somebody would count by hand, whatever happens and in whatever order.

It is asked in each of its ways: kept in memory, computed from the record, and for any other moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from data.database import Database, open_database
from layers import catalogue, features
from layers.cell_state.verify import differences
from tests.layers import town
from tests.layers.answers import RESOLUTIONS, from_kept, from_memory, from_record, past_of, present_of
from tests.layers.by_hand import ByHand
from tests.layers.legal_moves import legal_for
from tests.layers.town import LAT, LNG, NOON, OFFICIAL, SECOND_OFFICIAL, THINGS, Thing
from tests.stores import emptied

anything = st.one_of(*(make() for make in THINGS.values()))


class Neighbourhood(RuleBasedStateMachine):
    """A store on which everything legal happens, by two processes, while time goes by."""

    stores: tuple[Database, Database]

    def __init__(self) -> None:
        super().__init__()
        emptied(self.stores[0])
        self.present = present_of(self.stores[0])
        self.public = present_of(self.stores[0], internal=False)
        self.past = past_of(self.stores[0])
        self.hand = ByHand()
        self.now = NOON
        self.count = self.steps = 0

    @rule(things=st.lists(anything, min_size=1, max_size=4), by=st.sampled_from((0, 1)))
    def come(self, things: list[Thing], by: int) -> None:
        """Features come, those of a layer together."""
        for layer in sorted({thing.layer for thing in things}):
            own = [self._named(thing) for thing in things if thing.layer == layer]
            self._put(own, by)

    @rule(seed=st.integers(0, 2**32), by=st.sampled_from((0, 1)))
    def crowd(self, seed: int, by: int) -> None:
        """So many needs come at once that they are written another way than one."""
        self._put([self._named(thing) for thing in town.crowd(seed, 60, self.now)], by)

    @precondition(lambda self: self._there())
    @rule(data=st.data(), by=st.sampled_from((0, 1)))
    def be_corrected(self, data: st.DataObject, by: int) -> None:
        """A feature that is known comes again, changed."""
        layer, number = data.draw(st.sampled_from(self._there()))
        thing = data.draw(THINGS[layer]()).known_as(self.hand.fields(layer, number)["source_id"])
        with self.stores[by].write() as session:
            assert town.put(session, [thing], self.now) == [number]
        self.hand.put(number, thing, self.now)

    @precondition(lambda self: self._movable())
    @rule(data=st.data(), by=st.sampled_from((0, 1)))
    def move(self, data: st.DataObject, by: int) -> None:
        """Features of a layer go to another state together."""
        layer, number = data.draw(st.sampled_from(self._movable()))
        to_state = data.draw(st.sampled_from(sorted(self._legal(layer, number))))
        others = [one for name, one in self._movable() if name == layer and to_state in self._legal(layer, one)]
        numbers = {number, *data.draw(st.lists(st.sampled_from(others), max_size=3))}
        details: dict[str, Any] = {"reason": "because", "organization": "志愿队"}
        actor = SECOND_OFFICIAL if to_state == "in_force" else OFFICIAL
        if to_state == "duplicate":
            numbers, details["duplicate_of"] = {number}, self._kept(number)
        with self.stores[by].write() as session:
            catalogue.actions(layer).move(session, sorted(numbers), to_state, actor, self.now, **details)
        for one in numbers:
            self.hand.move(layer, one, to_state, self.now)

    @precondition(lambda self: self._there())
    @rule(data=st.data(), by=st.sampled_from((0, 1)))
    def go(self, data: st.DataObject, by: int) -> None:
        """A feature is taken off the map."""
        layer, number = data.draw(st.sampled_from(self._there()))
        with self.stores[by].write() as session:
            features.remove(session, catalogue.layer(layer), [number], OFFICIAL, self.now, "it was an error")
        self.hand.remove(layer, number, self.now)

    @rule(minutes=st.one_of(st.integers(1, 90), st.integers(90, 2 * 24 * 60)))
    def time_passes(self, minutes: int) -> None:
        """Nothing happens, but what holds may begin and end."""
        self.now += timedelta(minutes=minutes)

    @rule(minutes=st.integers(-5 * 24 * 60, 5 * 24 * 60), res=st.sampled_from(RESOLUTIONS))
    def ask_for_another_moment(self, minutes: int, res: int) -> None:
        """What held then, or will hold, is what was counted then."""
        at = self.now + timedelta(minutes=minutes)
        counted = self.hand.state(at, res, now=self.now)
        assert from_record(self.stores[0], res, at, self.now) == counted
        assert from_kept(self.past, res, at, self.now) == counted
        told = from_record(self.stores[0], res, at, self.now, internal=False)
        assert told == self.hand.state(at, res, internal=False, now=self.now)

    @invariant()
    def what_is_kept_is_what_a_rebuild_gives(self) -> None:
        with self.stores[0].snapshot() as session:
            assert differences(session) == []

    @invariant()
    def memory_and_record_say_what_is_counted_by_hand(self) -> None:
        counted, shown = self.hand.states(self.now), self.hand.states(self.now, internal=False)
        for res in RESOLUTIONS:
            assert from_memory(self.present, res, self.now) == counted[res]
            assert from_memory(self.public, res, self.now) == shown[res]
        self.steps += 1
        res = RESOLUTIONS[self.steps % len(RESOLUTIONS)]  # the store is asked for one of them a step: it takes longer
        assert from_record(self.stores[0], res, self.now, self.now) == counted[res]

    def _put(self, things: list[Thing], by: int) -> None:
        with self.stores[by].write() as session:
            numbers = town.put(session, things, self.now)
        for number, thing in zip(numbers, things, strict=True):
            self.hand.put(number, thing, self.now)

    def _named(self, thing: Thing) -> Thing:
        self.count += 1
        return thing.known_as(f"{thing.layer}-{self.count}")

    def _there(self) -> list[tuple[str, int]]:
        return [(layer, number) for layer in THINGS for number in self.hand.present(layer)]

    def _movable(self) -> list[tuple[str, int]]:
        return [one for one in self._there() if self._legal(*one)]

    def _legal(self, layer: str, number: int) -> set[str]:
        fields = self.hand.fields(layer, number)
        if layer == "compounds":
            return set()
        legal = legal_for(layer, fields["state"], fields.get("state_before"))
        return legal if self._kept(number) else legal - {"duplicate"}

    def _kept(self, number: int) -> int | None:
        """A need that another may be a duplicate of."""
        needs = (one for one in self.hand.present("needs") if one != number)
        return next((one for one in needs if self.hand.fields("needs", one)["state"] != "duplicate"), None)


@pytest.fixture
def two_processes(shared_store: Database) -> Iterator[tuple[Database, Database]]:
    """The same store, opened twice, as by two processes: they share nothing but what is kept."""
    other = open_database(shared_store.engine.url.render_as_string(hide_password=False))
    yield shared_store, other
    other.close()


def test_whatever_happens_cell_state_is_what_was_counted_by_hand(two_processes: tuple[Database, Database]) -> None:
    class OnThisStore(Neighbourhood):
        stores = two_processes

    run_state_machine_as_test(
        OnThisStore,
        settings=settings(
            max_examples=12, stateful_step_count=15, phases=(Phase.generate,), suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_correction_reaches_back_to_the_last_move_and_no_further(shared_store: Database) -> None:
    """Also where the move left the cells as they were: nobody said that the gate had been open before it was closed."""
    emptied(shared_store)
    gate = Thing("checkpoints", {"name": "卡点", "state": "planned", "source_id": "gate"}, shapely.Point(LNG, LAT))
    with shared_store.write() as session:
        (number,) = town.put(session, [gate], NOON - timedelta(hours=3))
        catalogue.actions("checkpoints").move(session, [number], "closed", OFFICIAL, NOON - timedelta(hours=1))
        opened = Thing("checkpoints", {**gate.values, "state": "open"}, gate.geometry)
        town.put(session, [opened], NOON)

    held = {hours: from_record(shared_store, 9, NOON - timedelta(hours=hours), NOON) for hours in (2, 0.5, 0)}

    assert [len(cells) for cells in held.values()] == [0, 1, 1]
    with shared_store.snapshot() as session:
        assert differences(session) == []
