"""Chooses the posts of a plan under its terms, and says what each of the terms costs. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from data.areas import UNKNOWN
from layers.planning.covering import PATIENCE_SECONDS, Choice, Chosen, Problem, adds, best_each, greedy
from layers.planning.field import Field, worth_twice
from layers.planning.ruled import Rules, best_under, by_group, within_reach
from layers.planning.rules import Reason
from layers.planning.terms import Terms

#: Terms that can cost points, and the plan without each.
WITHOUT: Mapping[str, Callable[[Terms], Terms]] = {
    "starts": lambda terms: replace(terms, starts=()),
    "backup": lambda terms: replace(terms, backup=False),
    "floor": lambda terms: replace(terms, floor=None),
    "locked": lambda terms: replace(terms, locked=()),
    "barred": lambda terms: replace(terms, barred=()),
    "excluded": lambda terms: replace(terms, excluded=()),
    "without_claimed": lambda terms: replace(terms, without_claimed=False),
}

#: Volunteers beyond those there are that the curve goes on for, and the most points of it that are kept.
CURVE_MORE = 5
CURVE_POINTS = 30

#: Seconds a plan without one of its terms may take at least, when time is short: enough for a greedy one.
LEAST_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Floor:
    """What a community asks for, what its floor is, and what comes within reach, in hundredths of a point.

    reason: why the floor is missed, None where it is not.
    """

    community: str
    need: int
    least: int
    covered: int
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Backup:
    """Need of high consequence, in hundredths of a point: all of it, that within reach, and that of two posts."""

    fragile: int
    once: int
    twice: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Posts (positions in the field) in the order of what each adds, with what is known of them, in hundredths.

    further: what one volunteer more would bring. curve: volunteers and what the greedy plan for them covers, without
    floor and second posts. costs: by term, what the plan without it would cover more.
    """

    posts: Chosen
    covered: int
    bound: int
    was_stopped: bool
    further: int
    curve: Sequence[tuple[int, int]]
    costs: Mapping[str, int] = field(default_factory=dict)
    floors: Sequence[Floor] = ()
    backup: Backup | None = None


Counted = Callable[[Terms], NDArray[np.bool_]]


def decide(made: Field, terms: Terms, volunteers: int, communities: Sequence[str], counted: Counted) -> Decision:
    """The posts for so many volunteers. communities: of each row of the demand; counted: rows that count."""
    began = monotonic()
    active = [name for name, without in WITHOUT.items() if without(terms) != terms]
    problem, fixed = made.problem(counted(terms)), _fixed(made, terms)
    may = made.may_stand(terms)
    seconds = PATIENCE_SECONDS / 2 if active else PATIENCE_SECONDS
    choice, one_more = _plain(problem, may, fixed, (volunteers, volunteers + 1), seconds)
    posts, further = choice.posts, max(one_more.covered - choice.covered, 0)
    curve = tuple(_curve(problem, may, fixed, volunteers, (choice.covered, one_more.covered)))
    rules = None
    if terms.is_soft:
        rules = _rules(made, problem, terms, may, communities, counted)
        posts = _under(problem, may, rules, volunteers, PATIENCE_SECONDS / 4)
        further = _one_more(problem, may, posts)
    posts = _in_order(problem, posts)
    covered = sum(adds(problem, posts))
    costs = {}
    for name in active:
        left = began + PATIENCE_SECONDS - monotonic()
        other = WITHOUT[name](terms)
        most = _covered(made, other, volunteers, communities, counted, max(left / len(active), LEAST_SECONDS))
        costs[name] = max(most - covered, 0)
    return Decision(
        posts, covered, max(choice.bound, covered), choice.was_stopped, further, curve, costs,
        _floors(made, problem, terms, rules, posts, communities, counted) if rules and terms.floor is not None else (),
        _backup(made, posts, counted(terms)) if terms.backup else None,
    )  # fmt: skip


def _fixed(made: Field, terms: Terms) -> Chosen:
    return tuple(dict.fromkeys(made.of_cells(terms.locked))) if terms.locked else ()


def _plain(
    problem: Problem, may: NDArray[np.bool_], fixed: Chosen, counts: Sequence[int], seconds: float
) -> list[Choice]:
    """The best choices of so many posts, the fixed ones among them: what these reach is no demand for the others."""
    base = sum(adds(problem, fixed))
    left = problem.weights.copy()
    left[within_reach(problem, fixed) > 0] = 0
    rows = _others(may, fixed)
    found = best_each(Problem(problem.reached[rows], left), [count - len(fixed) for count in counts], seconds=seconds)
    return [
        Choice((*fixed, *rows[list(one.posts)].tolist()), base + one.covered, base + one.bound, one.was_stopped)
        for one in found
    ]


def _others(may: NDArray[np.bool_], fixed: Chosen) -> NDArray[np.intp]:
    free = may.copy()
    free[list(fixed)] = False
    return np.flatnonzero(free)


def _under(problem: Problem, may: NDArray[np.bool_], rules: Rules, count: int, seconds: float) -> Chosen:
    """The choice under rules among the posts that may be chosen and the fixed ones."""
    rows = np.concatenate((np.array(rules.fixed, dtype=np.intp), _others(may, rules.fixed)))
    inner = replace(rules, fixed=tuple(range(len(rules.fixed))))
    found = best_under(Problem(problem.reached[rows], problem.weights), inner, count, seconds)
    return tuple(rows[list(found)].tolist())


