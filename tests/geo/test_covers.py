"""Covers: every cell a polygon overlaps and no other, kept as ranges, with whole numbers shared among them."""

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from h3ronpy import ContainmentMode
from h3ronpy.vector import wkb_to_cells
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon

from geo import cells, covers, shapes
from geo.cells import COVER
from geo.covers import Cover, TooLarge, apportion, apportion_many, cells_at, cover, cover_of_cells
from geo.shapes import BadShape
from tests.geo.places import PENTAGONS, SHANGHAI, points_within, polygons, resolutions
from tests.geo.places import cells as some_cells

totals = st.integers(0, 1_000_000)
cell_covers = st.lists(some_cells(8, 11), min_size=1, max_size=6).map(cover_of_cells)


def hexagon(cell: int, near: float) -> Polygon:
    """The boundary of a cell, its longitudes brought near one given."""
    corners = np.array(cells.boundary(cell))
    corners[:, 0] -= 360 * np.round((corners[:, 0].mean() - near) / 360)
    return Polygon(corners)


def plain(found: Cover) -> list[int]:
    return cells_at(found, COVER).tolist()


@given(polygons())
def test_the_cell_of_every_point_of_a_polygon_is_in_its_cover(polygon: Polygon) -> None:
    lng, lat = points_within(polygon, 60)

    assert np.isin(cells.cells_of(lng, lat, COVER), cells_at(cover(polygon), COVER)).all()


@given(polygons())
@settings(max_examples=50)
def test_every_cell_of_a_cover_overlaps_the_polygon(polygon: Polygon) -> None:
    near = polygon.centroid.x
    reached = polygon.buffer(1e-9)

    assert all(reached.intersects(hexagon(cell, near)) for cell in plain(cover(polygon)))


@given(st.lists(polygons(), max_size=6))
@settings(max_examples=40)
def test_a_batch_gives_what_each_polygon_alone_gives(some: list[Polygon]) -> None:
    found = covers.covers(some)

    assert found == [cover(one) for one in some]
    for one, alone in zip(found, map(cover, some), strict=True):
        assert len(one.lo) > 0
        assert (one.n, one.rank.tolist()) == (alone.n, alone.rank.tolist())


@given(st.lists(polygons(odd=False), max_size=6))
@settings(max_examples=40)
def test_a_batch_has_the_very_sets_of_h3ronpy(some: list[Polygon]) -> None:
    theirs = wkb_to_cells(shapely.to_wkb(np.array(some, dtype=object)), COVER, ContainmentMode.Covers)

    assert [plain(one) for one in covers.covers(some)] == [sorted(set(one)) for one in theirs.to_pylist()]


def test_a_compound_smaller_than_a_cell_has_one_cell_wherever_it_lies() -> None:
    rng = np.random.default_rng(7)
    for lng, lat in zip(rng.uniform(-180, 180, 300), np.degrees(np.arcsin(rng.uniform(-0.99, 0.99, 300))), strict=True):
        found = cover(Point(lng, lat).buffer(1e-7))
        assert cells.cells_of([(lng + 180) % 360 - 180], [lat], COVER)[0] in plain(found)


def test_a_cell_wholly_in_a_hole_is_not_covered_and_one_with_a_small_hole_is() -> None:
    lng, lat = SHANGHAI
    wide, narrow = Point(lng, lat).buffer(0.01), Point(lng, lat).buffer(0.004)
    middle = cells.parent(cells.leaf_of(lng, lat), COVER)

    assert middle not in plain(cover(Polygon(wide.exterior, [narrow.exterior])))
    assert middle in plain(cover(Polygon(wide.exterior, [Point(lng, lat).buffer(1e-6).exterior])))


def test_a_multipolygon_has_the_cells_of_its_parts_each_once() -> None:
    parts = [shapely.box(121.47, 31.23, 121.48, 31.24), shapely.box(121.4801, 31.23, 121.49, 31.24)]

    both = cover(MultiPolygon(parts))

    assert plain(both) == sorted({*plain(cover(parts[0])), *plain(cover(parts[1]))})
    assert both == covers.union(cover(part) for part in parts)


