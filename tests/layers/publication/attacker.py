"""A reader who knows the rule of publication and every town that could be, and reasons from what is published.

Every possible town is published, and towns that look alike from outside are put together. What the towns of such a
group have in common is what a reader can know; nobody who has only the public view can know more, however clever.

A town is so many households of each kind; a kind says where a household has needs, and of which services. Each town
stands under a cell of resolution 5 of its own, so that one call publishes all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise, product

import h3.api.basic_int as h3
import numpy as np

from geo import cells
from layers.publication.rules import Published

#: The digits of a cell below resolution 5, one a resolution.
Place = tuple[int, ...]
#: The needs of one household: where, and of which service slot.
Kind = tuple[tuple[Place, int], ...]
#: What publishes needs given by leaf, slot and household: takes the number of services and k as well.
Publisher = Callable[[np.ndarray, np.ndarray, np.ndarray, int, int], Iterable[Published]]
#: What a reader sees of one town: cells without the digits of the town's own, resolutions, figures.
Seen = tuple[tuple[int, int, int, tuple[tuple[int, int], ...]], ...]


@dataclass(frozen=True)
class Secret:
    """That between `least` and `most` households ask for one of some services in one of some places."""

    places: tuple[Place, ...]
    services: tuple[int, ...]
    least: int
    most: int
    seen: Seen


@dataclass(frozen=True)
class Towns:
    """Every town of at most so many households, and what a reader sees of each."""

    kinds: tuple[Kind, ...]
    most: int
    counts: np.ndarray  # towns × kinds
    seen: tuple[Seen, ...]

    def secrets(self, k: int) -> list[Secret]:
        """All that a reader knows and nobody may: for any places and services, that 1 to k - 1 households ask.

        Looks with figures so large that a larger town could be behind them are left out.
        """
        names = {seen: number for number, seen in enumerate(dict.fromkeys(self.seen))}
        group = np.array([names[seen] for seen in self.seen])
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        looks = list(names)
        found = []
        for places, services in self._questions():
            asks = [any(place in places and slot in services for place, slot in kind) for kind in self.kinds]
            answer = (self.counts @ np.array(asks, dtype=np.int64))[order]
            least, most = np.minimum.reduceat(answer, starts), np.maximum.reduceat(answer, starts)
            found += [
                Secret(places, services, int(least[at]), int(most[at]), looks[at])
                for at in np.flatnonzero((least >= 1) & (most < k)).tolist()
                if _most_behind(looks[at], k) <= self.most
            ]
        return found

    def _questions(self) -> Iterable[tuple[tuple[Place, ...], tuple[int, ...]]]:
        needs = sorted({need for kind in self.kinds for need in kind})
        return product(_subsets({place for place, _ in needs}), _subsets({slot for _, slot in needs}))


def _most_behind(seen: Seen, k: int) -> int:
    """How many households a town may have that looks like this: nested cells count once."""
    outer: list[tuple[int, int, int]] = []
    for digits, res, needs, _ in sorted(seen, key=lambda one: one[1]):
        if not any(digits >> 3 * (15 - above) == other >> 3 * (15 - above) for other, above, _ in outer):
            outer.append((digits, res, needs))
    return sum(needs + k - 1 for _, _, needs in outer)


def publish_all(publisher: Publisher, kinds: Sequence[Kind], most: int, services: int, k: int) -> Towns:
    """Publishes every town of at most `most` households of these kinds."""
    counts = np.array(list(_sharings(most, len(kinds))), dtype=np.int64)
    return publish_these(publisher, kinds, counts, services, k)


def _sharings(most: int, kinds: int) -> Iterable[tuple[int, ...]]:
    """All ways to have at most so many households of so many kinds."""
    for walls in combinations(range(most + kinds), kinds):
        yield tuple(wall - before - 1 for before, wall in pairwise((-1, *walls)))


def publish_these(publisher: Publisher, kinds: Sequence[Kind], counts: np.ndarray, services: int, k: int) -> Towns:
    """Publishes towns that have so many households (towns × kinds)."""
    roots = _roots(len(counts))
    first = np.concatenate(([0], np.cumsum(counts.sum(axis=1))))  # the number of each town's first household
    before = np.hstack((np.zeros((len(counts), 1), dtype=np.int64), np.cumsum(counts, axis=1)))
    leaves, slots, households = [], [], []
    for at, kind in enumerate(kinds):
        town = np.repeat(np.arange(len(counts)), counts[:, at])
        nth = np.arange(len(town)) - np.repeat(np.cumsum(counts[:, at]) - counts[:, at], counts[:, at])
        for place, slot in kind:
            leaves.append(_under(roots[town], place))
            slots.append(np.full(len(town), slot, dtype=np.int64))
            households.append(first[town] + before[town, at] + nth)
    told = publisher(np.concatenate(leaves), np.concatenate(slots), np.concatenate(households), services, k)
    return Towns(tuple(kinds), int(counts.sum(axis=1).max()), counts, tuple(_seen(told, roots)))


def _seen(told: Iterable[Published], roots: np.ndarray) -> Iterable[Seen]:
    found: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    for one in told:
        root = cells.parent(one.cell, 5)
        found[root].append((one.cell & ((1 << 30) - 1), one.res, one.needs, tuple(sorted(one.slots.items()))))
    return (tuple(sorted(found[root])) for root in roots.tolist())


def _roots(count: int) -> np.ndarray:
    """So many cells of resolution 5, none a pentagon."""
    bases = [base for base in sorted(h3.get_res0_cells()) if not h3.is_pentagon(base)]
    enough = (cells.children(base, 5) for base in bases[: count // 7**5 + 1])
    return np.concatenate(list(enough))[:count]


def _under(roots: np.ndarray, place: Place) -> np.ndarray:
    """The first leaf of a place under each of some cells of resolution 5."""
    digits = sum(digit << 3 * (15 - 6 - at) for at, digit in enumerate(place))
    return np.asarray(cells.leaf_ranges(roots)[0] | digits)


def _subsets(of: Iterable[object]) -> list[tuple]:  # type: ignore[type-arg]
    ordered = sorted(of)  # type: ignore[type-var]
    return list(chain.from_iterable(combinations(ordered, size) for size in range(1, len(ordered) + 1)))
