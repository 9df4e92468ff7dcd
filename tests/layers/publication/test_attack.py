"""Nobody can learn from what is published that one to four households ask, and on careless publishers one can.

The attacker is `tests.layers.publication.attacker`: it has tried every small town, so it knows all that can be known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

from geo import cells
from layers.publication.rules import K, Published, choose
from tests.layers.publication.attacker import Kind, Place, Publisher, Towns, publish_all, publish_these

#: Three cells of resolution 11 under one parent; then two of another parent, beside the first one's parent.
A, B, C = ((0, 0, 0, 0, 0, last) for last in (0, 1, 2))
AUNT, FAR = (0, 0, 0, 0, 1, 0), (0, 0, 0, 0, 1, 1)

X, Y, Z = 0, 1, 2


def household(place: Place, *services: int) -> Kind:
    """A household that asks for some services at one place."""
    return tuple((place, slot) for slot in services)


def some_of(place: Place, *services: int) -> list[Kind]:
    """Households of every kind at one place: those that ask for one of the services, for two, for all."""
    sizes = range(1, len(services) + 1)
    return [household(place, *slots) for size in sizes for slots in combinations(services, size)]


#: Towns by name: the kinds of household in them, how many households there are at most, how many services can be
#: asked for, and k. Smaller k and fewer services leave less to hide behind, and more towns can be tried.
TOWNS: dict[str, tuple[list[Kind], int, int, int]] = {
    "two siblings": ([household(place, X) for place in (A, B)], 28, 1, 5),
    "three siblings": ([*(household(place, X) for place in (A, B, C)), ((A, X), (B, X))], 22, 1, 5),
    "a cell beside a pair of cells": (
        [*(household(place, X) for place in (A, AUNT, FAR)), ((A, X), (AUNT, X)), ((AUNT, X), (FAR, X))], 15, 1, 3,
    ),
    "one cell, two services": (some_of(A, X, Y), 24, 2, 5),
    "one cell, three services": (some_of(A, X, Y, Z), 11, 3, 3),
    "one cell, four services": ([household(A, slot) for slot in range(4)], 17, 4, 3),
    "two siblings, two services": (some_of(A, X, Y) + some_of(B, X, Y), 13, 2, 3),
    "two siblings, three services": (
        [household(place, *slots) for place in (A, B) for slots in ((X,), (Y,), (Z,), (X, Y, Z))], 8, 3, 2,
    ),
    "a cell beside a pair of cells, two services": (
        [kind for place in (A, AUNT, FAR) for kind in some_of(place, X, Y)], 8, 2, 2,
    ),
    "a cell beside a pair of cells, three services": (
        [household(place, slot) for place in (A, AUNT, FAR) for slot in (X, Y, Z)], 9, 3, 2,
    ),
}  # fmt: skip


def published(publisher: Publisher, name: str) -> tuple[Towns, int]:
    """Every town of a name as a publisher shows it, and k."""
    kinds, most, services, k = TOWNS[name]
    return publish_all(publisher, kinds, most, services, k), k


@pytest.mark.parametrize("name", TOWNS)
def test_no_figure_of_fewer_than_k_households_follows_from_a_publication(name: str) -> None:
    towns, k = published(choose, name)

    assert len(set(towns.seen)) >= 9  # there is something to reason from
    assert towns.secrets(k) == []


def households_by(where: np.ndarray, households: np.ndarray) -> dict[int, int]:
    """How many distinct households there are in each cell, or for each other value."""
    found: dict[int, set[int]] = defaultdict(set)
    for value, household_number in zip(where.tolist(), households.tolist(), strict=True):
        found[value].add(household_number)
    return {value: len(own) for value, own in found.items()}


def at_every_resolution(
    leaves: np.ndarray, slots: np.ndarray, households: np.ndarray, services: int, k: int
) -> Iterator[Published]:
    """Careless: each cell of each resolution is shown if it reaches k itself."""
    for res in range(5, 12):
        for cell, count in households_by(cells.parent(leaves, res), households).items():
            if count >= k:
                yield Published(cell, res, count // k * k, {})


def exactly(
    leaves: np.ndarray, slots: np.ndarray, households: np.ndarray, services: int, k: int
) -> Iterator[Published]:
    """Careless: each cell that reaches k is shown with its exact count."""
    for cell, count in households_by(cells.parent(leaves, 11), households).items():
        if count >= k:
            yield Published(cell, 11, count, {})


def each_service_by_itself(
    leaves: np.ndarray, slots: np.ndarray, households: np.ndarray, services: int, k: int
) -> Iterator[Published]:
    """Careless: each service that reaches k in a cell is told, whatever the totals then say of the others."""
    by_service = [households_by(cells.parent(leaves[slots == slot], 11), households[slots == slot])
                  for slot in range(services)]  # fmt: skip
    for one in at_every_resolution(leaves, slots, households, services, k):
        if one.res == 11:
            told = {slot: counts.get(one.cell, 0) // k * k for slot, counts in enumerate(by_service)}
            yield Published(one.cell, 11, one.needs, {slot: count for slot, count in told.items() if count})


@pytest.mark.parametrize(
    ("careless", "name"),
    [(at_every_resolution, "two siblings"), (each_service_by_itself, "one cell, three services")],
    ids=["every resolution by itself", "every service by itself"],
)
def test_the_attacker_learns_secrets_from_a_careless_publisher(careless: Publisher, name: str) -> None:
    towns, k = published(careless, name)

    assert towns.secrets(k)


def difference(publisher: Publisher, before: dict[Kind, int], after: dict[Kind, int]) -> int:
    """What a reader of two publications gets by taking one from the other: the change of all figures together."""
    kinds = list(after)
    counts = np.array([[town.get(kind, 0) for kind in kinds] for town in (before, after)])
    one, other = publish_these(publisher, kinds, counts, 1, K).seen
    return sum(needs for _, _, needs, _ in other) - sum(needs for _, _, needs, _ in one)


def test_between_two_publications_figures_change_by_k_households_or_not_at_all() -> None:
    towns, k = published(choose, "a cell beside a pair of cells")

    assert {needs % k for seen in towns.seen for _, _, needs, _ in seen} == {0}
    assert difference(choose, {household(A, X): 12}, {household(A, X): 13}) == 0
    assert difference(exactly, {household(A, X): 12}, {household(A, X): 13}) == 1  # the careless one tells


def rows_for_households(
    leaves: np.ndarray, slots: np.ndarray, households: np.ndarray, services: int, k: int
) -> Iterator[Published]:
    """Careless: the right cells, but needs are counted, so that one household can move a figure."""
    counts = Counter(cells.parent(leaves, 11).tolist())
    return (Published(one.cell, one.res, counts[one.cell] // k * k, {})
            for one in choose(leaves, slots, households, services, k))  # fmt: skip


def test_one_household_with_many_needs_moves_no_figure() -> None:
    five, busy = {household(A, X): 5}, household(A, X, X, X, X, X)
    with_a_sixth = five | {busy: 1}

    assert difference(choose, five, with_a_sixth) == 0
    assert difference(rows_for_households, five, with_a_sixth) == 5


def test_false_pins_unmask_the_fifth_where_pins_count_that_nobody_acknowledged() -> None:
    """Why only acknowledged needs are counted: what a reader learns who adds 0 to 4 pins of his own, one by one."""
    real, false = household(A, X), household(A, X, X)
    towns = publish_all(choose, [real, false], 13, 1, K)
    looks = dict(zip(map(tuple, towns.counts.tolist()), towns.seen, strict=True))
    watched = {count: tuple(looks[count, own] for own in range(5)) for count in range(10)}
    acknowledged_only = {count: (looks[count, 0],) * 5 for count in range(10)}

    assert len({watched[count] for count in range(1, 5)}) == 4  # each count is told from the others
    assert len({acknowledged_only[count] for count in range(5)}) == 1  # from none at all, too


def test_who_knows_that_one_household_came_learns_that_it_was_the_fifth() -> None:
    """The limit that docs/privacy.md tells of: the moment at which a cell first carries a figure."""
    towns = publish_all(choose, [household(A, X)], 9, 1, K)

    assert [bool(seen) for seen in towns.seen] == [count >= K for count in range(10)]
