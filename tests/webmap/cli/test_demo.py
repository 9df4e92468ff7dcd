"""`linli demo` fills a neighbourhood into any store and takes it out as if it had never been there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import Select, Table, or_, select

from data.backup import STORE
from data.base import Base
from data.database import Database, open_database
from data.demo.neighbourhood import neighbourhood
from data.people import add_account
from geo.coordinates import Box
from layers import catalogue, features
from layers.checkpoints.links import make_link
from layers.demo import filled_on
from layers.notices import actions as notices
from layers.notices.queries import standing
from layers.publication.actions import publish
from layers.volunteer_shifts import LAYER as SHIFTS
from layers.volunteer_shifts import links, places
from tests.layers.answers import States, from_memory, from_record, present_of
from tests.layers.town import OFFICIAL, Thing, fill, put
from tests.stores import copy_of_store, remove_store
from tests.webmap.cli.loading import count, run
from tests.webmap.people import PASSWORD

#: The whole of the demo's city, around the centres of its coarsest cells.
AROUND = Box(119.0, 29.0, 122.5, 32.5)

LAYERS = [layer.name for layer in catalogue.layers()]


def content(store: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for what says when something was last done and cells in which nothing is left."""
    found = {}
    with store.snapshot() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(_content_of(table)).all()
            found[table.name] = sorted(tuple(map(str, row)) for row in rows)
    return found


def _content_of(table: Table) -> Select[Any]:
    rows = select(table)
    if table.name == "cell_rollups":
        return rows.where(or_(*(column != 0 for column in table.c if column.name not in ("res", "cell"))))
    if table.name == "journal":
        return rows.where(table.c.layer != STORE)
    if table.name == "kept":
        return rows.where(~table.c.key.endswith("_version", autoescape=True))
    return rows


def verified(store: Database) -> bool:
    said = run("verify")
    return said.exit_code == 0