@pytest.mark.parametrize(
    "ring",
    [
        [(179.99, -17), (180.01, -17), (180.01, -16.98), (179.99, -16.98)],
        [(-180.01, -17), (-179.99, -17), (-179.99, -16.98), (-180.01, -16.98)],
        [(179.99, -17), (-179.99, -17), (-179.99, -16.98), (179.99, -16.98)],
    ],
    ids=["beyond 180", "beyond -180", "with a jump"],
)
def test_a_polygon_over_the_antimeridian_has_the_same_cover_however_it_is_written(
    ring: list[tuple[float, float]],
) -> None:
    halves = [shapely.box(179.99, -17, 180, -16.98), shapely.box(-180, -17, -179.99, -16.98)]

    assert cover(Polygon(ring)) == covers.union(covers.covers(halves))
    assert cover(shapes.repair(Polygon(ring))[0]) == cover(Polygon(ring))


@pytest.mark.parametrize("place", PENTAGONS)
def test_a_pentagon_and_all_around_it_is_covered(place: tuple[float, float]) -> None:
    lng, lat = place
    pentagon = h3.latlng_to_cell(lat, lng, COVER)

    found = cover(Point(lng, lat).buffer(0.0008))

    assert set(h3.grid_disk(pentagon, 1)) <= set(plain(found))
    assert plain(cover(Point(lng, lat).buffer(1e-6))) == [pentagon]


@given(st.lists(some_cells(8, 11), min_size=1, max_size=6))
def test_a_cover_is_compacted_as_h3_compacts(some: list[int]) -> None:
    whole = {child for one in some for child in h3.cell_to_children(one, COVER)}

    found = cover_of_cells(sorted(whole))

    assert sorted(found.cells.tolist()) == sorted(h3.compact_cells(list(whole)))
    assert plain(found) == sorted(whole)
    assert cover_of_cells(some) == found


@given(cell_covers)
def test_ranges_are_sorted_and_disjoint_and_ranks_count_the_cells_before(found: Cover) -> None:
    sizes = [h3.cell_to_children_size(cell, COVER) for cell in found.cells.tolist()]

    assert (found.lo <= found.hi).all()
    assert (found.hi[:-1] < found.lo[1:]).all()
    assert found.rank.tolist() == [sum(sizes[:i]) for i in range(len(sizes))]
    assert found.n == sum(sizes)


def test_finer_cells_count_as_the_cover_cell_they_lie_in_and_coarser_than_served_as_their_parts() -> None:
    leaf = cells.leaf_of(*SHANGHAI)

    assert plain(cover_of_cells([leaf])) == [cells.parent(leaf, COVER)]
    assert cover_of_cells([cells.parent(leaf, 4)]).cells.tolist() == cells.children(cells.parent(leaf, 4), 5).tolist()


@given(cell_covers, st.lists(some_cells(11, 11).map(lambda cell: cells.leaf_range(cell)[1]), min_size=1))
def test_a_cover_contains_the_leaves_under_its_cells_and_no_other(found: Cover, leaves: list[int]) -> None:
    tried = np.array([*leaves, *found.lo, *found.hi], dtype=np.int64)
    covered = set(found.cells.tolist())
    wanted = [any(cells.parent(leaf, res) in covered for res in range(5, 12)) for leaf in tried.tolist()]

    assert found.contains(tried).tolist() == wanted


def test_the_union_of_nothing_is_empty_and_contains_nothing() -> None:
    nothing = covers.union([])

    assert (nothing.n, len(nothing.lo)) == (0, 0)
    assert not nothing.contains(np.array([cells.leaf_of(*SHANGHAI)])).any()
    assert len(cells_at(nothing, 9)) == 0
    assert nothing != "a cover"
    assert hash(nothing) == hash(cover_of_cells([]))


@given(cell_covers, resolutions)
def test_cells_at_a_resolution_are_the_parents_of_the_cover_cells_each_once(found: Cover, res: int) -> None:
    assert cells_at(found, res).tolist() == sorted({h3.cell_to_parent(cell, res) for cell in plain(found)})


