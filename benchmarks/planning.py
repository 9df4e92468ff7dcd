"""Planning: reach beside scipy's own search; plans by greedy, to the proven best, beside spopt's exact answer and as
people go without a plan; what a floor and second posts take.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import TypeVar

import numpy as np
import pulp
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from spopt.locate import MCLP

from benchmarks.measuring import paired, write_table
from geo.boxes import cells_in_box
from geo.cells import Cells, parent
from geo.coordinates import Box
from geo.reach import Closed, Network, Places, reach, walking_network
from geo.street_network import Walls, street_network
from geo.streets import Streets
from layers.planning.covering import PATIENCE_SECONDS, Problem, adds, best, greedy
from layers.planning.ruled import Rules, best_under, by_group, within_reach
from layers.planning.terms import BACKUP_SHARE

AREA = Box(120.0, 30.2, 120.12, 30.33)
STARTS, CLOSED, MINUTES = 500, 200, 10
#: Demands, possible posts, volunteers, and how far a post reaches in a square of side 1.
TOWNS = ((2_000, 500, 50, 0.04), (20_000, 2_000, 200, 0.02))
#: The same of cases that spopt solves while one waits. Its time goes into the model, which it makes pair by pair.
MIDDLE_TOWNS = ((300, 100, 15, 0.06), (1_000, 250, 25, 0.05))
SEEDS = range(5)
#: The floor of a community in percent of what can be reached there, and the weight from which a demand is fragile.
FLOOR, FRAGILE = 20, 75

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
    lines += [
        "Beside spopt's maximal covering (`spopt.locate.MCLP`, solved by pulp): need covered in percent of its exact "
        "answer, the least of the towns; seconds from the matrix of reach to the posts.",
        "",
    ]
    head = ("demands × posts × volunteers", "best / spopt", "greedy / spopt", "best", "greedy", "spopt with HiGHS",
            "spopt with CBC")  # fmt: skip
    write_table(lines, head, [_beside_spopt(*town) for town in MIDDLE_TOWNS])
    lines += [
        f"What rules take, where a plan gives them {PATIENCE_SECONDS / 4:.0f} s; need within reach beside the plan "
        "without them.",
        "",
    ]
    columns = ("demands × posts × volunteers", "rule", "time", "need within reach", "kept to")
    write_table(lines, columns, [row for town in TOWNS for row in _ruled(*town)])
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
    for seed in SEEDS:
        problem, nearest, _ = _town(demands, posts, reach_of_post, seed)
        plain, greedy_s = _timed(lambda one=problem: greedy(one, volunteers))
        choice, best_s = _timed(lambda one=problem: best(one, volunteers, seconds=30))
        without = sum(adds(problem, dict.fromkeys(nearest[:volunteers].tolist())))
        gap = (choice.bound - choice.covered) / choice.bound
        rows.append((greedy_s, best_s, gap, sum(adds(problem, plain)) / choice.covered, choice.covered / without))
    greedy_s, best_s, gap, share, ratio = (median(column) for column in zip(*rows, strict=True))
    size = f"{demands:,} × {posts:,} × {volunteers}"
    return size, f"{greedy_s:.3f} s", f"{best_s:.2f} s", f"{gap:.2%}", f"{share:.1%}", f"{ratio:.2f}"


def _beside_spopt(demands: int, posts: int, volunteers: int, reach_of_post: float) -> tuple[str, ...]:
    """Need covered, the least of some towns; and medians of the times."""
    rows = []
    for seed in SEEDS:
        problem, _, _ = _town(demands, posts, reach_of_post, seed)
        solvers = (pulp.HiGHS(msg=False, gapRel=0), pulp.PULP_CBC_CMD(msg=False, gapRel=0))
        (exact, highs_s), (other, cbc_s) = (
            _timed(lambda one=problem, by=solver: _by_spopt(one, volunteers, by)) for solver in solvers
        )
        assert exact == other, "both solvers prove their answer"
        plain, greedy_s = _timed(lambda one=problem: greedy(one, volunteers))
        choice, best_s = _timed(lambda one=problem: best(one, volunteers))
        rows.append((choice.covered / exact, sum(adds(problem, plain)) / exact, best_s, greedy_s, highs_s, cbc_s))
    covered, by_greedy, *times = zip(*rows, strict=True)
    size = f"{demands:,} × {posts:,} × {volunteers}"
    return size, f"{min(covered):.2%}", f"{min(by_greedy):.2%}", *(f"{median(column):.3f} s" for column in times)


def _by_spopt(problem: Problem, volunteers: int, solver: pulp.LpSolver) -> int:
    """The weight that spopt's choice covers, counted from its posts."""
    far = 1.0 - problem.reached.T.toarray()
    solved = MCLP.from_cost_matrix(far, problem.weights, 0.5, volunteers).solve(solver)
    return sum(adds(problem, [post for post, taken in enumerate(solved.fac_vars) if taken.value() > 0.5]))


