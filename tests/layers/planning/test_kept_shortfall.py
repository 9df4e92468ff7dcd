"""The map of shortfall that is kept ready says what a plan for the same window says, however it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from data.database import Database, open_database
from geo.cells import COVER, parent
from geo.coordinates import Box
from layers.actor import Actor
from layers.errors import BadInput
from layers.needs.actions import move
from layers.needs.claims import take
from layers.needs.record import Need
from layers.planning import kept_shortfall
from layers.planning.actions import set_weight
from layers.planning.claims import claim
from layers.planning.kept_shortfall import KeptShortfall
from layers.planning.making import make_plan
from layers.planning.rules import Request
from layers.planning.shortfall import Shortfall
from layers.planning.terms import Terms
from tests.layers.planning.streets import at, locked_compound, need, shift, square
from tests.layers.town import NOON, OFFICIAL, Thing, crowd, fill

CHINA = ZoneInfo("Asia/Shanghai")
ADMIN = Actor("admin@linli.example.org", "administrator")
OURS, OTHERS = (
    Actor("a@linli.example.org", "coordinator", "志愿队"),
    Actor("b@linli.example.org", "coordinator", "别队"),
)

Figures = list[tuple[int, str, float, float, float, float, int]]


@pytest.fixture
def elsewhere(store: Database) -> Iterator[Database]:
    """The store as another process has it open."""
    other = open_database(store.engine.url.render_as_string(hide_password=False))
    yield other
    other.close()


def asked(role: str = "delivery", starts: datetime = NOON, **given: object) -> Request:
    return replace(Request(role, 1, 10, starts, starts + timedelta(hours=4), organization="志愿队"), **given)  # type: ignore[arg-type]


NOW = asked()
OTHER_REQUESTS = (
    asked(terms=Terms(without_claimed=True)),
    asked("gate"),
    asked(starts=NOON + timedelta(hours=30)),
    asked(box=Box(at(-400).x, at(0, -400).y, at(400).x, at(0, 1000).y)),
)


def by_cell(one: Shortfall) -> Figures:
    columns = (one.figures.need, one.figures.ours, one.figures.others, one.figures.left, one.figures.gap)
    names = [one.names[number] for number in one.near.tolist()]
    return list(zip(one.figures.cell.tolist(), names, *(column.tolist() for column in columns), strict=True))


def same_as_a_plan(kept: KeptShortfall, store: Database, now: datetime = NOON, request: Request = NOW) -> Figures:
    """The figures, held beside those of a plan that is made now."""
    with store.snapshot() as session:
        plan = make_plan(session, request, CHINA, now)
    found = kept.of(request, now)
    assert by_cell(found) == [
        (one.cell, one.near, one.need, one.ours, one.others, one.shortfall, one.gap) for one in plan.cells
    ]
    assert found.without_gate == plan.without_gate
    assert sum(found.shaded[1]) == pytest.approx(plan.shortfall, abs=0.01)
    return by_cell(found)


def numbers(session: Session, **values: object) -> list[int]:
    return [number for (number,) in session.query(Need.id).filter_by(**values).order_by(Need.id)]


def a_claim_of_others(session: Session) -> None:
    leaf = session.get_one(Need, numbers(session, service="food")[0]).leaf
    claim(session, [parent(leaf, COVER)], NOON + timedelta(hours=6), OTHERS, NOON)


#: What is written one after another, by another process.
STEPS: dict[str, Callable[[Session], object]] = {
    "needs are looked at": lambda s: move(s, numbers(s), "acknowledged", OFFICIAL, NOON),
    "somebody takes the medicine": lambda s: take(s, numbers(s, service="medicine"), "志愿队", "小王", OURS, NOON),
    "some food comes": lambda s: move(s, numbers(s, service="food")[1:5], "withdrawn", OFFICIAL, NOON),
    "urgency weighs more": lambda s: set_weight(s, "urgency", "urgent", 7, ADMIN, NOON),
    "others look after a place": a_claim_of_others,
}
THINGS: dict[str, list[Thing]] = {
    "more needs, where nothing was and where something was": [*crowd(4, 20, NOON), need(at(900)), need(at(1, 1))],
    "volunteers of ours": [shift(2, square(0, 0, 300), NOON - timedelta(hours=1), 3)],
    "volunteers of others": [shift(1, square(150, 0, 300), NOON + timedelta(hours=1), 9, organization="别队")],
    "a lockdown without a gate": locked_compound(None),
    "a gate, which wants people": [
        Thing("checkpoints", {"name": "南门", "compound": "莲塘新村", "staff_wanted": 3}, at(0, 900))
    ],
    "a compound nearby": [Thing("compounds", {"name": "和平里", "households": 5, "population": 9}, square(0, 0, 200))],
    "a zone from tomorrow on": [
        Thing("quarantine_zones", {"name": "明日", "level": "lockdown", "valid_from": NOON + timedelta(hours=24)},
              square(0, 0, 250)),
    ],
}  # fmt: skip
#: What changes nothing of the window that begins now, and only something of others or of another role.
NO_MATTER_NOW = ("a gate, which wants people", "a zone from tomorrow on", "needs are looked at",
                 "others look after a place")  # fmt: skip


def test_it_says_what_a_plan_says_after_every_kind_of_change(store: Database, elsewhere: Database) -> None:
    kept = KeptShortfall(store, CHINA)
    fill(elsewhere, [need(at(0), urgency="urgent", reported_at=NOON - timedelta(hours=23)), *crowd(3, 60, NOON)])
    before = same_as_a_plan(kept, store)
    for request in OTHER_REQUESTS:
        kept.of(request, NOON)  # what is known of them is put right later

    for what in (*THINGS, *STEPS):
        if what in THINGS:
            fill(elsewhere, THINGS[what])
        else:
            with elsewhere.write() as session:
                STEPS[what](session)
        after = same_as_a_plan(kept, store)
        assert (after != before) == (what not in NO_MATTER_NOW), what
        before = after

    for request in OTHER_REQUESTS:
        assert same_as_a_plan(kept, store, NOON, request) != before
    assert same_as_a_plan(kept, store, NOON + timedelta(hours=2)) != before, "a day of waiting is full"


def test_after_more_news_than_are_looked_through_everything_is_read_anew(
    store: Database, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_shortfall, "MOST_NEWS", 5)
    kept = KeptShortfall(store, CHINA)
    fill(elsewhere, crowd(3, 20, NOON))
    before = same_as_a_plan(kept, store)

    fill(elsewhere, crowd(5, 20, NOON))

    assert same_as_a_plan(kept, store) != before


def test_within_a_minute_nothing_moves_by_itself_and_a_window_that_is_over_is_refused(store: Database) -> None:
    kept = KeptShortfall(store, CHINA)
    fill(store, [need(at(0), reported_at=NOON - timedelta(days=1) + timedelta(seconds=90))])

    points = [
        kept.of(asked(), NOON + timedelta(seconds=seconds)).figures.need.tolist() for seconds in (0, 59, 60, 119, 120)
    ]

    assert points == [[1.0], [1.0], [1.0], [1.0], [1.25]]
    with pytest.raises(BadInput, match="in the past"):
        kept.of(asked(), NOON + timedelta(hours=4))
