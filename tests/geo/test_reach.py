"""Reach on foot: it goes round closed areas, in through open gates only, and is what networkx finds."""

from __future__ import annotations

import h3.api.basic_int as h3
import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.cells import BadCell, Cells, center
from geo.distances import walking_metres
from geo.reach import (
    Closed,
    Network,
    leads_out,
    minutes_to_nearest,
    reach,
    straight_metres,
    surroundings,
    walking_network,
)
from tests.geo.places import ODD_PLACES, SHANGHAI

RADIUS = 5


def around(place: tuple[float, float], steps: int) -> Cells:
    """The cells within some steps of a place."""
    return np.array(sorted(h3.grid_disk(h3.latlng_to_cell(place[1], place[0], 11), steps)), dtype=np.int64)


@st.composite
def neighbourhoods(draw: st.DrawFn) -> tuple[Cells, list[Closed]]:
    """Cells around a place, some of them missing, and up to four closed areas that may overlap, with their gates."""
    cells = around(draw(st.sampled_from(ODD_PLACES)), RADIUS)
    missing = draw(st.lists(st.sampled_from(cells.tolist()), max_size=20))
    cells = cells[~np.isin(cells, missing)]
    closed = []
    for _ in range(draw(st.integers(0, 4))):
        middle = draw(st.sampled_from(cells.tolist()))
        inside = np.array(sorted(h3.grid_disk(middle, draw(st.integers(0, 3)))), dtype=np.int64)
        near = sorted(h3.grid_disk(middle, 4))
        closed.append(Closed(inside, np.array(draw(st.lists(st.sampled_from(near), max_size=3)), dtype=np.int64)))
    return cells, closed


def may_step(here: int, there: int, closed: list[tuple[set[int], set[int]]]) -> bool:
    """The rule in plain words: whoever crosses a border does it at one of that area's open gates."""
    return all((here in inside) == (there in inside) or here in gates or there in gates for inside, gates in closed)


def by_networkx(cells: Cells, closed: list[Closed]) -> networkx.Graph:
    graph = networkx.Graph()
    known = set(cells.tolist())
    areas = [(set(area.cells.tolist()), set(area.gates.tolist())) for area in closed]
    graph.add_nodes_from(known)
    for here in known:
        for there in known.intersection(h3.grid_disk(here, 1)) - {here}:
            if here < there and may_step(here, there, areas):
                metres = float(walking_metres(*center(here), *center(there)))
                graph.add_edge(here, there, weight=metres / 75 / (2 / 3**0.5 * 3 / np.pi))
    return graph


def within(network: Network, start: int, minutes: float) -> dict[int, float]:
    found = reach(network, network.places(np.array([start])), minutes)
    return dict(zip(network.cells[found.place].tolist(), found.minutes.tolist(), strict=True))


@given(neighbourhoods(), st.data(), st.floats(0, 15))
@settings(max_examples=40)
def test_reach_is_what_networkx_finds(some: tuple[Cells, list[Closed]], data: st.DataObject, minutes: float) -> None:
    cells, closed = some
    start = data.draw(st.sampled_from(cells.tolist()))

    wanted = networkx.single_source_dijkstra_path_length(by_networkx(cells, closed), start, cutoff=minutes)

    assert within(walking_network(cells, closed), start, minutes) == pytest.approx(wanted)


@given(neighbourhoods(), st.data())
@settings(max_examples=30)
def test_a_closed_area_without_a_gate_is_never_entered(some: tuple[Cells, list[Closed]], data: st.DataObject) -> None:
    cells, closed = some
    if not closed:
        return
    shut = [Closed(closed[0].cells, closed[0].gates[:0]), *closed[1:]]
    start = data.draw(st.sampled_from(cells.tolist()))

    found = np.array(list(within(walking_network(cells, shut), start, 60)))

    assert len(set(np.isin(found, shut[0].cells).tolist())) == 1
    assert np.isin(start, shut[0].cells) == np.isin(found[0], shut[0].cells)


@given(neighbourhoods(), st.data(), st.floats(0, 10), st.floats(0, 10))
@settings(max_examples=20)
def test_reach_grows_with_the_minutes(
    some: tuple[Cells, list[Closed]], data: st.DataObject, minutes: float, more: float
) -> None:
    cells, closed = some
    network, start = walking_network(cells, closed), data.draw(st.sampled_from(cells.tolist()))

    assert within(network, start, minutes).items() <= within(network, start, minutes + more).items()


