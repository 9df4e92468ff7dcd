"""Planning: reach beside scipy's own search; plans by greedy, to the proven best, and as people go without a plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import TypeVar

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from benchmarks.measuring import paired, write_table
from geo.boxes import cells_in_box
from geo.cells import Cells, parent
from geo.coordinates import Box
from geo.reach import Closed, Network, Places, reach, walking_network
from geo.street_network import Walls, street_network
from geo.streets import Streets
from layers.planning.covering import Problem, adds, best, greedy

AREA = Box(120.0, 30.2, 120.12, 30.33)
STARTS, CLOSED, MINUTES = 500, 200, 10
#: Demands, possible posts, volunteers, and how far a post reaches in a square of side 1.
TOWNS = ((2_000, 500, 50, 0.04), (20_000, 2_000, 200, 0.02))

Made = TypeVar("Made")


def measure() -> Iterator[str]:
    """The tables of planning."""
    lines: list[str] = ["## Planning: where volunteers should stand", ""]
    cells = cells_in_box(AREA, 11)
    starts = np.random.default_rng(2).choice(len(cells), STARTS, replace=False)
    columns = ("job", "ours", "beside it", "ratio", "promised")
    job = f"{MINUTES} minutes on foot from {STARTS} starts over {len(cells):,} cells"
    over_streets = _over_streets(cells)
    points = over_streets.steps.shape[0] - len(cells)
    rows = [
        _reached(job, _network(cells), starts),
        _reached(f"the same over streets, {points:,} points of them", over_streets, starts),
    ]
    write_table(lines, columns, rows)
    write_table(
        lines,
        ("demands × posts × volunteers", "greedy", "best", "gap to the bound", "greedy / best", "best / nearest"),
        [_plan(*town) for town in TOWNS],
    )
    yield from lines


def _reached(job: str, network: Network, starts: Places) -> tuple[str, ...]:
    ours, theirs = paired(
        [
            lambda: reach(network, starts, MINUTES),
            lambda: dijkstra(network.steps, indices=starts, limit=MINUTES),
        ],
        count=3,
    )
    return job, f"{ours:.2f} s", f"scipy, one call: {theirs:.2f} s", f"{ours / theirs:.2f}", "2 s, ratio 3"


def _over_streets(cells: Cells) -> Network:
    """Streets every 90 m to the east and to the north, some 24 km of them a square kilometre, as in a dense city."""
    step = 0.0008
    lngs, lats = np.arange(AREA.west, AREA.east, step), np.arange(AREA.south, AREA.north, step)
    ways = [shapely.LineString([(lng, lat) for lat in lats]) for lng in lngs]
    ways += [shapely.LineString([(lng, lat) for lng in lngs]) for lat in lats]
    nothing = np.empty(0, dtype=object)
    streets = Streets(np.array(ways, dtype=object), nothing, nothing, [AREA])
    return street_network(cells, Walls([], [], []), streets).network


def _network(cells: Cells) -> Network:
    """Two hundred closed blocks with a gate each."""
    random = np.random.default_rng(1)
    blocks = parent(cells, 9)
    closed = []
    for block in random.choice(np.unique(blocks), CLOSED, replace=False):
        inside = cells[blocks == block]
        closed.append(Closed(inside, random.choice(inside, 1)))
    return walking_network(cells, closed)


def _plan(demands: int, posts: int, volunteers: int, reach_of_post: float) -> tuple[str, ...]:
    """Five made-up towns of some quarters each: medians, and the share everybody-to-the-nearest covers."""
    rows = []
    for seed in range(5):
        problem, nearest = _town(demands, posts, reach_of_post, seed)
        plain, greedy_s = _timed(lambda one=problem: greedy(one, volunteers))
        choice, best_s = _timed(lambda one=problem: best(one, volunteers, seconds=30))
        without = sum(adds(problem, dict.fromkeys(nearest[:volunteers].tolist())))
        gap = (choice.bound - choice.covered) / choice.bound
        rows.append((greedy_s, best_s, gap, sum(adds(problem, plain)) / choice.covered, choice.covered / without))
    greedy_s, best_s, gap, share, ratio = (median(column) for column in zip(*rows, strict=True))
    size = f"{demands:,} × {posts:,} × {volunteers}"
    return size, f"{greedy_s:.3f} s", f"{best_s:.2f} s", f"{gap:.2%}", f"{share:.1%}", f"{ratio:.2f}"


def _timed(job: Callable[[], Made]) -> tuple[Made, float]:
    began = time.perf_counter()
    made = job()
    return made, time.perf_counter() - began


def _town(demands: int, posts: int, reach_of_post: float, seed: int) -> tuple[Problem, np.ndarray]:
    """Need in quarters, posts near to some of it; and for volunteers at random homes the post nearest to each."""
    random = np.random.default_rng(seed)
    quarters = random.uniform(size=(demands // 100, 2))
    needs = quarters[random.integers(len(quarters), size=demands)] + random.normal(scale=0.05, size=(demands, 2))
    places = needs[random.choice(demands, posts, replace=False)] + random.normal(scale=0.005, size=(posts, 2))
    hit = cKDTree(needs).query_ball_point(places, reach_of_post)
    post = np.repeat(np.arange(posts), [len(one) for one in hit])
    demand = np.concatenate([np.array(one, dtype=np.int64) for one in hit])
    reached = csr_array((np.ones(len(post)), (post, demand)), shape=(posts, demands))
    homes = quarters[random.integers(len(quarters), size=posts)] + random.normal(scale=0.05, size=(posts, 2))
    return Problem(reached, random.integers(1, 100, size=demands)), cKDTree(places).query(homes)[1]
