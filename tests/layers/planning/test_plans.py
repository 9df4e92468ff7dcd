"""A plan brings the most need within reach over open ways, counts what is left with the reason, and is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.database import Database
from geo.coordinates import Box
from layers.actor import Actor
from layers.errors import BadInput, NotAllowed
from layers.planning.actions import keep, publish, set_weight
from layers.planning.making import make_plan
from layers.planning.plan import Plan
from layers.planning.queries import kept_plan
from layers.planning.rules import Request, on_duty_share, shared_out
from layers.volunteer_shifts.record import VolunteerShift
from tests.layers.planning.streets import at, locked_compound, need, shift, square
from tests.layers.town import NOON, Thing, fill
from tests.stores import emptied

CHINA = ZoneInfo("Asia/Shanghai")
COORDINATOR = Actor("coordinator@linli.example.org", "coordinator", "志愿队")
FAR = 3000


def planned(store: Database, volunteers: int = 1, starts: datetime = NOON, **asked: object) -> Plan:
    request = Request("delivery", volunteers, 10, starts, starts + timedelta(hours=4))
    for name, value in asked.items():
        request = Request(**{**{field: getattr(request, field) for field in Request.__slots__}, name: value})
    with store.snapshot() as session:
        return make_plan(session, request, CHINA, NOON)


def left(plan: Plan) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in plan.left:
        found[one.reason] = round(found.get(one.reason, 0) + one.shortfall, 2)
    return found


def test_the_first_volunteer_goes_where_most_is_needed_and_the_next_to_the_rest(store: Database) -> None:
    fill(store, [need(at(0)), need(at(50), urgency="urgent"), need(at(FAR)), need(at(FAR), service="repairs")])

    one, two = planned(store, 1), planned(store, 2)

    assert (one.covered, one.bound, one.next_adds, left(one)) == (4, 4, 1, {"nobody": 1})
    assert (two.covered, two.bound, two.next_adds, left(two)) == (5, 5, 0, {})
    assert [post.adds for post in two.posts] == [4, 1]


@pytest.mark.parametrize("most", [(FAR, 0), (-FAR, 0)], ids=["in the east", "in the west"])
def test_where_there_are_too_many_possible_posts_those_at_most_need_stay(
    store: Database, monkeypatch: pytest.MonkeyPatch, most: tuple[float, float]
) -> None:
    monkeypatch.setattr("layers.planning.field.MOST_POSTS", 2)
    asks = [(0, 0), (FAR, 0), (-FAR, 0), (0, FAR), (0, -FAR)]
    fill(store, [need(at(*where), urgency="urgent" if where == most else "ordinary") for where in asks])

    assert planned(store, 1).covered == 3


def test_volunteers_that_no_post_is_left_for_stand_where_most_is_asked_of_one(store: Database) -> None:
    fill(store, [*(need(at(20 * number)) for number in range(3)), need(at(FAR))])

    assert [post.volunteers for post in planned(store, 4).posts] == [3, 1]


@pytest.mark.parametrize(
    ("hours", "covered", "reasons"),
    [
        (None, 0, {"unreachable": 5}),
        ("Mo-Su 08:00-12:00", 0, {"unreachable": 5}),  # it is six in the evening in China
        ("Mo-Su 06:00-22:00", 5, {}),
        ("", 5, {}),
    ],
    ids=["no gate", "shut at that hour", "open at that hour", "always open"],
)
def test_a_locked_compound_is_reached_through_an_open_gate_only(
    store: Database, hours: str | None, covered: float, reasons: dict[str, float]
) -> None:
    fill(store, [*locked_compound(hours), need(at(0, 1000))])

    plan = planned(store)

    assert (plan.covered, left(plan)) == (covered, reasons)  # one need, and four hundred homes at 1 point a hundred


def test_a_home_just_behind_the_wall_is_not_served_from_the_street(store: Database) -> None:
    fill(store, [*locked_compound(None), need(at(95, 905)), need(at(105, 895))])

    plan = planned(store)

    assert (plan.covered, left(plan)) == (1, {"unreachable": 5})


def test_a_gate_that_opens_later_counts_for_a_window_that_begins_then(store: Database) -> None:
    fill(store, [*locked_compound("Mo-Su 08:00-12:00"), need(at(0, 1000))])

    assert planned(store, starts=NOON + timedelta(hours=15)).covered == pytest.approx(5, abs=0.3)


def test_those_on_duty_take_care_of_need_for_the_time_they_are_there(store: Database) -> None:
    def shortfall(*things: Thing) -> tuple[float, float, float, int]:
        emptied(store)
        fill(store, [*(need(at(0), urgency="urgent") for _ in range(6)), *things])
        plan = planned(store, organization="志愿队")
        cell = plan.cells[0]
        return cell.ours, cell.others, cell.shortfall, cell.gap

    here = square(0, 0, 100)
    assert shortfall() == (0, 0, 18, 6)
    assert shortfall(shift(1, here, NOON, 4)) == (8, 0, 10, 0)
    assert shortfall(shift(1, here, NOON + timedelta(hours=2), 4)) == (4, 0, 14, 6)
    assert shortfall(shift(1, here, NOON, 4, organization="别队")) == (0, 8, 10, 0)
    assert shortfall(shift(5, here, NOON, 4)) == (18, 0, 0, 0)
    assert shortfall(shift(5, here, NOON, 4, role="care"), shift(5, square(FAR, 0, 100), NOON, 4)) == (0, 0, 18, 6)
    assert shortfall(shift(0, here, NOON, 4), shift(9, here, NOON, 4, state="cancelled")) == (0, 0, 18, 6)


def test_a_plan_for_more_volunteers_made_some_minutes_later_covers_no_less(store: Database) -> None:
    later = shift(2, square(0, 0, 100), NOON + timedelta(hours=2), 4)
    fill(store, [*(need(at(0), urgency="urgent") for _ in range(6)), later])

    def covered(volunteers: int, now: datetime) -> float:
        request = Request("delivery", volunteers, 10, now, now + timedelta(hours=4))
        with store.snapshot() as session:
            return make_plan(session, request, CHINA, now).covered

    first = covered(1, NOON)
    assert [covered(2, NOON + timedelta(minutes=minutes)) for minutes in (1, 7, 14)] == [first] * 3
    assert covered(2, NOON + timedelta(minutes=15)) < first


def test_what_stays_uncovered_says_whether_nobody_or_too_few_are_there(store: Database) -> None:
    crowd = [need(at(FAR), urgency="urgent") for _ in range(4)]
    fill(
        store,
        [
            *(need(at(0), urgency="urgent") for _ in range(9)),
            *crowd,
            need(at(-FAR)),
            shift(1, square(FAR, 0, 100), NOON, 4),
        ],
    )

    assert left(planned(store)) == {"too_few": 4, "nobody": 1}


def test_need_weighs_what_the_table_says(store: Database) -> None:
    day_ago = NOON - timedelta(hours=25)
    fill(store, [need(at(0), service="medicine", urgency="urgent", reported_at=day_ago)])

    before = planned(store).covered
    with store.write() as session:
        set_weight(session, "urgency", "urgent", 10, COORDINATOR, NOON)

    assert (before, planned(store).covered) == (7.5, 25)


def test_only_the_box_is_planned_for(store: Database) -> None:
    fill(store, [need(at(0)), need(at(FAR), urgency="urgent")])
    box = Box(at(-200).x, at(0, -200).y, at(200).x, at(0, 200).y)

    plan = planned(store, 2, box=box)

    assert (plan.covered, plan.shortfall, len(plan.posts)) == (1, 1, 1)
    assert all(box.contains(post.lng, post.lat) for post in plan.posts)


@st.composite
def needs_about(draw: st.DrawFn) -> list[Thing]:
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    spread = draw(st.sampled_from([300, 2000]))
    return [
        need(at(*rng.uniform(-spread, spread, 2)), urgency=("ordinary", "urgent")[int(rng.integers(2))])
        for _ in range(draw(st.integers(0, 12)))
    ]


@given(needs_about(), st.sampled_from([None, "", "Mo-Su 08:00-12:00"]), st.integers(1, 6))
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_gives_what_it_has_and_counts_everything_once(
    shared_store: Database, needs: Sequence[Thing], hours: str | None, volunteers: int
) -> None:
    emptied(shared_store)
    fill(shared_store, [*needs, *locked_compound(hours)])

    plan, more = planned(shared_store, volunteers), planned(shared_store, volunteers + 1)

    assert sum(post.volunteers for post in plan.posts) == (volunteers if plan.posts else 0)
    assert round(sum(post.adds for post in plan.posts), 2) == plan.covered <= plan.bound
    assert round(sum(post.need for post in plan.posts), 2) == plan.covered
    assert plan.covered + sum(one.shortfall for one in plan.left) == pytest.approx(
        plan.shortfall, abs=0.011 * (1 + len(plan.cells))
    )
    assert (more.covered, more.bound) >= (plan.covered, plan.bound)
    assert more.covered == pytest.approx(plan.covered + plan.next_adds)


def test_a_kept_plan_is_published_once_as_shifts_that_cover_what_it_says(store: Database) -> None:
    fill(store, [need(at(0)), need(at(50), urgency="urgent"), need(at(FAR))])
    plan = planned(store, 3, organization="志愿队")

    with store.write() as session:
        number = keep(session, plan, 7, COORDINATOR, NOON)
    for again in range(2):
        with store.write() as session:
            shifts = publish(session, number, "志愿队", COORDINATOR, NOON + timedelta(minutes=again))

    with store.snapshot() as session:
        rows = session.execute(select(VolunteerShift).order_by(VolunteerShift.id)).scalars().all()
        kept = kept_plan(session, number)
    points = {cell.cell: cell.shortfall for cell in plan.cells}
    served = {int(name, 16) for row in rows for name in row.cells}
    assert [row.id for row in rows] == shifts == kept["shifts"]
    assert [(row.role, row.organization, row.places_wanted, row.places_filled) for row in rows] == [
        ("delivery", "志愿队", 2, 0), ("delivery", "志愿队", 1, 0),
    ]  # fmt: skip
    assert sum(points.get(cell, 0) for cell in served) == plan.covered == kept["content"]["covered"]
    assert kept["seq"] == 7
    assert kept["weights"]["urgency"] == {"ordinary": 1, "urgent": 3}


def test_a_plan_is_not_published_for_others_too_late_or_empty(store: Database) -> None:
    fill(store, [need(at(0))])
    with store.write() as session:
        full = keep(session, planned(store, 1, organization="志愿队"), 7, COORDINATOR, NOON)
        empty = keep(session, planned(store, 1, role="care", organization="志愿队"), 7, COORDINATOR, NOON)

    for number, organization, moment, error in [
        (full, "别队", NOON, NotAllowed),
        (full, "志愿队", NOON + timedelta(hours=4), BadInput),
        (empty, "志愿队", NOON, BadInput),
    ]:
        with pytest.raises(error), store.write() as session:
            publish(session, number, organization, COORDINATOR, moment)
    with store.snapshot() as session:
        assert session.execute(select(VolunteerShift)).first() is None


@pytest.mark.parametrize(
    ("starts", "ends", "share"),
    [(0, 60, 1), (-60, 30, 0.5), (30, 90, 0.5), (60, 90, 0), (-90, 0, 0), (7, 67, 1)],
    ids=["all of it", "its first half", "its second half", "after it", "before it", "from the same quarter on"],
)
def test_time_on_duty_is_counted_in_quarters_of_an_hour(starts: int, ends: int, share: float) -> None:
    window = (NOON + timedelta(minutes=4), NOON + timedelta(minutes=64))
    duty = (NOON + timedelta(minutes=starts), NOON + timedelta(minutes=ends))

    assert on_duty_share(*duty, window) == share
    assert on_duty_share(*duty, (window[0], window[0] + timedelta(seconds=1))) in (0, 1)


def test_people_are_shared_out_by_what_is_asked_of_each() -> None:
    assert shared_out(7, [30, 20, 10]) == [4, 2, 1]
    assert shared_out(2, [30, 20]) == [1, 1]
    assert shared_out(5, []) == []