def real_things(now: datetime) -> list[Thing]:
    """What is real, in the very places of the demo: needs at its doors, a compound, zone and shift over one of its."""
    town = neighbourhood(date(2026, 3, 3), datetime(2026, 3, 3, 4, tzinfo=UTC))
    doors = [row.geometry for row in town.needs[:60]]
    outline = town.compounds[0][1]
    ago = {"reported_at": now - timedelta(days=2)}
    window = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=3)}
    return [
        Thing("compounds", {"source_id": "demo-of-ours", "name": "真小区", "households": 90, "population": 300,
                            "valid_from": now - timedelta(days=3)}, outline),
        Thing("quarantine_zones", {"name": "真区", "level": "lockdown"}, outline),
        Thing("volunteer_shifts", {"organization": "队", "role": "care", "places_wanted": 4, **window}, outline),
        *(Thing("needs", {"service": "food", "contact": f"1380000{i:04}", **ago}, at) for i, at in enumerate(doors)),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    """A store with real things and the demo over them: where it is, and what was there before the demo.

    before: every row of every table. held: the cells of some earlier moments.
    """

    url: str
    before: dict[str, list[tuple[Any, ...]]]
    past: list[datetime]
    held: list[States]


@pytest.fixture(scope="module")
def town(schema_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town, filled once: filling takes longer than all that is done with it. Only copies are changed."""
    url = copy_of_store(schema_url, tmp_path_factory.mktemp("town"))
    store, now = open_database(url), datetime.now(UTC)
    make_real(store, now - timedelta(minutes=30))
    past = [now - timedelta(hours=hours) for hours in (1, 30, 60)]
    before, held = content(store), [from_record(store, 9, at, now, AROUND) for at in past]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LINLI_DATABASE_URL", url)
        assert run("demo").exit_code == 0
    store.close()
    yield Town(url, before, past, held)
    remove_store(url)


def make_real(store: Database, now: datetime) -> None:
    """Puts in real features, some of them moved on, an account, a volunteer and a publication from before any demo."""
    fill(store, real_things(now), now - timedelta(days=1))
    with store.write() as session:
        steps = [features.Step(number, "acknowledged", now) for number in (1, 2, 3)]
        features.move(session, catalogue.layer("needs"), steps, OFFICIAL, now)
        add_account(session, "li@linli.example.org", PASSWORD, "coordinator", now)
        places.take(session, 1, places.person("of the real one", "Zhao", "139"), now)
        links.set_contact(session, "队", "139")
    publish(store, now)


@pytest.fixture
def real(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A copy of the town, opened; commands go there."""
    url = copy_of_store(town.url, tmp_path)
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    store = open_database(url)
    yield store
    store.close()
    remove_store(url)


def test_it_fills_every_layer_says_how_much_and_a_map_that_is_open_shows_it_come_and_go(kept: Database) -> None:
    elsewhere = open_database(kept.engine.url.render_as_string(hide_password=False))
    maps = [present_of(elsewhere, internal) for internal in (True, False)]

    def shown() -> list[int]:
        return [len(from_memory(present, 8, datetime.now(UTC), AROUND)) for present in maps]

    assert shown() == [0, 0]

    said = run("demo")

    assert said.exit_code == 0, said.output
    assert min(shown()) > 5
    assert all(f"{count(kept, layer)} {layer}" in said.output for layer in LAYERS)
    assert all(count(kept, layer) > 0 for layer in LAYERS)
    with kept.read() as session:
        assert len(standing(session, datetime.now(UTC))) == 2
        filled = filled_on(session)
    assert filled is not None, "its day is kept"
    assert abs(filled - datetime.now(UTC).date()) <= timedelta(days=1)
    assert verified(kept)
    before = content(kept)

    again = run("demo")

    assert (again.exit_code, "there already" in again.output) == (0, True)
    assert content(kept) == before

    run("demo", "--remove")

    assert shown() == [0, 0]
    elsewhere.close()
    with kept.read() as session:
        assert filled_on(session) is None


def test_taken_out_it_leaves_everything_as_it_was_before(real: Database, town: Town) -> None:
    assert all(count(real, layer) > len(town.before[layer]) for layer in LAYERS)

    said = run("demo", "--remove")

    assert (said.exit_code, "taken out" in said.output) == (0, True)
    assert content(real) == town.before
    now = datetime.now(UTC)
    assert [from_record(real, 9, at, now, AROUND) for at in town.past] == town.held
    assert verified(real)


def test_what_people_did_to_the_demo_goes_with_it_and_what_they_did_beside_it_stays(real: Database) -> None:
    now = datetime.now(UTC)
    needs, compounds = catalogue.layer("needs"), catalogue.layer("compounds")
    with real.write() as session:
        made = select(needs.table.c.id).where(needs.table.c.source_id.like("demo-%"), needs.table.c.state == "reported")
        ids = session.execute(made.order_by(needs.table.c.id).limit(5)).scalars().all()
        features.move(session, needs, [features.Step(one, "acknowledged", now) for one in ids], OFFICIAL, now)
        gone = session.execute(
            select(compounds.table.c.id).where(compounds.table.c.source_id != "demo-of-ours")
        ).scalars()
        features.remove(session, compounds, [next(gone)], OFFICIAL, now, "a mistake")
        features.move(session, needs, [features.Step(4, "acknowledged", now)], OFFICIAL, now)
        put(session, [Thing("needs", {"service": "repairs"}, shapely.Point(120.1, 30.3))], now)
        for notice in standing(session, now):
            sending = notices.Sending(f"off-{notice.id}", "linli@example.org", is_exercise=True)
            notices.cancel(session, notice.id, {"zh": "误发"}, sending, OFFICIAL, now)
    publish(real, now + timedelta(hours=1))

    assert run("demo", "--remove").exit_code == 0

    assert {layer: count(real, layer) for layer in LAYERS if count(real, layer)} == {
        "compounds": 1, "quarantine_zones": 1, "volunteer_shifts": 1, "needs": 61,
    }  # fmt: skip
    left = content(real)
    assert left["notices"] == []
    assert {row[6] for row in left["journal"]} <= {"compounds", "quarantine_zones", "volunteer_shifts", "needs"}
    assert len(left["journal"]) == 63 + 3 + 2 + 1
    assert len(left["publications"]) == 1
    long_ago = from_record(real, 9, now - timedelta(days=30), now, AROUND)
    assert [state for state in long_ago.values() if set(state) - {"zone"}] == []
    assert verified(real)


def test_whoever_took_a_place_or_made_a_link_in_the_demo_goes_with_it_and_nobody_else(
    real: Database, town: Town
) -> None:
    now = datetime.now(UTC)
    with real.write() as session:
        shifts, gates = catalogue.layer("volunteer_shifts").table, catalogue.layer("checkpoints").table
        ahead = shifts.c.id > 1, shifts.c.ends_at > now, shifts.c.state == "open"
        shift, organization = session.execute(select(shifts.c.id, shifts.c.organization).where(*ahead).limit(1)).one()
        links.make_shift_link(session, b"key", features.row_of(session, SHIFTS, shift), OFFICIAL, now)
        links.set_contact(session, organization, "138")
        places.take(session, shift, places.person("a token", "Li", "138"), now)
        gate = session.execute(select(gates.c.id).limit(1)).scalar_one()
        make_link(session, gate, now + timedelta(hours=1), OFFICIAL, now)

    assert run("demo", "--remove").exit_code == 0

    left = content(real)
    tables = ["shift_volunteers", "shift_volunteers_private", "shift_places", "shift_links", "shift_organizations"]
    tables.append("gate_links")
    assert {name: left[name] for name in tables} == {name: town.before[name] for name in tables}
    assert verified(real)


def test_a_reset_fills_it_anew_and_once(real: Database, town: Town) -> None:
    counts = {layer: count(real, layer) for layer in LAYERS if layer != "needs"}

    said = run("demo", "--reset")

    assert (said.exit_code, "synthetic" in said.output) == (0, True)
    assert {layer: count(real, layer) for layer in LAYERS if layer != "needs"} == counts
    assert verified(real)
    assert run("demo", "--remove").exit_code == 0
    assert content(real) == town.before

    said = run("demo", "--remove")

    assert (said.exit_code, said.output) == (0, "there was no demo\n")
    assert content(real) == town.before


def test_taking_out_and_filling_anew_are_two_wishes(kept: Database) -> None:
    said = run("demo", "--reset", "--remove")

    assert said.exit_code == 2
    assert count(kept, "needs") == 0
