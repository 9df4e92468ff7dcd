"""The one way in for every layer: create, update, move and remove features, with journal and cell figures.

Every action ends in `_settle`, which writes the spans, the journal rows, the deltas and last the rollup rows of the
change, in the caller's transaction. What a feature adds to its cells is its layer's pure `contribution`; a change is
the contribution after less the one before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely
from pydantic import BaseModel
from shapely.geometry.base import BaseGeometry
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from data import journal, locks
from data.bulk import insert_rows
from data.driver import Question, ask, first_at_or_after
from data.texts import check_texts
from geo import cells, covers
from geo.covers import Cover
from geo.outlines import outline_of_cells
from geo.shapes import BadShape
from layers import figures
from layers.actor import Actor
from layers.description import Layer
from layers.errors import BadInput, MoveNotAllowed, NotFound

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import KeyedColumnElement

#: Rows asked for by source id at once; below every store's limit of bound values.
IDS_AT_ONCE = 500


@dataclass(slots=True)
class Incoming:
    """A feature as it comes in: its layer's checked model, its WGS 84 geometry, its line in the file (0 for none),
    and columns that an action sets beside the model.
    """

    values: BaseModel
    geometry: BaseGeometry | None
    line: int = 0
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class PutResult:
    """What became of a batch; `ids` of those taken, in their order; `rejected` as (line, reason)."""

    created: int = 0
    updated: int = 0
    ids: list[int] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)


def put(session: Session, layer: Layer, incoming: Sequence[Incoming], actor: Actor, at: datetime) -> PutResult:
    """Creates features, or updates those whose source id is known, all of the batch but those it rejects.

    What a new feature adds holds from its own beginning, what an update changes in amounts holds from `at`. An update
    puts right what holds over time: the interval since the last move, the whole one where there was none.
    """
    result = PutResult()
    rows = _rows_of(session, layer, incoming, at, result)
    known = _known(session, layer, [row["source_id"] for row, _ in rows if row["source_id"]])
    new = [pair for pair in rows if pair[0]["source_id"] not in known]
    old = [(known[row["source_id"]], row, footprint) for row, footprint in rows if row["source_id"] in known]
    changes = []
    for (row, footprint), feature_id in zip(new, _insert(session, layer, [row for row, _ in new]), strict=True):
        changes.append(_created(layer, feature_id, row, footprint, at))
    changes += _updated(session, layer, old, at)
    result.created, result.updated = len(new), len(old)
    result.ids = [change.feature_id for change in changes]
    _settle(session, layer, changes, actor, at)
    return result


@dataclass(frozen=True, slots=True)
class Step:
    """One move of one feature: to which state, as of when, the other columns it sets, and why."""

    feature_id: int
    to_state: str
    at: datetime
    changes: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None


def move(
    session: Session, layer: Layer, steps: Sequence[Step], actor: Actor, recorded_at: datetime
) -> list[dict[str, Any]]:
    """Makes the moves in their order and gives the rows of the features as they stand then, each once.

    All or nothing, with the caller's transaction: raises NotFound, MoveNotAllowed for the first that cannot be made.
    """
    rows = locked(session, layer, [step.feature_id for step in steps])
    changes = []
    for step in steps:
        change, rows[step.feature_id] = _moved(layer, rows[step.feature_id], step)
        changes.append(change)
    if not steps:
        return []
    names = sorted(set().union(*(step.changes for step in steps)) | {layer.state_field, "changed_at", "since"})
    session.execute(
        update(layer.table).where(layer.table.c.id == bindparam("row_id")),
        [{**{name: row[name] for name in names}, "row_id": feature_id} for feature_id, row in rows.items()],
    )
    _settle(session, layer, changes, actor, recorded_at)
    return list(rows.values())


def locked(session: Session, layer: Layer, feature_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Rows of features by id, which nobody else changes before the transaction ends. Raises NotFound."""
    rows: dict[int, dict[str, Any]] = {}
    wanted = sorted(set(feature_ids))
    for start in range(0, len(wanted), IDS_AT_ONCE):
        part = wanted[start : start + IDS_AT_ONCE]
        query = select(layer.table).where(layer.table.c.id.in_(part)).order_by(layer.table.c.id).with_for_update()
        rows.update({row["id"]: dict(row) for row in session.execute(query).mappings()})
        if len(rows) < start + len(part):
            raise NotFound(f"{layer.name} has no feature {next(one for one in part if one not in rows)}")
    return rows


