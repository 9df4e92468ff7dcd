"""Posts that keep to rules: some stay, communities get their floor, fragile demands a second post. Pure.

What is sought is the most weight within reach, and for some demands a part of it once more for a second post (backup
coverage: Hogan and ReVelle, 1986), such that each community has its least. Greedy and exchanges find a choice; where
there is time, HiGHS looks for a better one. How good any could be is proven without these rules (see `covering`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from layers.planning.covering import BRANCHES, FEW_PAIRS, Chosen, Problem, Weights, greedy

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """twice: of each demand, what a second post is worth. groups: its community, -1 for none; least: of each community
    the weight that comes within reach at least. fixed: posts that are chosen whatever they add.
    """

    twice: Weights
    groups: NDArray[np.intp]
    least: Weights
    fixed: Chosen = ()


def best_under(problem: Problem, rules: Rules, count: int, seconds: float) -> Chosen:
    """Up to `count` posts, the fixed ones first, that miss as little as possible of the floors and bring most."""
    until = monotonic() + seconds
    search = _Search(problem, rules)
    chosen = search.improved(search.greedy(count, until), until)
    is_small = 0 < problem.reached.nnz <= FEW_PAIRS  # of larger ones the solver only reads for long
    better = _exact(problem, rules, count, until) if is_small and monotonic() < until else None
    return max((one for one in (chosen, better) if one is not None), key=search.score)


def within_reach(problem: Problem, posts: Sequence[int]) -> NDArray[np.int64]:
    """How many of some posts reach each demand."""
    picked = np.zeros(problem.posts)
    picked[list(posts)] = 1
    return np.asarray(problem.reached.T @ picked).astype(np.int64)


def by_group(rules: Rules, weights: Values) -> Values:
    """Sums of some weights of demands by community."""
    some = rules.groups >= 0
    return np.bincount(rules.groups[some], weights[some], len(rules.least)).astype(np.float64)


class _Search:
    """Choices compared by what they are worth; a missing floor outweighs everything else."""

    def __init__(self, problem: Problem, rules: Rules) -> None:
        self.problem, self.rules = problem, rules
        everything = float(problem.weights.sum() + rules.twice.sum()) + 1
        self.penalty = 1_000 * everything / np.maximum(rules.least, 1)
        # Of each pair of post and demand, where it stands in a table of posts and communities.
        pairs = problem.reached.tocoo()
        known = rules.groups[pairs.col] >= 0
        self.demand = pairs.col[known]
        self.at = pairs.row[known].astype(np.int64) * len(rules.least) + rules.groups[self.demand]

    def score(self, posts: Sequence[int]) -> float:
        times = within_reach(self.problem, posts)
        missing = self._missing(times)
        worth = self.problem.weights[times >= 1].sum() + self.rules.twice[times >= 2].sum()
        return float(worth - (self.penalty * missing).sum())

    def greedy(self, count: int, until: float) -> Chosen:
        """Up to `count` posts, each the one that brings most to those before it, floors first.

        What a post brings never grows with the posts before it, so it is counted anew only while it leads (Minoux,
        1978): as for all posts at once, in a small part of the time.
        """
        chosen = list(self.rules.fixed)
        times = within_reach(self.problem, chosen)
        missing, gain = self._missing(times), self._gain(times)
        known = [(-gain[post], post, len(chosen)) for post in range(self.problem.posts) if post not in chosen]
        heapify(known)
        while known and len(chosen) < count and (monotonic() < until or not chosen):
            brings, post, counted_at = known[0]
            if counted_at < len(chosen):
                heapreplace(known, (-self._gain_of(post, times, missing), post, len(chosen)))
                continue
            if -brings < 0.5:
                break
            heappop(known)
            chosen.append(post)
            times[self._row(post)] += 1
            missing = self._missing(times)
        return greedy(self.problem, count, start=chosen)  # where time was over, the rest without these rules

    def improved(self, posts: Chosen, until: float) -> Chosen:
        chosen, helped = list(posts), True
        times = within_reach(self.problem, chosen)
        while helped:
            helped = False
            for at in range(len(self.rules.fixed), len(chosen)):
                if monotonic() >= until:
                    return tuple(chosen)
                times[self._row(chosen[at])] -= 1
                gain = self._gain(times)
                gain[chosen[:at] + chosen[at + 1 :]] = 0
                other = int(gain.argmax())
                if gain[other] > gain[chosen[at]] * (1 + 1e-9) + 0.5:
                    chosen[at], helped = other, True
                times[self._row(chosen[at])] += 1
        return tuple(chosen)

    def _missing(self, times: NDArray[np.int64]) -> Values:
        there = by_group(self.rules, np.where(times >= 1, self.problem.weights, 0))
        return np.maximum(self.rules.least - there, 0.0)

    def _gain(self, times: NDArray[np.int64]) -> Values:
        """What each post would add where some demands are reached so many times already; its own floors first."""
        first = np.where(times == 0, self.problem.weights, 0).astype(np.float64)
        gain = np.asarray(self.problem.reached @ (first + np.where(times == 1, self.rules.twice, 0)))
        missing = self._missing(times)
        lacking = np.flatnonzero(missing > 0)
        if len(lacking):
            size = (self.problem.posts, len(self.rules.least))
            brought = np.bincount(self.at, first[self.demand], size[0] * size[1]).reshape(size)[:, lacking]
            gain += np.minimum(brought, missing[lacking]) @ self.penalty[lacking]
        return gain

    def _gain_of(self, post: int, times: NDArray[np.int64], missing: Values) -> float:
        """`_gain` of one post."""
        row = self._row(post)
        new = row[times[row] == 0]
        again = row[times[row] == 1]
        groups = self.rules.groups[new]
        some = groups >= 0
        brought = np.bincount(groups[some], self.problem.weights[new][some], len(missing))
        floors = self.penalty @ np.minimum(brought, missing)
        return float(self.problem.weights[new].sum() + self.rules.twice[again].sum() + floors)

    def _row(self, post: int) -> NDArray[np.int32]:
        reached = self.problem.reached
        found: NDArray[np.int32] = reached.indices[reached.indptr[post] : reached.indptr[post + 1]]
        return found


def _exact(problem: Problem, rules: Rules, count: int, until: float) -> Chosen | None:
    """The best choice that has all floors, as far as the solver gets; None where it finds none.

    Variables: one a post, one a demand that is reached, one a demand that is reached twice.
    """
    posts, demands = problem.reached.shape
    second = np.flatnonzero(rules.twice)
    costs = -np.concatenate((np.zeros(posts), problem.weights, rules.twice[second])).astype(np.float64)
    everyone = eye_array(demands).tocsr()
    reached = hstack((-problem.reached.T, everyone, csr_array((demands, len(second)))))
    twice = hstack((-problem.reached.T.tocsr()[second], everyone[second], eye_array(len(second))))
    number = hstack((csr_array(np.ones((1, posts))), csr_array((1, demands + len(second)))))
    some = np.flatnonzero(rules.groups >= 0)
    held = (-problem.weights[some].astype(np.float64), (rules.groups[some], posts + some))
    floors = csr_array(held, shape=(len(rules.least), posts + demands + len(second)))
    limits = np.concatenate((np.zeros(demands + len(second)), [float(count)], -rules.least.astype(np.float64)))
    least = np.zeros(len(costs))
    least[list(rules.fixed)] = 1
    found = milp(
        costs, integrality=np.arange(len(costs)) < posts, bounds=Bounds(least, 1),
        constraints=LinearConstraint(vstack((reached, twice, number, floors)).tocsr(), -np.inf, limits),
        options={"mip_rel_gap": 0.0005, "node_limit": BRANCHES, "time_limit": max(until - monotonic(), 0.05)},
    )  # fmt: skip
    if found.x is None:
        return None
    picked = np.flatnonzero(found.x[:posts] > 0.5).tolist()
    return (*rules.fixed, *(post for post in picked if post not in rules.fixed))