def _rules(
    made: Field, problem: Problem, terms: Terms, may: NDArray[np.bool_], communities: Sequence[str], counted: Counted
) -> Rules:
    rows = counted(terms)
    twice = worth_twice(made, rows) if terms.backup else np.zeros_like(problem.weights)
    names, of_row = np.unique(np.array(communities, dtype=object).astype(str), return_inverse=True)
    groups = np.full(len(made.ends), -1, dtype=np.intp)
    there = made.column >= 0
    groups[made.column[there]] = of_row[there]
    nobody = np.flatnonzero(names == UNKNOWN)
    groups[np.isin(groups, nobody)] = -1
    fixed = _fixed(made, terms)
    rules = Rules(twice, groups, np.zeros(len(names), dtype=np.int64), fixed)
    if terms.floor is None:
        return rules
    most = by_group(rules, np.where(_reached_at_all(problem, may, fixed), problem.weights, 0).astype(np.float64))
    return replace(rules, least=np.minimum(_wanted(made, terms, names, of_row, rows), most).astype(np.int64))


def _reached_at_all(problem: Problem, may: NDArray[np.bool_], fixed: Chosen) -> NDArray[np.bool_]:
    return within_reach(problem, [*_others(may, fixed).tolist(), *fixed]) > 0


def _wanted(
    made: Field, terms: Terms, names: NDArray[np.str_], of_row: NDArray[np.intp], rows: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Of each community, the weight its floor asks for: of all that is asked for there, also where nobody gets to."""
    need = np.bincount(of_row, np.where(rows, made.demand.left, 0), len(names))
    least = np.ceil(need * (terms.floor or 0) / 100) if terms.floor else np.minimum(need, 1)
    least[names == UNKNOWN] = 0
    return least.astype(np.int64)


def _floors(
    made: Field, problem: Problem, terms: Terms, rules: Rules, posts: Chosen, communities: Sequence[str],
    counted: Counted,
) -> list[Floor]:  # fmt: skip
    rows = counted(terms)
    names, of_row = np.unique(np.array(communities, dtype=object).astype(str), return_inverse=True)
    need = np.bincount(of_row, np.where(rows, made.demand.left, 0), len(names)).astype(np.int64)
    wanted = _wanted(made, terms, names, of_row, rows)
    reached = np.where(within_reach(problem, posts) > 0, problem.weights, 0).astype(np.float64)
    covered = by_group(rules, reached).astype(np.int64)
    found = []
    for at, name in enumerate(names.tolist()):
        if name == UNKNOWN or not need[at]:
            continue
        reason: Reason | None = None
        if covered[at] < wanted[at]:
            reason = "unreachable" if covered[at] >= rules.least[at] else "too_few"
        found.append(Floor(name, int(need[at]), int(wanted[at]), int(covered[at]), reason))
    return found


def _backup(made: Field, posts: Chosen, rows: NDArray[np.bool_]) -> Backup:
    fragile = made.by_end(np.where(rows, made.demand.fragile, 0))
    times = within_reach(Problem(made.reached, fragile), posts)
    whole = int(np.where(rows, made.demand.fragile, 0).sum())
    return Backup(whole, int(fragile[times >= 1].sum()), int(fragile[times >= 2].sum()))


def _covered(
    made: Field, terms: Terms, volunteers: int, communities: Sequence[str], counted: Counted, seconds: float
) -> int:
    problem, may, fixed = made.problem(counted(terms)), made.may_stand(terms), _fixed(made, terms)
    if not terms.is_soft:
        return _plain(problem, may, fixed, (volunteers,), seconds)[0].covered
    rules = _rules(made, problem, terms, may, communities, counted)
    return sum(adds(problem, _under(problem, may, rules, volunteers, seconds)))


def _one_more(problem: Problem, may: NDArray[np.bool_], posts: Chosen) -> int:
    more = greedy(problem, len(posts) + 1, among=np.flatnonzero(may).tolist(), start=posts)
    return sum(adds(problem, more)) - sum(adds(problem, posts))


def _in_order(problem: Problem, posts: Chosen) -> Chosen:
    """The posts in the order of what each adds; those that add nothing, such as a locked one, last."""
    ordered = greedy(problem, len(posts), among=posts) if posts else ()
    return (*ordered, *(post for post in posts if post not in ordered))


def _curve(
    problem: Problem, may: NDArray[np.bool_], fixed: Chosen, volunteers: int, solved: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """What 1, 2, … volunteers would cover: the greedy plan for them, and at their own number what was solved."""
    last = volunteers + CURVE_MORE
    order = greedy(problem, last, among=np.flatnonzero(may).tolist(), start=fixed)
    total = np.concatenate(([0], np.cumsum(adds(problem, order)))).tolist()
    first = max(len(fixed), 1)
    shown = np.unique(np.linspace(first, last, CURVE_POINTS).round().astype(int)).tolist()
    for number in sorted({*shown, volunteers, volunteers + 1}):
        points = int(total[min(number, len(total) - 1)])
        if number >= volunteers:
            points = max(points, solved[0] if number == volunteers else max(solved))
        yield number, points