def _moved(layer: Layer, before: dict[str, Any], step: Step) -> tuple[figures.Change, dict[str, Any]]:
    state = before[layer.state_field]
    if not layer.may_move(before, step.to_state):
        raise MoveNotAllowed(f"{layer.name} {step.feature_id} is {state}; from there it cannot become {step.to_state}")
    after = {**before, **step.changes, layer.state_field: step.to_state, "changed_at": step.at, "since": step.at}
    footprint = footprint_of(layer, before)
    reason = step.reason
    entry = journal.Entry(
        layer.name, "move", step.feature_id, state, step.to_state, _journal_cells(footprint),
        {"reason": reason} if reason else None, step.at, layer.public,
    )  # fmt: skip
    standing_before, standing_after = (footprint, layer.contribution(before)), (footprint, layer.contribution(after))
    return figures.Change(step.feature_id, standing_before, standing_after, step.at, step.at, entry), after


def remove(session: Session, layer: Layer, feature_ids: Sequence[int], actor: Actor, at: datetime, reason: str) -> int:
    """Takes features off the map as of `at`, and what is private of them; what held before stays in the record.

    Gives how many there were. Raises NotFound.
    """
    changes = []
    for feature_id, before in locked(session, layer, feature_ids).items():
        footprint = footprint_of(layer, before)
        entry = journal.Entry(
            layer.name, "remove", feature_id, before.get(layer.state_field), None, _journal_cells(footprint),
            {"reason": reason}, at, layer.public,
        )  # fmt: skip
        changes.append(figures.Change(feature_id, (footprint, layer.contribution(before)), None, at, at, entry))
    gone = [change.feature_id for change in changes]
    for column in (layer.table.c.id, *layer.private_columns()):
        _delete_rows(session, column, gone)
    _settle(session, layer, changes, actor, at)
    return len(changes)


def correct(
    session: Session, layer: Layer, feature_id: int, changes: Mapping[str, Any], actor: Actor, at: datetime
) -> dict[str, Any]:
    """Puts columns of one feature right, its place among them: the record was wrong, also of what was before.

    Gives the row as it is then. Raises NotFound.
    """
    return _changed(session, layer, feature_id, changes, actor, at, None)


