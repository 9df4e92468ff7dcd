"""The demo's needs: legal histories, a daily rhythm, and enough of them open at every hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from data.demo.rows import NeedRow
from geo import cells
from tests.data.demo.days import DAY, DAYS, filled, midnight

K = 5
OPEN = ("reported", "acknowledged", "assigned")
FORWARD = {
    "reported": {"acknowledged"},
    "acknowledged": {"assigned"},
    "assigned": {"met", "acknowledged"},
    "met": {"confirmed", "assigned"},
    "confirmed": set(),
}
ASIDE = {"duplicate", "declined", "withdrawn"}
DELIVERED = {"food", "medicine", "supplies"}
LATE = timedelta(hours=23.9)


def state_at(need: NeedRow, moment: datetime) -> str:
    """The state of a need at a moment: of its last step by then; "" before it is reported."""
    if need.values["reported_at"] > moment:
        return ""
    return next((move.state for move in reversed(need.moves) if move.at <= moment), "reported")


def hours(day: date) -> list[datetime]:
    """Every full hour of the fortnight before the day and of the day itself."""
    return [midnight(day) + timedelta(hours=hour) for hour in range(-14 * 24 + 1, 24)]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_fortnight_holds_two_to_three_thousand_needs_in_every_state(day: date) -> None:
    needs = filled(day).needs
    assert 2_000 <= len(needs) <= 3_100
    states = Counter(need.values["state"] for need in needs)
    assert set(states) == {"reported", "acknowledged", "assigned", "met", "confirmed", *ASIDE}
    assert min(states.values()) >= 3


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_history_is_legal_and_in_order_of_time(day: date) -> None:
    place = filled(day)
    for need in place.needs:
        state, before, at = "reported", "reported", need.values["reported_at"]
        assert at >= midnight(day) - timedelta(days=14)
        for move in need.moves:
            legal = {before} if state in ASIDE else FORWARD[state] | (ASIDE if state in OPEN else set())
            assert move.state in legal, (need.values["source_id"], state, move.state)
            assert at < move.at <= place.until
            state, before, at = move.state, state, move.at
        assert need.values["state"] == state


def test_whoever_turns_a_need_away_or_back_says_why_and_a_duplicate_names_the_one_kept() -> None:
    by_id = {need.values["source_id"]: need for need in filled().needs}
    backwards = 0
    for need in filled().needs:
        steps = ["reported", *[move.state for move in need.moves]]
        for before, move in zip(steps, need.moves, strict=False):
            back = (before, move.state) in {("met", "assigned"), ("assigned", "acknowledged")} or before in ASIDE
            backwards += back
            assert bool(move.reason) == (back or move.state in ("declined", "withdrawn")), (before, move)
            assert bool(move.kept) == (move.state == "duplicate")
            if move.kept:
                kept = by_id[move.kept]
                assert kept.values["reported_at"] < need.values["reported_at"]
                assert kept.values["contact"] == need.values["contact"]
                assert not any(step.state == "duplicate" for step in kept.moves), "a duplicate of a duplicate"
    assert backwards > 100


def test_an_earlier_moment_gives_the_beginning_of_what_a_later_one_gives() -> None:
    early, late = filled(DAY, timedelta(hours=3)), filled(DAY, LATE)
    later = {need.values["source_id"]: need for need in late.needs}
    assert len(early.needs) < len(late.needs)
    for need in early.needs:
        told = later[need.values["source_id"]]
        assert need.geometry == told.geometry
        assert need.moves == tuple(move for move in told.moves if move.at <= early.until)
        assert {**need.values, "state": ""} == {**told.values, "state": ""}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_at_every_hour_some_delivery_need_is_open(day: date) -> None:
    needs = [need for need in filled(day, LATE).needs if need.values["service"] in DELIVERED]
    for moment in hours(day):
        assert any(state_at(need, moment) in OPEN for need in needs), moment


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_at_every_hour_some_cell_can_be_shown_to_the_public(day: date) -> None:
    needs = filled(day, LATE).needs
    leaves = cells.leaves_of([need.geometry.x for need in needs], [need.geometry.y for need in needs])
    ancestors = {res: cells.parent(leaves, res) for res in range(cells.COARSEST - 1, cells.FINEST + 1)}
    fine = 0
    for moment in hours(day):
        shown = [state_at(need, moment) in ("acknowledged", "assigned") for need in needs]
        published = publish(needs, ancestors, np.array(shown))
        assert published, moment
        fine += max(cells.resolution(cell) for cell in published) >= 7
    assert fine > 0.8 * len(hours(day)), "the public map is hardly ever finer than the whole quarter"


def publish(needs: list[NeedRow], ancestors: dict[int, np.ndarray], shown: np.ndarray) -> list[int]:
    """The cells shown on their own, by the rule as it is stated, from the top: a family of siblings is shown if each of
    its non-empty cells reaches k, otherwise the parent is shown whole and nothing below it."""
    households: dict[int, set[str]] = defaultdict(set)
    families: dict[int, set[int]] = defaultdict(set)
    for res in range(cells.COARSEST, cells.FINEST + 1):
        for at in np.flatnonzero(shown):
            households[int(ancestors[res][at])].add(needs[at].values["contact"])
            families[int(ancestors[res - 1][at])].add(int(ancestors[res][at]))
    found = []
    waiting = [int(cell) for cell in np.unique(ancestors[cells.COARSEST - 1][shown])]
    while waiting:
        cell = waiting.pop()
        family = families[cell]
        if family and all(len(households[one]) >= K for one in family):
            waiting += family
        elif cells.resolution(cell) >= cells.COARSEST:
            found.append(cell)
    return found


def test_reports_follow_the_day_more_come_in_the_morning_and_the_evening_than_at_night() -> None:
    local = Counter((need.values["reported_at"] + timedelta(hours=8)).hour for need in filled().needs)
    night = sum(local[hour] for hour in range(1, 6)) / 5
    assert sum(local[hour] for hour in (8, 9, 10)) / 3 > 5 * night
    assert sum(local[hour] for hour in (17, 18, 19)) / 3 > 5 * night
    assert local[14] < local[9]
    assert local[14] < local[18]


def test_services_drift_from_food_to_medicine_and_counselling_as_the_fortnight_passes() -> None:
    def share(service: str, since: int, to: int) -> float:
        begins, ends = midnight(DAY) + timedelta(days=since), midnight(DAY) + timedelta(days=to)
        during = [need.values["service"] for need in filled().needs if begins <= need.values["reported_at"] < ends]
        return during.count(service) / len(during)

    assert share("food", -14, -10) > 1.4 * share("food", -4, 0)
    assert share("medicine", -4, 0) > 1.3 * share("medicine", -14, -10)
    assert share("counselling", -4, 0) > 2 * share("counselling", -14, -10)


def test_a_pin_lies_in_the_compound_it_names_and_no_contact_can_be_a_real_number() -> None:
    outlines = {row.values["name"]: row.geometry for row in filled().compounds}
    for need in filled().needs:
        values = need.values
        assert outlines[values["compound"]].contains(need.geometry), values["source_id"]
        assert (values["lng"], values["lat"]) == (need.geometry.x, need.geometry.y)
        assert values["contact"].startswith("000")
        assert values["people"] >= 1


def test_a_household_is_the_same_home_at_every_report() -> None:
    homes = defaultdict(set)
    for need in filled().needs:
        values = need.values
        homes[values["contact"]].add((values["compound"], values["building"], values["unit"], values["people"]))
    assert all(len(home) == 1 for home in homes.values())
    assert 1.1 < len(filled().needs) / len(homes) < 1.6


def test_people_come_by_every_way_in_and_write_in_both_languages_mostly_chinese() -> None:
    needs = [need.values for need in filled().needs]
    assert {need["channel"] for need in needs} == {"web", "phone", "proxy", "paper"}
    languages = Counter(need["language"] for need in needs)
    assert languages["zh"] > 5 * languages["en"] > 0
    assert Counter(need["urgency"] for need in needs)["urgent"] > 100
