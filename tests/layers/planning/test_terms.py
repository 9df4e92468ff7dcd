"""A plan keeps to its terms: starts, floors, second posts, what is locked or left out; and says what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.areas import AreaRow, put_areas
from data.database import Database
from geo.cells import cells_of, parent, to_hex
from layers.actor import Actor
from layers.errors import BadInput, NotAllowed
from layers.planning.claims import claim, claims_at, hand_back
from layers.planning.making import make_plan
from layers.planning.plan import Plan, content_of, shifts_of
from layers.planning.rules import Request
from layers.planning.steps import after
from layers.planning.terms import ANY, Terms, as_kept, terms_of
from tests.layers.planning.streets import at, locked_compound, need, square
from tests.layers.town import NOON, Thing, fill
from tests.stores import emptied

CHINA = ZoneInfo("Asia/Shanghai")
OURS = Actor("coordinator@linli.example.org", "coordinator", "志愿队")
OTHERS = Actor("other@linli.example.org", "coordinator", "别队")
FAR = 3000


def planned(store: Database, volunteers: int, terms: Terms = ANY, beside: Sequence[int] | None = None) -> Plan:
    request = Request("delivery", volunteers, 10, NOON, NOON + timedelta(hours=4), None, "志愿队", terms)
    with store.snapshot() as session:
        return make_plan(session, request, CHINA, NOON, beside)


def cell_at(east_m: float, north_m: float = 0) -> int:
    where = at(east_m, north_m)
    return int(cells_of([where.x], [where.y], 11)[0])


def metres_east(plan: Plan) -> list[int]:
    """Where the posts are, in kilometres east, rounded."""
    return sorted(round((post.lng - at(0).x) / (at(1000).x - at(0).x)) for post in plan.posts)


def three_places(store: Database) -> None:
    """Nine points in the middle, one in the east and one in the west, each in its own community."""
    crowd = [need(at(30 * number), urgency="urgent") for number in range(3)]
    fill(store, [*crowd, need(at(FAR)), need(at(-FAR))])
    outlines = {"东社区": square(FAR, 0, 900), "中社区": square(0, 0, 900), "西社区": square(-FAR, 0, 900)}
    with store.write() as session:
        rows = [AreaRow("community", name, name, geometry=shape) for name, shape in outlines.items()]
        put_areas(session, rows, NOON)


def test_posts_lie_within_the_walk_of_a_start_and_the_cost_of_that_is_said(store: Database) -> None:
    three_places(store)

    plan = planned(store, 1, Terms(starts=((at(FAR - 500).x, at(0).y),)))

    assert metres_east(plan) == [3]
    assert (plan.covered, dict(plan.decision.costs)) == (1, {"starts": 800})


def test_a_start_behind_a_wall_without_a_gate_is_refused_and_named(store: Database) -> None:
    fill(store, [*locked_compound(None), need(at(0))])

    with pytest.raises(BadInput, match="nobody gets out of the starting place") as refused:
        planned(store, 1, Terms(starts=((at(0).x, at(0, 1000).y),)))
    assert refused.value.errors[0]["field"] == "start"


def test_a_floor_sends_posts_to_each_community_and_says_what_that_costs(store: Database) -> None:
    three_places(store)
    fill(store, [need(at(1500), urgency="urgent"), need(at(-1500), urgency="urgent")])  # in no community

    plain, floored = planned(store, 3), planned(store, 3, Terms(floor=0))

    assert (plain.covered, floored.covered, floored.bound) == (15, 11, 15)
    assert [one.covered for one in floored.decision.floors] == [100, 900, 100]
    assert dict(floored.decision.costs) == {"floor": 400}
    assert [one.reason for one in floored.decision.floors] == [None, None, None]


def test_a_floor_that_cannot_be_met_is_told_by_community_and_not_refused(store: Database) -> None:
    three_places(store)
    fill(store, [*locked_compound(None), need(at(0, 1000))])
    with store.write() as session:
        put_areas(session, [AreaRow("community", "北", "北社区", geometry=square(0, 1300, 350))], NOON)

    found = planned(store, 2, Terms(floor=50)).decision.floors

    reasons = {one.community: one.reason for one in found}
    assert (reasons["北社区"], reasons["中社区"]) == ("unreachable", None)
    assert {reasons["东社区"], reasons["西社区"]} == {None, "too_few"}


def test_with_backup_a_second_post_stands_near_what_is_fragile(store: Database) -> None:
    three_places(store)

    plan = planned(store, 2, Terms(backup=True))

    assert metres_east(plan) == [0, 0]
    assert (plan.covered, dict(plan.decision.costs)) == (9, {"backup": 100})
    assert plan.decision.backup is not None
    assert (plan.decision.backup.fragile, plan.decision.backup.once, plan.decision.backup.twice) == (900, 900, 900)


def test_the_curve_never_falls_and_meets_the_plan(store: Database) -> None:
    three_places(store)

    curve = dict(planned(store, 2).decision.curve)

    assert [curve[number] for number in range(1, 8)] == [900, 1000, 1100, 1100, 1100, 1100, 1100]


def test_who_gains_and_who_loses_is_told_beside_other_posts_in_points_and_homes(store: Database) -> None:
    three_places(store)
    compounds = [("东", FAR, 60), ("中", 0, 90)]
    fill(store, [Thing("compounds", {"name": n, "households": h}, square(e, 0, 60)) for n, e, h in compounds])

    plan = planned(store, 1, Terms(locked=(cell_at(FAR),)), beside=[cell_at(0)])

    changes = {one.near: (one.before, one.after) for one in plan.changes or ()}
    assert changes == {"中": (9, 0), "东": (0, 1)}
    homes = {one.near: (one.homes_before > 0, one.homes_after > 0) for one in plan.changes or ()}
    assert homes == {"中": (True, False), "东": (False, True)}


def test_what_others_look_after_can_be_left_out_until_it_lapses_or_is_handed_back(store: Database) -> None:
    three_places(store)
    middle = sorted({cell_at(30 * number) for number in range(3)})
    until = NOON + timedelta(hours=3)
    with store.write() as session:
        ours = claim(session, [cell_at(FAR)], until, OURS, NOON)
        theirs = claim(session, middle, until, OTHERS, NOON)

    left_out, all_of_it = planned(store, 1, Terms(without_claimed=True)), planned(store, 1)
    with pytest.raises(NotAllowed), store.write() as session:
        hand_back(session, theirs, OURS, NOON)
    with store.write() as session:
        hand_back(session, theirs, OTHERS, NOON)

    assert (left_out.covered, left_out.left_out, left_out.shortfall) == (1, 9, 2)
    assert dict(left_out.decision.costs) == {"without_claimed": 800}
    assert (all_of_it.covered, all_of_it.left_out) == (9, 0)
    assert planned(store, 1, Terms(without_claimed=True)).covered == 9
    with store.read() as session:
        assert [one.id for one in claims_at(session, NOON)] == [ours]
        assert claims_at(session, until) == []


def test_a_claim_is_an_organizations_for_hours_not_days(store: Database) -> None:
    nobody = Actor("official@linli.example.org", "city_official")
    for actor, cells, hours, error in [
        (nobody, [cell_at(0)], 2, NotAllowed),
        (OURS, [], 2, BadInput),
        (OURS, [cell_at(0)], 0, BadInput),
        (OURS, [cell_at(0)], 25, BadInput),
    ]:
        with pytest.raises(error), store.write() as session:
            claim(session, cells, NOON + timedelta(hours=hours), actor, NOON)


@st.composite
def terms_in_a_town(draw: st.DrawFn) -> tuple[list[Thing], Terms, int]:
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    places = rng.uniform(-1500, 1500, (draw(st.integers(1, 12)), 2))
    needs = [need(at(*place), urgency=("ordinary", "urgent")[int(rng.integers(2))]) for place in places]
    cells = [cell_at(*place) for place in places]
    volunteers = draw(st.integers(2, 4))
    some = draw(st.lists(st.sampled_from(cells), unique=True, max_size=2))
    gone = draw(st.lists(st.sampled_from(cells), unique=True, max_size=3))
    terms = Terms(
        backup=draw(st.booleans()), floor=draw(st.sampled_from([None, 0, 30])), locked=tuple(some),
        barred=tuple(draw(st.lists(st.sampled_from(cells), max_size=1))), excluded=tuple(gone),
    )  # fmt: skip
    return needs, terms, volunteers


@given(terms_in_a_town())
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_keeps_to_its_terms_and_its_figures_are_a_recount(
    shared_store: Database, town: tuple[list[Thing], Terms, int]
) -> None:
    needs, terms, volunteers = town
    emptied(shared_store)
    fill(shared_store, needs)

    plan = planned(shared_store, volunteers, terms)
    without = planned(
        shared_store, volunteers, Terms(locked=terms.locked, barred=terms.barred, excluded=terms.excluded)
    )

    assert {post.cell for post in plan.posts} >= set(terms.locked)
    assert not {one.cell for one in plan.cells} & set(terms.excluded)
    assert not {cell for post in plan.posts for cell in post.cells} & set(terms.excluded)
    free = [post.cell for post in plan.posts if post.cell not in terms.locked]
    assert not {parent(cell, 10) for cell in free} & {parent(cell, 10) for cell in terms.barred}
    assert len(plan.posts) <= volunteers
    assert sum(post.volunteers for post in plan.posts) == (volunteers if plan.posts else 0)
    assert plan.covered <= without.covered <= plan.bound
    points = {to_hex(one.cell): one.shortfall for one in plan.cells}
    row = {
        "content": content_of(plan), "organization": "志愿队", "role": "delivery", "starts_at": NOON, "ends_at": NOON,
    }  # fmt: skip
    served = {cell for shift in shifts_of(row) for cell in shift["cells"]}
    recount = sum(points.get(cell, 0) for cell in served)
    assert recount == pytest.approx(plan.covered) == sum(post.need for post in plan.posts)
    assert terms_of(as_kept(terms)) == terms


def test_steps_change_the_terms_one_after_another_and_back() -> None:
    a, b = cell_at(0), cell_at(900)
    names = {"莲塘新村": [a, b]}

    def steps(*some: str) -> Terms:
        return after(ANY, some, names)

    assert steps(f"lock:{to_hex(a)}") == Terms(locked=(a,))
    assert steps(f"lock:{to_hex(a)}", f"unlock:{to_hex(a)}") == ANY
    assert steps(f"lock:{to_hex(a)}", f"out:{to_hex(a)}") == Terms(barred=(a,))
    assert steps(f"out:{to_hex(a)}", f"back:{to_hex(a)}") == ANY
    assert steps(f"move:{to_hex(a)}:{to_hex(b)}") == Terms(locked=(b,), barred=(a,))
    assert steps("exclude:莲塘新村") == Terms(excluded=(a, b))
    assert steps("exclude:莲塘新村", "include:莲塘新村") == ANY
    assert steps(f"leave:{to_hex(a)}", f"count:{to_hex(a)}") == ANY
    for wrong in (
        "lock:nowhere",
        "exclude:别村",
        "dance:",
        "lock:",
        f"lock:{to_hex(parent(a, 9))}",
        f"move:{to_hex(a)}",
    ):
        with pytest.raises(BadInput):
            steps(wrong)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(locked=(cell_at(0), cell_at(900))), "locked"),
        (Terms(floor=101), "floor"),
        (Terms(starts=((120.0, 30.0),) * 21), "start"),
        (Terms(locked=(parent(cell_at(0), 9),)), "locked"),
    ],
    ids=["more locked than there are", "above all of it", "too many starts", "no place for a post"],
)
def test_terms_that_make_no_sense_are_refused_by_name(store: Database, terms: Terms, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        planned(store, 1, terms)
    assert refused.value.errors[0]["field"] == field
