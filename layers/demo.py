"""Puts the demo neighbourhood into the store, and takes it out again without a trace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import orjson
import shapely
from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from data import areas, journal, people
from data.backup import STORE
from data.base import Base
from data.database import Database
from data.demo.neighbourhood import Neighbourhood, neighbourhood, streets_geojson
from data.journal import JournalRow
from data.keeping import keep, kept
from layers import catalogue, features
from layers.accountability.record import ClosedMonth
from layers.actor import Actor
from layers.cell_state.verify import rebuild
from layers.description import Layer
from layers.needs import actions as needs
from layers.notices import actions as notices
from layers.notices.record import Notice
from layers.notices.rules import Draft
from layers.volunteer_shifts import people as people_of_shifts

DEMO = Actor(name="demo", role="administrator")
BATCH = 5000


def filled_on(session: Session) -> date | None:
    """The day the demo was filled; None where there is no demo."""
    value = kept(session, "demo")
    return None if value is None else date.fromisoformat(value)


def fill(database: Database, day: date, until: datetime) -> dict[str, int]:
    """Fills an empty or real store with the demo of a day, as it stands at `until`; how many of each layer.

    Nothing where the demo is there already.
    """
    with database.write() as session:
        if filled_on(session) is not None:
            return {}
        town = neighbourhood(day, until)
        _send_notices(session, town.notices, until)  # first: they were sent before, and the journal goes by time
        _fill_places(session, town, until)
        counts = {layer.name: _fill_layer(session, layer, getattr(town, layer.name, ()), until)
                  for layer in catalogue.layers() if layer.name != "needs"}  # fmt: skip
        counts["needs"] = _fill_needs(session, town.needs, until)
        keep(session, "demo", day.isoformat())
        return counts


def _fill_places(session: Session, town: Neighbourhood, at: datetime) -> None:
    areas.put_areas(session, [_area(one) for one in town.areas], at)
    levels = {one.code: one.level for one in town.areas}
    by = people.By(DEMO.name, DEMO.role, at)
    for one in town.accounts:
        account = people.add_account(
            session, one.email, town.password, one.role, at, name=one.name, organization=one.organization, is_demo=True
        )
        if one.area:
            duty_area = people.of_areas(session, [f"{levels[one.area]}:{one.area}"])
            people.define_duty_area(session, account, duty_area, by)
    keep(session, "demo_streets", orjson.dumps(streets_geojson(town)).decode())


def _incoming(
    layer: Layer, rows: Iterable[tuple[dict[str, Any], Any]], outlines: dict[str, Any]
) -> list[features.Incoming]:
    found = []
    for values, geometry in rows:
        if geometry is None and values.get("compounds"):
            geometry = shapely.union_all([outlines[name] for name in values["compounds"]])
        found.append(features.Incoming(features.check(layer, values), geometry))
    return found


def _fill_layer(session: Session, layer: Layer, rows: Sequence[Any], at: datetime) -> int:
    from layers.compounds.queries import outlines_by_name

    outlines = outlines_by_name(session) if layer.name == "volunteer_shifts" else {}
    incoming = _incoming(layer, ((row[0], row[1]) for row in rows), outlines)
    for start in range(0, len(incoming), BATCH):
        result = features.put(session, layer, incoming[start : start + BATCH], DEMO, at)
        if result.rejected:
            raise ValueError(f"the demo's own {layer.name} were refused: {result.rejected[:3]}")
    return len(incoming)


def _fill_needs(session: Session, rows: Sequence[Any], at: datetime) -> int:
    layer = catalogue.layer("needs")
    _fill_layer(session, layer, [(_as_reported(row.values), row.geometry) for row in rows], at)
    ids = {row[0]: row[1] for row in session.execute(select(layer.table.c.source_id, layer.table.c.id))}
    by_id = {row["id"]: dict(row) for row in session.execute(select(layer.table)).mappings()}
    steps = []
    for row in rows:
        state = by_id[ids[row.values["source_id"]]]
        for made in row.moves:
            details: dict[str, Any] = {"organization": made.organization or None, "reason": made.reason or None}
            if made.kept:
                details["duplicate_of"] = ids[made.kept]
            step = needs.step(state, made.state, made.at, **details)
            steps.append(step)
            state = {**state, **step.changes, "state": made.state}
    steps.sort(key=lambda step: step.at)
    features.move(session, layer, steps, DEMO, at)
    return len(rows)


def _send_notices(session: Session, rows: Sequence[Any], at: datetime) -> None:
    for row in rows:
        identifier = row.values["source_id"]
        draft = Draft(**{name: value for name, value in row.values.items() if name != "source_id"})
        sending = notices.Sending(identifier, "linli@demo.example.org", is_exercise=True)
        notices.send(session, draft, row.geometry, sending, DEMO, min(draft.starts_at, at))


def remove(database: Database, at: datetime) -> int:
    """Takes out every row of the demo, its journal and figures included; how many features there were.

    Publications and months closed since it was filled go too: the demo's needs are counted in them. The clock closes
    these months anew.
    """
    with database.write() as session:
        _erase_publications(session)
        _erase_notices(session)
        people_of_shifts.erase_with(session, _created(catalogue.layer("volunteer_shifts")))
        count = sum(_erase(session, layer) for layer in catalogue.layers())
        areas.remove_source(session, "demo")
        for key in ("demo", "demo_streets"):
            keep(session, key, None)
        # Before rows of the journal go, so that its numbers are above theirs: nobody may take it for known.
        journal.append(session, [journal.Entry(STORE, "demo_removed", public=True)], DEMO.name, DEMO.role, at)
        for layer in catalogue.layers():
            _erase_record(session, layer)
        people.remove_demo(session, DEMO.name)
        rebuild(session)
        return count


def _erase_publications(session: Session) -> None:
    filled = session.execute(
        select(func.min(JournalRow.recorded_at)).where(JournalRow.actor == DEMO.name, JournalRow.verb == "create")
    ).scalar()
    if filled is None:
        return
    made, cells = Base.metadata.tables["publications"], Base.metadata.tables["published_cells"]
    mixed = select(made.c.number).where(made.c.at >= filled)
    session.execute(delete(cells).where(cells.c.number.in_(mixed)))
    session.execute(delete(made).where(made.c.at >= filled))
    session.execute(delete(ClosedMonth).where(ClosedMonth.computed_at >= filled))


def _erase_notices(session: Session) -> None:
    """The demo's notices, whatever took their place, and the journal of both."""
    own = select(Notice.id).where(Notice.sent_by == DEMO.name)
    ids, found = set[int](), set(session.execute(own).scalars())
    while found:
        ids |= found
        after = select(Notice.replaced_by).where(Notice.id.in_(found), Notice.replaced_by.is_not(None))
        found = {one for one in session.execute(after).scalars() if one is not None} - ids
    session.execute(delete(Notice).where(Notice.id.in_(ids)))
    of_notices = (JournalRow.layer == notices.NOTICES) & JournalRow.feature_id.in_(ids)
    session.execute(delete(JournalRow).where(of_notices))


