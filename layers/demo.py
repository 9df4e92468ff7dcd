"""Puts the demo neighbourhood into the store, and takes it out again without a trace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import orjson
import shapely
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import areas, journal, people
from data.backup import STORE
from data.base import Base
from data.database import Database
from data.demo.neighbourhood import Neighbourhood, neighbourhood, streets_geojson
from data.journal import JournalRow
from data.keeping import keep, kept
from layers import catalogue, features
from layers.actor import Actor
from layers.cell_state.verify import rebuild
from layers.description import Layer
from layers.needs import actions as needs

DEMO = Actor(name="demo", role="administrator")
PREFIX = "demo-"
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
        _fill_places(session, town, until)
        counts = {layer.name: _fill_layer(session, layer, getattr(town, layer.name, ()), until)
                  for layer in catalogue.layers() if layer.name != "needs"}  # fmt: skip
        counts["needs"] = _fill_needs(session, town.needs, until)
        keep(session, "demo", day.isoformat())
        return counts


def _fill_places(session: Session, town: Neighbourhood, at: datetime) -> None:
    areas.put_areas(session, [_area(one) for one in town.areas], at)
    for one in town.accounts:
        people.add_account(
            session, one.email, town.password, one.role, at, name=one.name, organization=one.organization, is_demo=True
        )
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


def remove(database: Database, at: datetime) -> int:
    """Takes out every row of the demo, its journal and figures included; how many features there were."""
    with database.write() as session:
        count = 0
        for layer in catalogue.layers():
            count += _erase(session, layer)
        areas.remove_source(session, "demo")
        people.remove_demo(session)
        for key in ("demo", "demo_streets"):
            keep(session, key, None)
        rebuild(session)
        for table in ("published_cells", "publications"):
            session.execute(delete(Base.metadata.tables[table]))
        journal.append(session, [journal.Entry(STORE, "demo_removed", public=True)], DEMO.name, DEMO.role, at)
        return count


def _area(one: Any) -> areas.AreaRow:
    return areas.AreaRow(
        one.level, one.code, one.name, one.name_en, parent=one.parent, geometry=one.polygon, source="demo"
    )


def _erase(session: Session, layer: Layer) -> int:
    table = layer.table
    ids = select(table.c.id).where(table.c.source_id.like(f"{PREFIX}%"))
    spans, deltas = Base.metadata.tables["cell_spans"], Base.metadata.tables["cell_deltas"]
    session.execute(delete(spans).where(spans.c.layer == layer.name, spans.c.feature_id.in_(ids)))
    session.execute(delete(JournalRow).where(JournalRow.layer == layer.name, JournalRow.feature_id.in_(ids)))
    if layer.private_table is not None:
        session.execute(delete(layer.private_table).where(layer.private_table.c[0].in_(ids)))
    _erase_deltas(session, layer, deltas)
    done = session.execute(delete(table).where(table.c.source_id.like(f"{PREFIX}%")))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _erase_deltas(session: Session, layer: Layer, deltas: Any) -> None:
    """Deltas carry no feature: those of the demo are the ones in its cells, which lie in its own invented quarter."""
    if layer.name != "needs":
        return
    from geo import cells

    leaves = session.execute(select(layer.table.c.leaf).where(layer.table.c.source_id.like(f"{PREFIX}%"))).scalars()
    touched = sorted({cells.parent(leaf, cells.FINEST) for leaf in leaves})
    for start in range(0, len(touched), 500):
        session.execute(delete(deltas).where(deltas.c.cell.in_(touched[start : start + 500])))


def _as_reported(values: dict[str, Any]) -> dict[str, Any]:
    """A need's values as they were when it was reported; its place is the geometry."""
    return {name: value for name, value in values.items() if name not in ("lng", "lat")} | {"state": "reported"}