def _ruled(demands: int, posts: int, volunteers: int, reach_of_post: float) -> list[tuple[str, ...]]:
    """A floor for each quarter, second posts for fragile demands, and both: medians of some towns."""
    found: dict[str, list[tuple[float, float, int, float]]] = {}
    for seed in SEEDS:
        problem, _, quarter = _town(demands, posts, reach_of_post, seed)
        without = best(problem, volunteers).covered
        most = np.where(within_reach(problem, range(problem.posts)) > 0, problem.weights, 0).astype(np.float64)
        fragile = np.where(problem.weights >= FRAGILE, problem.weights, 0)
        nothing = np.zeros_like(problem.weights)
        twice = np.round(fragile * BACKUP_SHARE).astype(np.int64)
        open_rules = Rules(nothing, quarter, np.zeros(quarter.max() + 1, dtype=np.int64))
        least = (by_group(open_rules, most) * FLOOR / 100).astype(np.int64)
        for name, rules in (
            (f"a floor of {FLOOR} % for each of {len(least)} communities", Rules(nothing, quarter, least)),
            ("a second post for fragile demands", Rules(twice, quarter, open_rules.least)),
            ("both", Rules(twice, quarter, least)),
        ):
            chosen, took = _timed(
                lambda one=problem, by=rules: best_under(one, by, volunteers, seconds=PATIENCE_SECONDS / 4)
            )
            times = within_reach(problem, chosen)
            covered = np.where(times > 0, problem.weights, 0).astype(np.float64)
            missed = int((by_group(rules, covered) < rules.least).sum())
            second = fragile[times >= 2].sum() / fragile.sum()
            found.setdefault(name, []).append((took, covered.sum() / without, missed, second))
    size = f"{demands:,} × {posts:,} × {volunteers}"
    rows = []
    for name, figures in found.items():
        took, share, missed, second = zip(*figures, strict=True)
        kept = f"{max(missed)} floors missed at most, {median(second):.0%} of fragile need with a second post"
        rows.append((size, name, f"{median(took):.2f} s", f"{median(share):.1%}", kept))
    return rows


def _timed(job: Callable[[], Made]) -> tuple[Made, float]:
    began = time.perf_counter()
    made = job()
    return made, time.perf_counter() - began


def _town(demands: int, posts: int, reach_of_post: float, seed: int) -> tuple[Problem, np.ndarray, np.ndarray]:
    """Need in quarters, posts near to some of it; for volunteers at random homes the post nearest to each; and the
    quarter of each demand.
    """
    random = np.random.default_rng(seed)
    quarters = random.uniform(size=(demands // 100, 2))
    quarter = random.integers(len(quarters), size=demands)
    needs = quarters[quarter] + random.normal(scale=0.05, size=(demands, 2))
    places = needs[random.choice(demands, posts, replace=False)] + random.normal(scale=0.005, size=(posts, 2))
    hit = cKDTree(needs).query_ball_point(places, reach_of_post)
    post = np.repeat(np.arange(posts), [len(one) for one in hit])
    demand = np.concatenate([np.array(one, dtype=np.int64) for one in hit])
    reached = csr_array((np.ones(len(post)), (post, demand)), shape=(posts, demands))
    homes = quarters[random.integers(len(quarters), size=posts)] + random.normal(scale=0.05, size=(posts, 2))
    problem = Problem(reached, random.integers(1, 100, size=demands))
    return problem, cKDTree(places).query(homes)[1], quarter