@given(neighbourhoods())
@settings(max_examples=20)
def test_the_nearest_end_is_the_nearest_of_all_ends(some: tuple[Cells, list[Closed]]) -> None:
    cells, closed = some
    network = walking_network(cells, closed)
    ends = np.arange(0, len(cells), 7)

    found = reach(network, ends, np.inf)
    back = reach(network, np.arange(len(cells)), np.inf, ends)
    nearest: NDArray[np.float64] = np.full(len(cells), np.inf)
    np.minimum.at(nearest, found.place, found.minutes)

    assert minutes_to_nearest(network, ends) == pytest.approx(nearest)
    there = dict(zip(zip(ends[found.start], found.place, strict=True), found.minutes, strict=True))
    assert dict(zip(zip(back.place, back.start, strict=True), back.minutes, strict=True)) == pytest.approx(there)


def test_a_gate_lets_people_into_its_own_area_only() -> None:
    cells = around(SHANGHAI, 6)
    middle = h3.latlng_to_cell(SHANGHAI[1], SHANGHAI[0], 11)
    outer, inner = (np.array(h3.grid_disk(middle, steps), dtype=np.int64) for steps in (3, 1))
    at_the_outer_wall, at_the_inner_wall = h3.grid_ring(middle, 3)[0], h3.grid_ring(middle, 1)[0]
    start = h3.grid_ring(middle, 6)[0]

    def comes_to(of_outer: list[int], of_inner: list[int]) -> set[int]:
        gates = [np.array(some, dtype=np.int64) for some in (of_outer, of_inner)]
        network = walking_network(cells, [Closed(outer, gates[0]), Closed(inner, gates[1])])
        assert leads_out(network).tolist() == [cell in within(network, start, 60) for cell in network.cells.tolist()]
        return set(within(network, start, 60))

    assert middle not in comes_to([], [at_the_inner_wall])
    assert middle not in comes_to([at_the_outer_wall], [])
    assert middle in comes_to([at_the_outer_wall], [at_the_inner_wall])


def test_a_kilometre_in_a_straight_line_is_seventeen_minutes_within_a_tenth() -> None:
    network = walking_network(around(SHANGHAI, 25), [])
    found = reach(network, network.places(around(SHANGHAI, 0)), 60)
    lngs, lats = np.array([center(cell) for cell in network.cells[found.place].tolist()]).T
    metres = walking_metres(*center(int(around(SHANGHAI, 0)[0])), lngs, lats)
    far = metres > 1000

    ratio = found.minutes[far] / (metres[far] / 75)

    assert ratio.mean() == pytest.approx(1, abs=0.02)
    assert (ratio > 0.9).all()
    assert (ratio < 1.1).all()


def test_a_cell_that_is_not_in_the_network_is_named() -> None:
    network = walking_network(around(SHANGHAI, 1), [])

    with pytest.raises(BadCell, match="is not in the network"):
        network.places(around((120.0, 30.0), 0))
    with pytest.raises(BadCell, match="is not in the network"):
        walking_network(np.empty(0, dtype=np.int64), []).places(around(SHANGHAI, 0))


def test_without_cells_or_starts_nothing_is_in_reach() -> None:
    nobody = np.empty(0, dtype=np.intp)
    nowhere = walking_network(np.empty(0, dtype=np.int64), [Closed(around(SHANGHAI, 1), around(SHANGHAI, 0))])

    assert len(reach(nowhere, nobody, 10).place) == 0
    assert len(leads_out(nowhere)) == 0
    assert np.isinf(minutes_to_nearest(walking_network(around(SHANGHAI, 1), []), nobody)).all()


@given(st.sampled_from(ODD_PLACES), st.floats(0, 25))
@settings(max_examples=20)
def test_whatever_is_reached_lies_in_the_surroundings(place: tuple[float, float], minutes: float) -> None:
    start, cells = around(place, 0), around(place, 40)
    network = walking_network(cells, [])

    found = reach(network, network.places(start), minutes)

    assert np.isin(network.cells[found.place], surroundings(start, straight_metres(minutes))).all()