def _area(one: Any) -> areas.AreaRow:
    return areas.AreaRow(
        one.level, one.code, one.name, one.name_en, parent=one.parent, geometry=one.polygon, source="demo"
    )


def _created(layer: Layer) -> Select[int | None]:
    """Numbers of what the demo created in a layer, by the journal: a source id may be anybody's, and a feature may
    have been removed since.
    """
    return select(JournalRow.feature_id).where(
        JournalRow.layer == layer.name, JournalRow.actor == DEMO.name, JournalRow.verb == "create"
    )


def _erase(session: Session, layer: Layer) -> int:
    spans, ids = Base.metadata.tables["cell_spans"], _created(layer)
    done = session.execute(delete(layer.table).where(layer.table.c.id.in_(ids)))
    for column in layer.private_columns():
        session.execute(delete(column.table).where(column.in_(ids)))
    session.execute(delete(spans).where(spans.c.layer == layer.name, spans.c.feature_id.in_(ids)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _erase_record(session: Session, layer: Layer) -> None:
    deltas, rows, ids = Base.metadata.tables["cell_deltas"], Base.metadata.tables["journal"], _created(layer)
    session.execute(delete(deltas).where(deltas.c.layer == layer.name, deltas.c.feature_id.in_(ids)))
    session.execute(delete(rows).where(rows.c.layer == layer.name, rows.c.feature_id.in_(ids)))


def _as_reported(values: dict[str, Any]) -> dict[str, Any]:
    """A need's values as they were when it was reported; its place is the geometry."""
    return {name: value for name, value in values.items() if name not in ("lng", "lat")} | {"state": "reported"}
