"""Planning: reach beside scipy's own search; plans by greedy, to the proven best, and as people go without a plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from benchmarks.measuring import paired, write_table
from geo.boxes import cells_in_box
from geo.cells import Cells, parent
from geo.coordinates import Box
from geo.reach import Closed, Network, reach, walking_network
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
    network = _network(cells)
    starts = np.random.default_rng(2).choice(len(cells), STARTS, replace=False)
    ours, theirs = paired(
        [
            lambda: reach(network, starts, MINUTES),
            lambda: dijkstra(network.steps, indices=starts, limit=MINUTES),
        ],
        count=3,
    )
    columns = ("job", "ours", "beside it", "ratio", "promised")
    job = f"{MINUTES} minutes on foot from {STARTS} starts over {len(cells):,} cells"
    beside = f"scipy, one call: {theirs:.2f} s"
    write_table(lines, columns, [(job, f"{ours:.2f} s", beside, f"{ours / theirs:.2f}", "2 s, ratio 3")])
    write_table(
        lines,
        ("demands × posts × volunteers", "greedy", "best", "gap to the bound", "greedy / best", "best / nearest"),
        [_plan(*town) for town in TOWNS],
    )
    yield from lines


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
