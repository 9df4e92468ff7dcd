"""Which of the possible posts bring the most need within reach (maximal covering), and how good any could be. Pure.

Church and ReVelle (1974), "The maximal covering location problem": choose at most N posts; a demand counts once if any
of them reaches it. Greedy comes first; the linear relaxation gives a bound and, rounded, a choice that is mostly within
a few thousandths of it; what is left to decide goes to HiGHS as integers. Weights are whole numbers, so sums are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

Weights = NDArray[np.int64]
Chosen = tuple[int, ...]

#: Branches the solver looks into before it is content with a proven bound. A count, not a time: so that the same
#: question has the same answer on every machine. Tried cases of 20,000 demands took fewer than 100.
BRANCHES = 2_000

#: Seconds after which an answer is given in any case, with the bound that is proven by then: somebody waits for it.
PATIENCE_SECONDS = 8.0
#: The part of them that the first number of posts may take: the others are only there to compare it with.
FIRST_SHARE = 0.6

#: Other numbers of posts that are solved to either side where one was not proven (see `best_each`), in problems of so
#: many pairs of post and demand at most: in larger ones each takes PATIENCE_SECONDS and more.
NEIGHBOURS = 2
FEW_PAIRS = 100_000

#: A fraction of the relaxation above which a post is kept when it is rounded: several are tried, the best one stays.
_KEPT_ABOVE = (0.999, 0.7, 0.5, 0.3)
#: Sums are whole numbers: what is nearer to the next one than this is that one, but for the solver's rounding.
_HAIR = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """reached: posts × demands, 1 where the post reaches the demand; weights: of the demands, not negative."""

    reached: csr_array
    weights: Weights

    @property
    def posts(self) -> int:
        """How many possible posts there are."""
        return int(self.reached.shape[0])


@dataclass(frozen=True, slots=True)
class Choice:
    """Posts in the order in which each adds most, the weight they reach together, and what no choice of as many can
    exceed. was_stopped: time ran out before the two met; with more of it a better choice may be found.
    """

    posts: Chosen
    covered: int
    bound: int
    was_stopped: bool = False


def adds(problem: Problem, posts: Iterable[int]) -> list[int]:
    """What each post adds to those before it."""
    left = problem.weights.copy()
    found = []
    for post in posts:
        reached = _row(problem.reached, post)
        found.append(int(left[reached].sum()))
        left[reached] = 0
    return found


def greedy(problem: Problem, count: int, among: Iterable[int] | None = None, start: Sequence[int] = ()) -> Chosen:
    """Up to `count` posts, each the one that adds most to those before it; the first of several equal ones.

    among: the only posts to choose from; start: posts that are chosen already. Stops when none adds anything.
    """
    left = problem.weights.astype(np.float64)
    for post in start:
        left[_row(problem.reached, post)] = 0
    gain = np.asarray(problem.reached @ left)
    if among is not None:
        allowed = np.zeros(problem.posts, dtype=bool)
        allowed[list(among)] = True
        gain[~allowed] = 0
    by_demand = problem.reached.T.tocsr()
    chosen = list(start)
    while len(chosen) < min(count, problem.posts):
        post = int(gain.argmax())
        if gain[post] < 0.5:
            break
        chosen.append(post)
        reached = _row(problem.reached, post)
        reached = reached[left[reached] > 0]
        others = by_demand[reached]
        np.subtract.at(gain, others.indices, np.repeat(left[reached], np.diff(others.indptr)))
        left[reached] = 0
    return tuple(chosen)


def best(problem: Problem, count: int, branches: int = BRANCHES, seconds: float = PATIENCE_SECONDS) -> Choice:
    """The best choice of up to `count` posts that was found, with the proven bound, within so many seconds.

    branches: as BRANCHES.
    """
    return best_each(problem, (count,), branches, seconds)[0]


def best_each(
    problem: Problem, counts: Sequence[int], branches: int = BRANCHES, seconds: float = PATIENCE_SECONDS
) -> list[Choice]:
    """The best choice for each of some numbers of posts; what one has solved the others need not solve again.

    Both figures never fall with more posts: where one count was not solved to the end, its neighbours are solved too.
    Fewer posts are a choice as well, and what more posts cannot exceed these cannot either. All of it takes `seconds`
    at most, and some tenths.
    """
    small, began = _merged(problem), monotonic()

    @cache
    def solved(number: int) -> Choice:
        share = FIRST_SHARE if number == min(counts[0], small.posts) else 1.0
        return _solved(small, number, branches, began + share * seconds)

    return [_best(small, solved, min(count, small.posts)) for count in counts]


def _best(small: Problem, solved: Callable[[int], Choice], most: int) -> Choice:
    further = NEIGHBOURS if small.reached.nnz <= FEW_PAIRS else 0
    lower = _until_proven(solved, range(most, max(most - further, 0) - 1, -1))
    upper = _until_proven(solved, range(most, min(most + further, small.posts) + 1))
    chosen = max(lower, key=lambda one: one.covered)
    ordered = greedy(small, len(chosen.posts), among=chosen.posts)
    bound = min(one.bound for one in upper)
    was_stopped = chosen.covered < bound and any(one.was_stopped for one in (*lower, *upper))
    return Choice(ordered, chosen.covered, bound, was_stopped)


def _until_proven(solved: Callable[[int], Choice], numbers: Iterable[int]) -> list[Choice]:
    found = []
    for number in numbers:
        found.append(solved(number))
        if found[-1].covered == found[-1].bound:
            break
    return found


def _merged(problem: Problem) -> Problem:
    """The same problem with one demand for all that the very same posts reach; those nobody reaches are left out."""
    by_demand = problem.reached.T.tocsr()
    by_demand.sort_indices()
    groups: dict[bytes, list[int]] = {}
    for demand, weight in enumerate(problem.weights.tolist()):
        posts = by_demand.indices[by_demand.indptr[demand] : by_demand.indptr[demand + 1]]
        if weight and len(posts):
            groups.setdefault(posts.tobytes(), []).append(demand)
    first = [group[0] for group in groups.values()]
    weights = np.array([problem.weights[group].sum() for group in groups.values()], dtype=np.int64)
    return Problem(by_demand[first].T.tocsr(), weights)


def _solved(problem: Problem, count: int, branches: int, until: float) -> Choice:
    """One number of posts: greedy, then the relaxation rounded, then what is left as integers; until a moment of the
    monotonic clock.
    """
    total = int(problem.weights.sum())
    plain = _improved(problem, greedy(problem, count), until)
    covered = sum(adds(problem, plain))
    if covered == total or not count:
        return Choice(plain, covered, covered)
    costs, rows, limits = _model(problem, count)
    relaxed = linprog(
        costs, A_ub=rows, b_ub=limits, bounds=(0, 1), method="highs", options={"time_limit": _seconds_to(until)}
    )
    if relaxed.status != _SOLVED:
        bound = min(_bound(problem, count, np.zeros(1)), _bound(problem, count, problem.weights.astype(np.float64)))
        return Choice(plain, covered, max(bound, covered), covered < bound)
    bound = _bound(problem, count, -relaxed.ineqlin.marginals[:-1])
    rounded = [plain, *(_improved(problem, one, until) for one in _rounded(problem, relaxed.x[: problem.posts], count))]
    chosen = max(rounded, key=lambda posts: sum(adds(problem, posts)))
    covered = sum(adds(problem, chosen))
    if covered >= bound:
        return Choice(chosen, covered, covered)
    if monotonic() >= until:
        return Choice(chosen, covered, bound, True)
    # A variable whose change alone costs the relaxation more than it is ahead does not change in a better choice.
    ahead = -relaxed.fun - (covered + 1) + _HAIR
    most = np.where(relaxed.lower.marginals > ahead, 0.0, 1.0)
    least = np.where(-relaxed.upper.marginals > ahead, 1.0, 0.0)
    whole = np.arange(len(costs)) < problem.posts
    exact = milp(
        costs, integrality=whole, bounds=Bounds(np.minimum(least, most), most),
        constraints=LinearConstraint(rows, -np.inf, limits),
        options={"mip_rel_gap": 0, "node_limit": branches, "time_limit": _seconds_to(until)},
    )  # fmt: skip
    if exact.x is not None:
        better = tuple(np.flatnonzero(exact.x[: problem.posts] > 0.5).tolist())
        chosen = max((chosen, better), key=lambda posts: sum(adds(problem, posts)))
        covered = sum(adds(problem, chosen))
    if exact.status == _INFEASIBLE:  # nothing better is left
        return Choice(chosen, covered, covered)
    if exact.mip_dual_bound is not None and np.isfinite(exact.mip_dual_bound):
        bound = min(bound, int(np.floor(-exact.mip_dual_bound + _HAIR)))
    bound = max(bound, covered)  # what was fixed excludes only choices that are no better
    return Choice(chosen, covered, bound, covered < bound and monotonic() >= until)


def _seconds_to(until: float) -> float:
    """Seconds to a moment of the monotonic clock; a few where it is over, for the solver takes 0 as no limit."""
    return max(until - monotonic(), 0.05)


#: scipy's status of a model that was solved to the end.
_SOLVED = 0
#: scipy's status of a model without a solution.
_INFEASIBLE = 2


def _bound(problem: Problem, count: int, prices: NDArray[np.float64]) -> int:
    """What no choice of so many posts can exceed, by prices of the demands (Lagrange): whatever they are, it holds.

    A post is worth the prices of all it reaches, also of what others reach; a demand may count without a post for what
    its weight is above its price.
    """
    prices = np.clip(prices, 0, problem.weights)
    worth = np.sort(problem.reached @ prices)[::-1][:count]
    return int(np.floor((problem.weights - prices).sum() + worth.sum() + _HAIR))


def _model(problem: Problem, count: int) -> tuple[NDArray[np.float64], csr_array, NDArray[np.float64]]:
    """Costs, rows and limits: one variable a post and one a demand; a demand counts as far as posts that reach it."""
    posts, demands = problem.reached.shape
    costs = np.concatenate((np.zeros(posts), -problem.weights.astype(np.float64)))
    counted = hstack((-problem.reached.T, eye_array(demands)))
    chosen = hstack((csr_array(np.ones((1, posts))), csr_array((1, demands))))
    return costs, vstack((counted, chosen)).tocsr(), np.append(np.zeros(demands), float(count))


def _rounded(problem: Problem, parts: NDArray[np.float64], count: int) -> Iterable[Chosen]:
    """Choices that keep what the relaxation takes mostly, filled up greedily."""
    order = np.argsort(-parts, kind="stable")
    for least in _KEPT_ABOVE:
        kept = order[: min(count, int((parts > least).sum()))].tolist()
        yield greedy(problem, count, start=kept)


def _improved(problem: Problem, posts: Chosen, until: float) -> Chosen:
    """Posts exchanged one by one for those that add more in their place, until no exchange helps or time is over."""
    chosen = list(posts)
    times = np.zeros(len(problem.weights), dtype=np.int64)
    for post in chosen:
        times[_row(problem.reached, post)] += 1
    helped = True
    while helped:
        helped = False
        for at, post in enumerate(chosen):
            if monotonic() >= until:
                return tuple(chosen)
            times[_row(problem.reached, post)] -= 1
            gain = problem.reached @ np.where(times == 0, problem.weights, 0)
            other = int(gain.argmax())
            if gain[other] > gain[post]:
                chosen[at], helped = other, True
            times[_row(problem.reached, chosen[at])] += 1
    return tuple(chosen)


def _row(reached: csr_array, post: int) -> NDArray[np.int32]:
    found: NDArray[np.int32] = reached.indices[reached.indptr[post] : reached.indptr[post + 1]]
    return found
