"""Reach over streets: along ways, over water on a bridge, in through open gates; as before where no street is known."""

from __future__ import annotations

from collections.abc import Sequence

import h3.api.basic_int as h3
import networkx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.boxes import cells_in_box
from geo.cells import Cells
from geo.coordinates import Box
from geo.distances import great_circle_m
from geo.reach import Network, reach, walking_network
from geo.street_network import Walls, street_network
from geo.streets import Streets, graph_of
from geo.walls import closed_areas, places_of
from tests.geo.places import SHANGHAI

LNG, LAT = SHANGHAI
METRE = 1 / 111_195
NARROW = float(np.cos(np.radians(LAT)))
AREA = Box(LNG - 0.012, LAT - 0.010, LNG + 0.012, LAT + 0.010)
CELLS = cells_in_box(AREA, 11)

Place = tuple[float, float]


def at(east_m: float, north_m: float) -> Place:
    return LNG + east_m * METRE / NARROW, LAT + north_m * METRE


def line(*places: Place) -> shapely.LineString:
    return shapely.LineString([at(*place) for place in places])


def square(east_m: float, north_m: float, half_m: float) -> shapely.Polygon:
    return shapely.box(*at(east_m - half_m, north_m - half_m), *at(east_m + half_m, north_m + half_m))


def streets(
    *ways: shapely.LineString, barriers: Sequence[shapely.LineString] = (), shores: Sequence[shapely.LineString] = (),
    box: Box = AREA,
) -> Streets:  # fmt: skip
    return Streets(*(np.array(some, dtype=object) for some in (ways, barriers, shores)), [box])


def walls(cells: Cells = CELLS, *areas: tuple[shapely.Polygon, Sequence[Place]]) -> Walls:
    outlines = [outline for outline, _ in areas]
    gates = [tuple(np.array([at(*gate) for gate in some], dtype=float).reshape(-1, 2).T) for _, some in areas]
    return Walls(closed_areas(cells, outlines, gates), outlines, gates)


def minutes_between(network: Network, here: Place, there: Place) -> float:
    """From the cell of one place to that of another, infinite without a way."""
    start, end = network.places(np.array([h3.latlng_to_cell(*at(*one)[::-1], 11) for one in (here, there)]))
    found = reach(network, np.array([start]), np.inf, np.array([end]))
    return float(found.minutes[0]) if len(found.minutes) else np.inf


def over(some: Streets, some_walls: Walls | None = None) -> Network:
    return street_network(CELLS, some_walls or walls(), some).network


BANKS = (line((-600, -60), (600, -60)), line((-600, 60), (600, 60)))
BRIDGE = line((400, -60), (400, 60))
RIVER = line((-2000, 0), (2000, 0))
CORNERS = [(east, north) for east in range(-400, 401, 200) for north in range(-400, 401, 200)]


@st.composite
def towns(draw: st.DrawFn) -> list[shapely.LineString]:
    """Ways from corner to corner of a town, some 200 m apart; they cross without meeting now and then."""
    ways = draw(st.lists(st.lists(st.sampled_from(CORNERS), min_size=2, max_size=5), min_size=1, max_size=6))
    return [line(*way) for way in ways if len(set(way)) > 1]


@given(towns())
@settings(max_examples=15)
def test_ways_along_streets_are_as_long_as_networkx_finds_them(ways: list[shapely.LineString]) -> None:
    graph = graph_of(np.array(ways, dtype=object))
    wanted = networkx.Graph()
    for way in ways:
        for here, there in zip(way.coords[:-1], way.coords[1:], strict=True):
            wanted.add_edge(here, there, weight=float(great_circle_m(*here, *there)))
    places = list(zip(graph.lngs.tolist(), graph.lats.tolist(), strict=True))
    ends = sorted({way.coords[side] for way in ways for side in (0, -1)} & set(wanted.nodes))

    edges = csr_array((graph.metres, (graph.here, graph.there)), shape=(len(places), len(places)))
    found = dijkstra(edges, directed=False, indices=[places.index(end) for end in ends])

    for row, here in zip(found, ends, strict=True):
        lengths = networkx.single_source_dijkstra_path_length(wanted, here)
        assert [row[places.index(there)] for there in ends] == pytest.approx(
            [lengths.get(there, np.inf) for there in ends], rel=1e-6
        )


@given(towns(), st.sampled_from(CORNERS), st.sampled_from([60.0, 150.0]), st.sampled_from(CORNERS))
@settings(max_examples=15)
def test_no_street_leads_into_a_closed_area_without_a_gate(
    ways: list[shapely.LineString], middle: Place, half_m: float, start: Place
) -> None:
    with_a_gate = (square(0, 100, 250), [(0, 350), (-250, 0)])
    shut = walls(CELLS, (square(*middle, half_m), ()), with_a_gate)
    network = over(streets(*ways), shut)

    [place] = network.places(np.array([h3.latlng_to_cell(*at(*start)[::-1], 11)]))
    found = network.cells[reach(network, np.array([place]), 60).place]

    assert len(set(np.isin(found, shut.closed[0].cells).tolist())) == 1


