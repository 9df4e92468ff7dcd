"""Maximal covering: as good as trying every choice, with a bound that is one, and neither falls with more posts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from layers.planning.covering import Problem, adds, best, greedy


def problem_of(reached: np.ndarray, weights: np.ndarray) -> Problem:
    return Problem(csr_array(reached.astype(np.float64)), weights.astype(np.int64))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to 8 posts and 14 demands; some reach nothing, some weigh nothing."""
    posts, demands = draw(st.integers(0, 8)), draw(st.integers(0, 14))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    reached = random.uniform(size=(posts, demands)) < draw(st.sampled_from([0.1, 0.3, 0.6]))
    return problem_of(reached, random.integers(0, draw(st.sampled_from([2, 5, 1000])), size=demands))


def tried(problem: Problem, count: int) -> int:
    """The most that any choice of so many posts covers: every one is tried."""
    reached = problem.reached.toarray() > 0
    number = min(count, problem.posts)
    return max(
        int(problem.weights[reached[list(some)].any(axis=0)].sum())
        for some in combinations(range(problem.posts), number)
    )


def spread(seed: int, posts: int, demands: int) -> Problem:
    """Posts and demands in a square; a post reaches what is near."""
    random = np.random.default_rng(seed)
    at, there = random.uniform(size=(posts, 1, 2)), random.uniform(size=(1, demands, 2))
    return problem_of(np.hypot(*(at - there).transpose(2, 0, 1)) < 0.15, random.integers(1, 100, size=demands))


@given(problems(), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_the_best_choice_is_the_best_of_all_choices(problem: Problem, count: int) -> None:
    found = best(problem, count)

    assert found.covered == found.bound == tried(problem, count)
    assert found.covered == sum(adds(problem, found.posts))
    assert len(set(found.posts)) == len(found.posts) <= count


@given(problems(), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_greedy_covers_the_share_of_the_best_that_is_proven_of_it(problem: Problem, count: int) -> None:
    chosen = greedy(problem, count)

    assert sum(adds(problem, chosen)) >= (1 - 1 / np.e) * tried(problem, count) - 1e-9
    assert adds(problem, chosen) == sorted(adds(problem, chosen), reverse=True)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_covered_and_its_bound_never_fall_with_more_posts_even_unproven(seed: int) -> None:
    problem = spread(seed, posts=60, demands=150)

    found = [best(problem, count, branches=0) for count in range(1, 30)]

    assert [one.covered for one in found] == sorted(one.covered for one in found)
    assert [one.bound for one in found] == sorted(one.bound for one in found)
    assert all(one.covered <= best(problem, count).covered <= one.bound for count, one in enumerate(found, start=1))


@given(problems(), st.integers(1, 9))
@settings(max_examples=15, deadline=None)
def test_when_there_is_no_time_the_answer_comes_at_once_with_a_bound_that_holds(problem: Problem, count: int) -> None:
    found = best(problem, count, seconds=0)

    assert sum(adds(problem, found.posts)) == found.covered <= tried(problem, count) <= found.bound
    assert len(found.posts) <= count


def test_a_search_that_was_stopped_says_so() -> None:
    found = best(spread(1, posts=60, demands=150), 8, seconds=0)

    assert (found.was_stopped, best(spread(1, posts=60, demands=150), 8).was_stopped) == (True, False)


def test_posts_come_in_the_order_of_what_each_adds() -> None:
    problem = spread(5, posts=60, demands=150)
    found = best(problem, 8)

    assert adds(problem, found.posts) == sorted(adds(problem, found.posts), reverse=True)


def test_where_everything_is_within_reach_no_further_post_is_chosen() -> None:
    everything = problem_of(np.ones((4, 3)), np.array([5, 1, 2]))

    assert best(everything, 3).posts == (0,)
    assert best(problem_of(np.zeros((4, 3)), np.array([5, 1, 2])), 3).posts == ()
