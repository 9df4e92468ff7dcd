"""Which needs count as one household's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.publication.households import household_numbers

#: A degree of latitude in metres.
DEGREE = 111_195.0


def numbered(pins: list[tuple[str | None, float, float]], lng: float = 120.12, lat: float = 30.28) -> list[int]:
    """The numbers of pins given by key and by metres east and north of a place."""
    east = np.array([pin[1] for pin in pins]) / (DEGREE * np.cos(np.radians(lat)))
    north = np.array([pin[2] for pin in pins]) / DEGREE
    return household_numbers([pin[0] for pin in pins], lng + east, lat + north).tolist()


@pytest.mark.parametrize("place", [(120.12, 30.28), (-179.9, -41.3), (25.7, 66.5), (0.0, 0.0)])
@pytest.mark.parametrize("way", [(1, 0), (0, 1), (0.6, 0.8), (-0.8, 0.6)])
@pytest.mark.parametrize(("metres", "households"), [(0, 1), (15, 1), (19.9, 1), (20.2, 2), (100, 2)])
def test_pins_without_a_key_are_one_household_within_20_metres(
    place: tuple[float, float], way: tuple[float, float], metres: float, households: int
) -> None:
    found = numbered([(None, 0, 0), (None, metres * way[0], metres * way[1])], *place)

    assert len(set(found)) == households


def test_the_same_key_is_the_same_household_wherever_it_is() -> None:
    assert numbered([("a", 0, 0), ("b", 0, 0), ("a", 9000, 0)]) == [0, 1, 0]


def test_a_chain_of_pins_without_a_key_is_one_household() -> None:
    assert len(set(numbered([(None, 15.0 * step, 0) for step in range(10)]))) == 1


def test_a_pin_without_a_key_beside_households_adds_none() -> None:
    found = numbered([("a", 0, 0), (None, 10, 0), ("b", 20, 0), (None, 200, 0)])

    assert found[1] == found[0]  # the first of two that are as near
    assert len(set(found)) == 3


def test_many_pins_at_one_place_are_one_household_in_no_time() -> None:
    count = 50_000  # every pair of them would be more than fits into memory
    numbers = household_numbers([None] * count, np.full(count, 120.12), np.full(count, 30.28))

    assert set(numbers.tolist()) == {0}


@given(
    pins=st.lists(
        st.tuples(st.sampled_from((None, None, "a", "b")), st.integers(0, 60), st.integers(0, 60)),
        min_size=1,
        max_size=12,
    ),
    order=st.randoms(use_true_random=False),
)
def test_how_many_households_there_are_does_not_depend_on_the_order_of_pins(
    pins: list[tuple[str | None, float, float]], order: np.random.Generator
) -> None:
    shuffled = list(pins)
    order.shuffle(shuffled)

    assert len(set(numbered(shuffled))) == len(set(numbered(pins)))