@given(towns(), st.sampled_from(CORNERS), st.floats(0, 12), st.floats(0, 12))
@settings(max_examples=10)
def test_reach_over_streets_grows_with_the_minutes(
    ways: list[shapely.LineString], start: Place, minutes: float, more: float
) -> None:
    network = over(streets(*ways, barriers=[RIVER]))
    place = network.places(np.array([h3.latlng_to_cell(*at(*start)[::-1], 11)]))

    few, many = (set(reach(network, place, limit).place.tolist()) for limit in (minutes, minutes + more))

    assert few <= many


def test_people_walk_round_the_corner_and_not_across_the_block() -> None:
    network = over(streets(line((-400, 0), (0, 0), (0, 400))))

    minutes = minutes_between(network, (-390, 0), (0, 390))

    assert minutes == pytest.approx(780 / 75, rel=0.12)
    assert minutes_between(walking_network(CELLS, []), (-390, 0), (0, 390)) < minutes


@pytest.mark.parametrize("bank_m", [60, 300])
def test_a_river_is_crossed_on_a_bridge_and_nowhere_else(bank_m: float) -> None:
    banks = [line((-600, side), (600, side)) for side in (-bank_m, bank_m)]
    bridge = line((400, -bank_m), (400, bank_m))

    without = over(streets(*banks, barriers=[RIVER]))
    with_bridge = over(streets(*banks, line((-600, -bank_m), (400, -bank_m)), bridge,
                               line((400, bank_m), (600, bank_m)), barriers=[RIVER]))  # fmt: skip

    assert minutes_between(without, (0, -bank_m), (0, bank_m)) == np.inf
    assert minutes_between(with_bridge, (0, -bank_m), (0, bank_m)) > (800 + 2 * bank_m) / 75


def test_a_bridge_does_not_lead_down_to_the_street_below_it() -> None:
    below, bridge = line((-400, 0), (400, 0)), line((0, -400), (0, 400))

    assert len(set(graph_of(np.array([below, bridge], dtype=object)).parts().tolist())) == 2


def test_ways_meet_wherever_they_share_a_vertex_and_the_shortest_of_two_counts() -> None:
    street = line(*((east, 0) for east in range(0, 310, 10)))
    lanes = [line((east, 0), (east, 50)) for east in (110, 120, 130)]
    detour, straight = line((-10, 0), (-5, 9), (0, 0)), line((-10, 0), (0, 0))
    graph = graph_of(np.array([street, *lanes, detour, straight], dtype=object))
    edges = csr_array((graph.metres, (graph.here, graph.there)), shape=(len(graph.lngs), len(graph.lngs)))
    west = int(graph.lngs.argmin())

    assert set(graph.parts().tolist()) == {0}
    assert dijkstra(edges, directed=False, indices=west).max() == pytest.approx(310, abs=1)


def test_a_home_by_a_canal_hangs_on_a_street_of_its_own_bank_though_another_is_nearer() -> None:
    near, far = line((-600, 40), (600, 40)), line((-600, -140), (600, -140))
    network = over(streets(near, far, barriers=[RIVER]))

    assert minutes_between(network, (0, -30), (0, -140)) < 4
    assert minutes_between(network, (0, -30), (0, 40)) == np.inf


def test_nobody_gets_out_of_a_courtyard_over_the_closed_houses_around_it() -> None:
    ring = square(0, 0, 110).difference(square(0, 0, 60))
    network = over(streets(line((-600, 125), (600, 125))), walls(CELLS, (ring, ())))

    assert minutes_between(network, (0, 0), (0, 125)) == np.inf


def test_those_within_get_from_one_lane_of_their_compound_to_another_that_meets_it_outside_only() -> None:
    lanes = [line((east, 50), (east, 330)) for east in (-100, 100)]
    compound = square(0, 200, 140)
    network = over(streets(line((-600, 50), (600, 50)), *lanes), walls(CELLS, (compound, [(-100, 60)])))

    assert minutes_between(network, (-300, 50), (100, 190)) < 900 / 75


@pytest.mark.parametrize("gates", [[], [(0, 100)]])
def test_an_open_gate_leads_over_the_water_around_a_compound(gates: list[Place]) -> None:
    moat = line((-600, 98), (600, 98))
    network = over(streets(line((-600, 50), (600, 50)), barriers=[moat]), walls(CELLS, (square(0, 200, 100), gates)))

    assert np.isfinite(minutes_between(network, (0, 50), (0, 200))) == bool(gates)


def test_a_lake_is_not_walked_over_but_its_bank_is_reached() -> None:
    lake = square(0, 0, 500).exterior
    banks = (line((-560, -600), (-560, 600)), line((560, -600), (560, 600)))

    without, network = over(streets(*banks)), over(streets(*banks, shores=[lake]))

    assert minutes_between(without, (-560, 0), (560, 0)) < 25
    assert minutes_between(network, (-560, 0), (560, 0)) > 30, "round its end"
    assert minutes_between(network, (-560, 0), (-480, 0)) < 3


