"""Where drops are put: the fewest places from which everybody has one within the walk. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

#: Seconds the solver looks for fewer places; what it has by then is taken, else what the greedy choice gives. Two
#: hundred compounds take it well under one.
SOLVER_SECONDS = 5.0

#: How far from proven best is good enough. Below one place of a hundred nothing but ways on foot differ, and to prove
#: those took five times as long.
GAP = 0.01

Reach = NDArray[np.bool_]


def fewest(reach: Reach, costs: NDArray[np.float64]) -> NDArray[np.intp]:
    """Positions of the places to take, in order. reach: homes × places, every home reached by one at least.

    costs: of each place, 1 and a little: of equally many places the cheapest are taken. HiGHS decides (set cover as a
    mixed-integer program); where it finds nothing in time, places are taken greedily.
    """
    if not reach.any(axis=1).all():
        raise ValueError("some home is reached from no place")
    rows = np.unique(reach, axis=0).astype(np.float64)
    solved = milp(
        costs,
        integrality=np.ones(len(costs)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(csr_array(rows), lb=1),
        options={"time_limit": SOLVER_SECONDS, "mip_rel_gap": GAP},
    )
    chosen = greedy(reach, costs) if solved.x is None else np.flatnonzero(solved.x > 0.5)
    return chosen if reach[:, chosen].any(axis=1).all() else greedy(reach, costs)


def greedy(reach: Reach, costs: NDArray[np.float64]) -> NDArray[np.intp]:
    """Again and again the place that reaches most homes for its cost, until every home is reached."""
    left, chosen = np.ones(len(reach), dtype=bool), []
    while left.any():
        chosen.append(int((reach[left].sum(axis=0) / costs).argmax()))
        left &= ~reach[:, chosen[-1]]
    return np.array(sorted(chosen), dtype=np.intp)


def assigned(
    metres: NDArray[np.float64],
    reach: Reach,
    chosen: NDArray[np.intp],
    owner: NDArray[np.intp],
    weights: NDArray[np.int64],
) -> NDArray[np.intp]:
    """For each home the position of its place among all. metres: homes × places; owner: the compound of each home.

    A compound whose homes one chosen place reaches goes there together, to the nearest such; else each home to its own
    nearest. weights: households of each home.
    """
    among = np.where(reach[:, chosen], metres[:, chosen], np.inf)
    own: NDArray[np.intp] = chosen[among.argmin(axis=1)]
    for compound in np.unique(owner):
        homes = owner == compound
        together = np.where(weights[homes, None] > 0, among[homes], 0.0) * np.maximum(weights[homes, None], 1)
        ways = together.sum(axis=0)
        if np.isfinite(ways.min()):
            own[homes] = chosen[ways.argmin()]
    return own