def change(
    session: Session, layer: Layer, feature_id: int, changes: Mapping[str, Any], actor: Actor, at: datetime,
    reason: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Changes columns of one feature as of `at`, its place among them; what held before stays in the record.

    Gives the row as it is then. Raises NotFound.
    """
    return _changed(session, layer, feature_id, {**changes, "since": at}, actor, at, at, reason)


def _changed(
    session: Session, layer: Layer, feature_id: int, changes: Mapping[str, Any], actor: Actor, at: datetime,
    cut_at: datetime | None, reason: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    before = locked(session, layer, [feature_id])[feature_id]
    after = {**before, **changes, "changed_at": at}
    old, new = footprint_of(layer, before), footprint_of(layer, after)
    session.execute(update(layer.table).where(layer.table.c.id == feature_id).values(**changes, changed_at=at))
    told = {"changed": sorted(set(changes) - {"since"})} | ({"reason": reason} if reason else {})
    entry = journal.Entry(
        layer.name, "update", feature_id, before.get(layer.state_field), after.get(layer.state_field),
        _journal_cells(old, new), told, None, layer.public,
    )  # fmt: skip
    standing_before, standing_after = (old, layer.contribution(before)), (new, layer.contribution(after))
    made = figures.Change(feature_id, standing_before, standing_after, at, cut_at, entry, before["since"])
    _settle(session, layer, [made], actor, at)
    return after


def note(
    session: Session, layer: Layer, row: Mapping[str, Any], verb: str, actor: Actor, at: datetime,
    details: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Writes into the journal what was done about the feature in `row` that changes no figure, such as a reading of a
    contact. `details` holds nothing private.
    """
    state = row.get(layer.state_field)
    entry = journal.Entry(
        layer.name, verb, row["id"], state, state, _journal_cells(footprint_of(layer, dict(row))), details
    )
    journal.append(session, [entry], actor.name, actor.role, at)


def row_of(session: Session, layer: Layer, feature_id: int) -> dict[str, Any]:
    """The row of a feature. Raises NotFound."""
    row = session.execute(select(layer.table).where(layer.table.c.id == feature_id)).mappings().first()
    if row is None:
        raise NotFound(f"{layer.name} has no feature {feature_id}")
    return dict(row)


def known(session: Session, layer: Layer, source_id: str | None) -> dict[str, Any] | None:
    """The row that has this source id, which nobody else changes before the transaction ends; None where none has."""
    return _known(session, layer, [source_id]).get(source_id) if source_id else None


def footprint_of(layer: Layer, row: dict[str, Any]) -> figures.Footprint:
    """The leaf of a point, the cover of an area, of one row."""
    return footprints_of(layer, [row])[0]


def footprints_of(layer: Layer, rows: Sequence[dict[str, Any]]) -> list[figures.Footprint]:
    """The leaf of each point or the cover of each area; raises what geo.covers raises for shapes it cannot take."""
    if not rows:
        return []
    if "leaf" in layer.table.c:
        return [row["leaf"] for row in rows]
    if layer.geometry == "point":
        points = [row["geometry"] for row in rows]
        return list(cells.leaves_of(shapely.get_x(points), shapely.get_y(points)).tolist())
    drawn = [row for row in rows if not row.get("cells")]
    made = iter(covers.covers([row["geometry"] for row in drawn]))
    return [_cover_of_names(row["cells"]) if row.get("cells") else next(made) for row in rows]


def _cover_of_names(names: Sequence[str]) -> Cover:
    """The cover of cells by their names; raises TooLarge, as for a polygon, above the limit of covers."""
    found = covers.cover_of_cells([cells.from_hex(name) for name in names])
    area_km2 = found.n * float(cells.CELL_KM2[cells.COVER])
    if area_km2 > covers.LIMIT_KM2:
        raise covers.TooLarge(area_km2, covers.LIMIT_KM2)
    return found


def _rows_of(
    session: Session, layer: Layer, incoming: Sequence[Incoming], at: datetime, result: PutResult
) -> list[tuple[dict[str, Any], figures.Footprint]]:
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    flat = shapely.force_2d(np.array([one.geometry for one in incoming], dtype=object))
    for one, geometry in zip(incoming, flat.tolist(), strict=True):
        row = {
            **one.values.model_dump(),
            **one.columns,
            "geometry": _as_kept(layer, geometry),
            "changed_at": at,
            "since": None,
        }
        row["line"] = one.line
        problem = _problem(layer, row, seen)
        if problem:
            result.rejected.append((one.line, problem))
        else:
            rows.append(row)
    if layer.prepare is not None:
        layer.prepare(session, rows, at)
        result.rejected += [(row["line"], row["rejected"]) for row in rows if row.get("rejected")]
        rows = [row for row in rows if not row.get("rejected")]
    return _with_footprints(layer, rows, result)


def _with_footprints(
    layer: Layer, rows: list[dict[str, Any]], result: PutResult
) -> list[tuple[dict[str, Any], figures.Footprint]]:
    try:
        return list(zip(rows, footprints_of(layer, rows), strict=True))
    except (covers.TooLarge, BadShape, cells.BadCell, ValueError):
        pairs = []  # one of them cannot be taken: find out which, so that it alone is left out
        for row in rows:
            try:
                pairs.append((row, footprint_of(layer, row)))
            except ValueError as error:
                result.rejected.append((row["line"], str(error)))
        return pairs


def _problem(layer: Layer, row: dict[str, Any], seen: set[str]) -> str:
    if row["geometry"] is None and not row.get("cells"):
        return f"no place is given; {layer.name} needs a {layer.geometry}"
    if row["geometry"] is None:
        try:
            row["geometry"] = outline_of_cells([cells.from_hex(cell) for cell in row["cells"]])
        except cells.BadCell as error:
            return str(error)
    wanted = {"point": ("Point",), "polygon": ("MultiPolygon",)}[layer.geometry]
    if row["geometry"].geom_type not in wanted or row["geometry"].is_empty:
        return f"{layer.name} needs a {layer.geometry}, the row has a {row['geometry'].geom_type}"
    source_id = row["source_id"]
    if source_id is not None and source_id in seen:
        return f"the source id {source_id!r} stands twice"
    if source_id is not None:
        seen.add(source_id)
    return ""


def _as_kept(layer: Layer, geometry: BaseGeometry | None) -> BaseGeometry | None:
    if layer.geometry == "polygon" and isinstance(geometry, shapely.Polygon):
        return shapely.MultiPolygon([geometry])
    if layer.geometry == "point" and isinstance(geometry, shapely.MultiPoint) and len(geometry.geoms) == 1:
        return geometry.geoms[0]
    return geometry


def _known(session: Session, layer: Layer, source_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Rows by source id, which nobody else changes, or adds, before the transaction ends."""
    known: dict[str, dict[str, Any]] = {}
    if not source_ids:
        return known
    locks.hold(session, locks.SOURCE_IDS)
    there = [source_id for (source_id,) in ask(session, _question_for_source_ids(session, layer, source_ids))]
    for start in range(0, len(there), IDS_AT_ONCE):
        part = there[start : start + IDS_AT_ONCE]
        query = select(layer.table).where(layer.table.c.source_id.in_(part)).order_by(layer.table.c.id)
        query = query.with_for_update()
        known.update({row["source_id"]: dict(row) for row in session.execute(query).mappings()})
    return known


def _question_for_source_ids(session: Session, layer: Layer, source_ids: Sequence[str]) -> Question:
    """How the store is asked which of some source ids it has: as one value, because a load asks for thousands and
    mostly none is there.
    """
    check_texts(source_ids)
    near = first_at_or_after("source_id", layer.table.name, "source_id", "given.value")
    given = "json_each(?) AS given"
    if session.get_bind().dialect.name == "postgresql":
        given = "json_array_elements_text(%s::json) AS given(value)"
    statement = f"SELECT given.value FROM {given} WHERE ({near}) = given.value"  # noqa: S608
    return statement, (orjson.dumps(source_ids).decode(),)


def _insert(session: Session, layer: Layer, rows: list[dict[str, Any]]) -> list[int]:
    """Inserts rows under numbers taken beforehand, so that one statement does for all. Gives the numbers."""
    if not rows:
        return []
    ids = _take_ids(session, layer, len(rows))
    for feature_id, row in zip(ids, rows, strict=True):
        row["id"] = feature_id
    insert_rows(session, layer.table, rows, layer.table.c.keys())
    _insert_private(session, layer, rows)
    return ids


def _insert_private(session: Session, layer: Layer, rows: list[dict[str, Any]]) -> None:
    """Inserts what is private of rows, under their "id"."""
    if layer.private_table is None:
        return
    key, *names = layer.private_table.c.keys()
    for row in rows:
        row[key] = row["id"]
    insert_rows(session, layer.private_table, rows, [key, *names])


def question_for_ids(session: Session, layer: Layer, count: int) -> Question:
    """How the store is asked for the numbers of so many new features."""
    if session.get_bind().dialect.name == "postgresql":
        return "SELECT nextval(%s::regclass) FROM generate_series(1, %s)", (f"{layer.table.name}_id_seq", count)
    return "SELECT seq FROM sqlite_sequence WHERE name = ?", (layer.table.name,)


def _take_ids(session: Session, layer: Layer, count: int) -> list[int]:
    found = [number for (number,) in ask(session, question_for_ids(session, layer, count))]
    if session.get_bind().dialect.name == "postgresql":
        return found
    last = found[0] if found else 0
    return list(range(last + 1, last + 1 + count))


def _created(
    layer: Layer, feature_id: int, row: dict[str, Any], footprint: figures.Footprint, at: datetime
) -> figures.Change:
    began = row.get("reported_at") or row.get("valid_from")
    if began is not None and began > at:
        began = at  # amounts count from when they are written: only spans can lie in the future
    entry = journal.Entry(
        layer.name, "create", feature_id, None, row.get(layer.state_field), _journal_cells(footprint), None, began,
        layer.public,
    )  # fmt: skip
    return figures.Change(feature_id, None, (footprint, layer.contribution(row)), began, None, entry)


def _updated(
    session: Session,
    layer: Layer,
    updates: Sequence[tuple[dict[str, Any], dict[str, Any], figures.Footprint]],
    at: datetime,
) -> list[figures.Change]:
    """Writes over features, each as it was, as it comes in and where that stands, with one statement a table."""
    if not updates:
        return []
    kept = [_kept_of(layer, before, row) for before, row, _ in updates]
    ids = [before["id"] for before, _, _ in updates]
    numbered = [{**values, "row_id": feature_id} for values, feature_id in zip(kept, ids, strict=True)]
    session.execute(update(layer.table).where(layer.table.c.id == bindparam("row_id")), numbered)
    if layer.private_table is not None:
        _delete_rows(session, layer.private_table.c[0], ids)
        _insert_private(session, layer, [{**row, "id": before["id"]} for before, row, _ in updates])
    footprints_before = footprints_of(layer, [before for before, _, _ in updates])
    return [
        _updated_one(layer, before, values, (footprint_before, footprint), at)
        for (before, _, footprint), values, footprint_before in zip(updates, kept, footprints_before, strict=True)
    ]


def _kept_of(layer: Layer, before: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """The columns of a row that is written over, as they will be kept."""
    kept = {name: row[name] for name in layer.table.c.keys() if name in row and name not in ("id", "since")}  # noqa: SIM118
    return kept | {name: before[name] for name in layer.kept_on_update}


def _updated_one(
    layer: Layer, before: dict[str, Any], kept: dict[str, Any],
    footprints: tuple[figures.Footprint, figures.Footprint], at: datetime,
) -> figures.Change:  # fmt: skip
    after = {**before, **kept}
    changed = sorted(
        name for name, value in kept.items() if name not in ("changed_at", "geometry") and before[name] != value
    )
    if "geometry" in before and not shapely.equals_exact(before["geometry"], kept["geometry"]):
        changed.append("geometry")
    entry = journal.Entry(
        layer.name, "update", before["id"], before.get(layer.state_field), after.get(layer.state_field),
        _journal_cells(*footprints), {"changed": changed}, None, layer.public,
    )  # fmt: skip
    return figures.Change(
        before["id"],
        (footprints[0], layer.contribution(before)),
        (footprints[1], layer.contribution(after)),
        at,
        None,
        entry,
        before["since"],
    )


def _delete_rows(session: Session, column: KeyedColumnElement[Any], ids: Sequence[int]) -> None:
    """Deletes the rows of a table whose column holds one of these numbers."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        session.execute(delete(column.table).where(column.in_(ids[start : start + IDS_AT_ONCE])))


#: Cells named by one journal row. More and the row names coarser ones: it must stay a line, not a map.
JOURNAL_CELLS = 64


def _journal_cells(*footprints: figures.Footprint) -> list[int]:
    """Cells no finer than 11 that a change touched, coarser ones for a large area."""
    named: set[int] = set()
    for footprint in footprints:
        if isinstance(footprint, Cover):
            for res in range(cells.FINEST, cells.COARSEST - 1, -1):
                found = covers.cells_at(footprint, res)
                if len(found) <= JOURNAL_CELLS or res == cells.COARSEST:
                    named.update(found.tolist())
                    break
        else:
            named.add(cells.ancestor(footprint, cells.FINEST))
    return sorted(named)


def _settle(session: Session, layer: Layer, changes: Sequence[figures.Change], actor: Actor, at: datetime) -> None:
    figures.write_spans(session, layer, changes)
    journal.append(session, [change.entry for change in changes], actor.name, actor.role, at)
    figures.write_amounts(session, changes)


def check(layer: Layer, values: dict[str, Any]) -> BaseModel:
    """The checked model of a feature from plain values; raises BadInput that lists every field at fault."""
    try:
        return layer.feature(**values)
    except ValueError as error:
        raise BadInput("some fields cannot be taken", problems_of(error)) from error


def problems_of(error: ValueError) -> list[dict[str, str]]:
    """Field and reason of each problem in a pydantic validation error."""
    found = getattr(error, "errors", None)
    if found is None:
        return [{"field": "", "reason": str(error)}]
    return [
        {
            "field": ".".join(str(part) for part in problem["loc"]),
            "reason": problem["msg"].removeprefix("Value error, "),
        }
        for problem in found(include_url=False, include_context=False, include_input=False)
    ]