@pytest.mark.parametrize(("gate", "leads_in"), [((0, 90), True), ((30, 100), True), ((80, 100), False)])
def test_a_street_is_cut_at_a_closed_border_but_at_an_open_gate(gate: Place, leads_in: bool) -> None:
    street = line((0, -300), (0, 300))
    compound = square(0, 200, 100)

    network = over(streets(street), walls(CELLS, (compound, [gate])))
    minutes = minutes_between(network, (0, -200), (0, 200))

    assert minutes == pytest.approx(400 / 75, abs=0.8) if leads_in else minutes > 400 / 75


def test_where_only_another_gate_is_open_people_go_in_there() -> None:
    """The gate is in the northern wall, where no street leads; those within walk to it over their own ground."""
    street = line((0, -300), (0, 50), (0, 150), (0, 200))
    around = line((0, 50), (150, 50), (150, 350), (-150, 350), (-150, 50), (0, 50))
    compound = square(0, 200, 100)

    network = over(streets(street, around), walls(CELLS, (compound, [(0, 300)])))

    assert 600 / 75 < minutes_between(network, (0, -50), (0, 200)) < 1100 / 75


def test_a_street_along_a_closed_border_stays_open() -> None:
    network = over(streets(line((-300, 100), (300, 100))), walls(CELLS, (square(0, 200, 100), ())))

    assert minutes_between(network, (-290, 100), (290, 100)) == pytest.approx(580 / 75, rel=0.15)
    assert minutes_between(network, (-290, 100), (0, 200)) == np.inf


def test_a_home_across_the_wall_from_a_street_hangs_on_its_own_side_of_it() -> None:
    shut = walls(CELLS, (square(0, 200, 100), ()))
    network = over(streets(line((-300, 85), (300, 85))), shut)
    lng, lat = at(0, 110)

    [home] = places_of(network.cells, shut.closed, shut.outlines, np.array([lng]), np.array([lat]))
    found = reach(network, np.array([home]), 60)

    assert np.isin(network.cells[found.place], shut.closed[0].cells).all()


def test_a_path_of_some_metres_that_leads_nowhere_cuts_nobody_off() -> None:
    slip = line((0, 60), (100, 60))
    network = over(streets(line((-600, 0), (600, 0)), slip))

    assert minutes_between(network, (50, 60), (300, 0)) < 400 / 75


def test_outside_of_what_was_loaded_people_walk_as_without_streets() -> None:
    elsewhere = Box(LNG + 0.1, LAT, LNG + 0.2, LAT + 0.1)
    found = street_network(CELLS, walls(), streets(*BANKS, barriers=[RIVER], box=elsewhere))
    network, known = found.network, found.known
    before = walking_network(CELLS, [])
    size = len(CELLS)

    assert not known.any()
    assert abs(network.steps[:size, :size] - before.steps).max() == 0
    assert network.steps[:size, size:].nnz == 0


def test_in_a_field_of_an_extract_people_walk_from_cell_to_cell() -> None:
    found = street_network(CELLS, walls(), streets(line((-600, -800), (600, -800))))

    assert found.known.all()
    assert minutes_between(found.network, (0, 400), (200, 400)) == pytest.approx(
        minutes_between(walking_network(CELLS, []), (0, 400), (200, 400))
    )


def test_nothing_is_known_of_streets_far_from_all_that_were_loaded() -> None:
    far = h3.latlng_to_cell(LAT + 0.05, LNG, 11)
    wide = Box(LNG - 0.1, LAT - 0.1, LNG + 0.1, LAT + 0.1)

    found = street_network(np.array([far]), walls(CELLS[:0]), streets(*BANKS, box=wide))

    assert not found.known.any()


def test_homes_by_a_narrow_canal_are_on_their_own_bank_and_their_own_side_of_the_walls() -> None:
    banks = [line((-600, side), (600, side)) for side in (-15, 15)]
    shut = walls(CELLS, *((square(east, 100, 98), ()) for east in (-400, 0, 400)))
    found = street_network(CELLS, shut, streets(*banks, barriers=[RIVER]))
    east_m, north_m = (axis.ravel() for axis in np.meshgrid(np.arange(-500, 501, 13.0), np.arange(-60.5, 61, 11)))
    lngs, lats = at(east_m, north_m)  # type: ignore[arg-type]

    by_wall = places_of(found.network.cells, shut.closed, shut.outlines, lngs, lats)
    homes = found.on_own_bank(by_wall, lngs, lats)

    middle = found.plane.of(np.array([LNG]), np.array([LAT]))[0, 1]
    is_wrong = [np.sign(found.towards[some, 1] - middle) != np.sign(north_m) for some in (by_wall, homes)]
    assert is_wrong[0].any()
    assert is_wrong[1].sum() == 0
    assert (found.marks[homes] == found.marks[by_wall]).all()