@given(totals, st.one_of(cell_covers, polygons().map(cover)))
def test_a_total_is_kept_at_every_resolution_and_a_cell_holds_the_sum_of_its_children(total: int, found: Cover) -> None:
    finer: dict[int, int] = {}
    for res in range(11, 4, -1):
        held = dict(zip(*(part.tolist() for part in apportion(total, found, res)), strict=True))
        assert sum(held.values()) == total
        assert min(held.values()) >= 0
        if finer:
            assert held == {
                cell: sum(amount for child, amount in finer.items() if h3.cell_to_parent(child, res) == cell)
                for cell in held
            }
        finer = held


@pytest.mark.parametrize("place", [SHANGHAI, PENTAGONS[0]], ids=["hexagon", "pentagon"])
def test_a_total_is_shared_below_the_cells_of_a_coarse_cover_too(place: tuple[float, float]) -> None:
    coarse = cells.parent(cells.leaf_of(*place), 5)

    found, amounts = apportion(1_000_003, cover_of_cells([coarse]), 7)

    below = cells.child_count(found, COVER)
    ends = np.cumsum(below)
    assert found.tolist() == sorted(h3.cell_to_children(coarse, 7))
    assert amounts.tolist() == (1_000_003 * ends // ends[-1] - 1_000_003 * (ends - below) // ends[-1]).tolist()


@given(totals, polygons())
def test_the_share_of_a_cover_cell_follows_the_formula_in_index_order(total: int, polygon: Polygon) -> None:
    found, amounts = apportion(total, cover(polygon), COVER)
    n = len(found)

    assert found.tolist() == sorted(found.tolist())
    assert amounts.tolist() == [total * (i + 1) // n - total * i // n for i in range(n)]


@given(st.lists(st.tuples(totals, cell_covers), max_size=5), resolutions)
def test_many_totals_are_shared_as_each_alone(some: list[tuple[int, Cover]], res: int) -> None:
    found, amounts, owner = apportion_many([total for total, _ in some], [one for _, one in some], res)

    for i, (total, one) in enumerate(some):
        alone = apportion(total, one, res)
        assert found[owner == i].tolist() == alone[0].tolist()
        assert amounts[owner == i].tolist() == alone[1].tolist()


def test_what_cannot_be_shared_is_refused() -> None:
    one = cover_of_cells([cells.leaf_of(*SHANGHAI)])
    with pytest.raises(ValueError, match="at least one cell"):
        apportion(5, covers.union([]), 9)
    with pytest.raises(ValueError, match="resolution 12"):
        apportion(5, one, 12)
    with pytest.raises(OverflowError):
        covers.share(1 << 50, 0, 1, 1 << 20)


def test_a_polygon_above_the_limit_is_refused_with_its_area_in_plain_words() -> None:
    small, large = Point(SHANGHAI).buffer(0.001), shapely.box(121, 31, 121.6, 31.6)

    with pytest.raises(TooLarge, match=r"3,8\d\d km², the most allowed is 2,000 km²") as caught:
        covers.covers([small, large])
    assert caught.value.index == 1
    assert caught.value.area_km2 == pytest.approx(3805, rel=0.01)
    assert cover(small, limit_km2=1).n > 0


def test_a_thread_around_half_the_world_is_refused_although_it_has_no_area() -> None:
    with pytest.raises(TooLarge):
        cover(Polygon([(-90, 0), (80, 0), (80, 1e-7)]), limit_km2=500)


@pytest.mark.parametrize(
    "shape",
    [Polygon(), Point(SHANGHAI), shapely.LineString([(0, 0), (1, 1)]), Polygon([(0, 89), (1, 91), (2, 89)])],
    ids=["empty", "point", "line", "beyond the pole"],
)
def test_what_is_no_polygon_on_the_earth_has_no_cover(shape: shapely.Geometry) -> None:
    with pytest.raises(BadShape):
        covers.covers([Point(SHANGHAI).buffer(0.001), shape])


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_a_cell_that_holds_a_whole_hole_is_in_the_cover(seed: int) -> None:
    lng, lat = np.random.default_rng(seed).uniform((119.5, 29.5), (120.5, 30.5))
    cell = int(cells.cells_of([lng], [lat], COVER)[0])
    around = hexagon(cell, lng)
    middle = around.centroid.buffer(1e-4)

    assert cell in plain(cover(around.buffer(5e-4).difference(middle)))
