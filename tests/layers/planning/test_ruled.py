"""Posts under rules: as good as trying every choice that keeps to them; fixed ones stay; without time still posts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.planning.covering import Problem
from layers.planning.ruled import Rules, best_under, by_group, within_reach
from tests.layers.planning.test_covering import problems

SECONDS = 5.0


@st.composite
def ruled_problems(draw: st.DrawFn) -> tuple[Problem, Rules, int]:
    """Small problems of two communities with floors, with second posts worth something, with a fixed post or none."""
    problem = draw(problems().filter(lambda one: one.posts > 0))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    groups = random.integers(-1, 2, size=len(problem.weights))
    share = draw(st.sampled_from([0.0, 0.3, 0.8]))
    whole = np.bincount(groups[groups >= 0], problem.weights[groups >= 0], 2)
    twice = problem.weights // 2 * random.integers(0, 2, size=len(problem.weights))
    fixed = tuple(draw(st.lists(st.integers(0, problem.posts - 1), max_size=1)))
    return problem, Rules(twice, groups, np.floor(whole * share).astype(np.int64), fixed), draw(st.integers(1, 4))


def keeps(problem: Problem, rules: Rules, posts: tuple[int, ...]) -> bool:
    reached = np.where(within_reach(problem, posts) > 0, problem.weights, 0).astype(np.float64)
    return bool((by_group(rules, reached) >= rules.least).all())


def worth(problem: Problem, rules: Rules, posts: tuple[int, ...]) -> int:
    times = within_reach(problem, posts)
    return int(problem.weights[times >= 1].sum() + rules.twice[times >= 2].sum())


@given(ruled_problems())
@settings(max_examples=15, deadline=None)
def test_floors_are_met_where_they_can_be_and_nothing_that_meets_them_is_worth_more(
    case: tuple[Problem, Rules, int],
) -> None:
    problem, rules, count = case

    found = best_under(problem, rules, count, SECONDS)

    choices = [
        some
        for some in combinations(range(problem.posts), min(count, problem.posts))
        if set(rules.fixed) <= set(some) and keeps(problem, rules, some)
    ]
    assert set(rules.fixed) <= set(found)
    assert len(set(found)) == len(found) <= count
    assert keeps(problem, rules, found) or not choices
    if choices:
        best = max(worth(problem, rules, some) for some in choices)
        assert worth(problem, rules, found) == pytest.approx(best, rel=0.001, abs=0.5)


@given(ruled_problems())
@settings(max_examples=10, deadline=None)
def test_without_time_there_are_posts_all_the_same(case: tuple[Problem, Rules, int]) -> None:
    problem, rules, count = case

    found = best_under(problem, rules, count, 0)

    assert set(rules.fixed) <= set(found)
    assert len(set(found)) == len(found) <= count
    assert found or not problem.reached @ problem.weights.astype(np.float64) @ np.ones(problem.posts)
