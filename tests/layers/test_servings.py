"""A household is served once a round, whatever two phones do at once; and nobody can tell from the store who it was."""

from __future__ import annotations

import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from threading import Barrier

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.database import Database
from data.journal import JournalRow
from layers import features
from layers.errors import MoveNotAllowed, NotFound
from layers.supply_drops import LAYER, actions, servings
from layers.supply_drops.record import DropServing, SupplyDrop
from layers.supply_drops.rules import household_token
from tests.layers.town import LAT, LNG, NOON, OFFICIAL
from tests.stores import emptied

KEY = b"a key that is in no store"


def drops(store: Database, *rounds: str | None, state: str = "delivered") -> list[int]:
    """Drops whose goods are there, each of a round."""
    values = {"name": "门口", "window_from": NOON, "window_to": NOON + timedelta(hours=3), "state": state}
    incoming = [
        features.Incoming(features.check(LAYER, values), shapely.Point(LNG, LAT), columns={"round": name})
        for name in rounds
    ]
    with store.write() as session:
        return actions.put(session, incoming, OFFICIAL, NOON).ids


def serve(store: Database, drop: int, token: str, press: str = "", minutes: int = 0) -> servings.Served:
    at = NOON + timedelta(minutes=minutes)
    return store.written(lambda session: servings.serve(session, drop, token, press, OFFICIAL, at))


def tokens(store: Database) -> list[str]:
    with store.read() as session:
        return list(session.execute(select(DropServing.token)).scalars())


@given(
    st.lists(st.tuples(st.sampled_from(("serve", "take_back")), st.integers(0, 2), st.sampled_from("abc")), max_size=12)
)
@settings(max_examples=12)
def test_no_household_is_served_twice_in_a_round_whatever_is_tried(
    shared_store: Database, tries: list[tuple[str, int, str]]
) -> None:
    store = emptied(shared_store)
    places = drops(store, "r", "r", None)
    served: dict[tuple[str, str], int] = {}
    for what, position, token in tries:
        drop = places[position]
        name = "r" if position < 2 else "own"
        if what == "serve":
            assert serve(store, drop, token).is_own is False or (name, token) not in served
            served.setdefault((name, token), drop)
        elif served.get((name, token)) == drop:
            with store.write() as session:
                servings.take_back(session, drop, token, OFFICIAL, NOON)
            del served[name, token]
        else:
            with pytest.raises(NotFound), store.write() as session:
                servings.take_back(session, drop, token, OFFICIAL, NOON)

    assert len(tokens(store)) == len(served)
    with store.read() as session:
        counts = {one.id: one.served for one in session.execute(select(SupplyDrop.id, SupplyDrop.served))}
    assert {drop: counts[drop] or 0 for drop in places} == {drop: list(served.values()).count(drop) for drop in places}


@pytest.mark.parametrize("at_one_drop", [True, False])
def test_of_two_phones_at_once_one_serves(store: Database, at_one_drop: bool) -> None:
    places = drops(store, "r", "r")
    start = Barrier(2)

    def phone(number: int) -> servings.Served:
        start.wait()
        return serve(store, places[0 if at_one_drop else number], "door", f"{number}" * 16)

    with ThreadPoolExecutor(2) as phones:
        answers = list(phones.map(phone, range(2)))

    assert sorted(one.is_own for one in answers) == [False, True]
    assert len(tokens(store)) == 1


def test_what_is_sent_again_after_a_lost_answer_is_the_same_serving(store: Database) -> None:
    [drop] = drops(store, "r")

    first, again = serve(store, drop, "door", "press"), serve(store, drop, "door", "press", minutes=1)

    assert first == again
    assert first.is_own
    assert not serve(store, drop, "door", "another", minutes=2).is_own


@pytest.mark.parametrize("state", ["planned", "in_transit", "distributed", "cancelled"])
def test_nothing_is_handed_out_before_the_goods_are_there_or_after_the_end(store: Database, state: str) -> None:
    [drop] = drops(store, "r", state=state)

    with pytest.raises(MoveNotAllowed):
        serve(store, drop, "door")


def test_the_store_does_not_tell_who_was_served(store: Database) -> None:
    [drop] = drops(store, "r")
    door = ("door", "桂花苑", "3", "401")
    serve(store, drop, household_token(KEY, "r", door))

    [kept] = tokens(store)
    tried = {
        made(f"r\x1fdoor\x1f桂花苑\x1f{building}-{unit}".encode())
        for building, unit in product(map(str, range(20)), map(str, range(100, 700)))
        for made in (
            lambda text: hashlib.sha256(text).hexdigest()[:32],
            lambda text: hmac.new(b"", text, hashlib.sha256).hexdigest()[:32],
            lambda text: hmac.new(b"another key", text, hashlib.sha256).hexdigest()[:32],
        )
    }
    assert kept not in tried
    with store.read() as session:
        journal = [str(row) for row in session.execute(select(JournalRow.details, JournalRow.verb, JournalRow.cells))]
    assert not any(word in line for line in journal for word in ("桂花苑", "401", kept))


shown = st.sampled_from(("3", "03号楼", "3栋", " 3 幢", "３号"))


@given(shown, st.sampled_from(("2单元401", "2-401", "2 单元 401室", "02-0401")))
@settings(max_examples=20)
def test_one_door_has_one_token_however_it_is_written(building: str, unit: str) -> None:
    usual = household_token(KEY, "r", ("door", "桂花苑", "3", "2-401"))

    assert household_token(KEY, "r", ("door", "桂花苑", building, unit)) == usual
    assert household_token(KEY, "r", ("door", " 桂花苑 ", f"{building}-2单元", "401")) == usual
    for other in (("door", "桂花苑", "3", "24-01"), ("door", "桂花苑", "32", "401"), ("door", "桂", "3", "2-401")):
        assert household_token(KEY, "r", other) != usual
    assert household_token(KEY, "r2", ("door", "桂花苑", building, unit)) != usual
    assert household_token(b"another key", "r", ("door", "桂花苑", building, unit)) != usual


@pytest.mark.parametrize("nothing", [("card", " - "), ("door", "桂花苑", "号楼", "1"), ("door", "", "1", "1")])
def test_who_shows_nothing_has_no_token(nothing: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="shows"):
        household_token(KEY, "r", nothing)


def test_tokens_go_with_their_round_and_the_count_stays(store: Database) -> None:
    old, new = drops(store, "old", "new")
    serve(store, old, "a")
    serve(store, new, "b")
    with store.write() as session:
        session.get_one(SupplyDrop, new).window_to = NOON + timedelta(days=9)

    gone = servings.purge(store, NOON + timedelta(days=3), OFFICIAL, NOON + timedelta(days=3))

    assert gone == 1
    assert tokens(store) == ["b"]
    with store.read() as session:
        assert session.get_one(SupplyDrop, old).served == 1
