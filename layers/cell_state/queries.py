"""The reads behind cell state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import bindparam, or_, select, text
from sqlalchemy.orm import Session

from data import rollups
from geo import cells as geo_cells
from geo.cells import FINEST, Cells
from geo.coordinates import Box
from layers import catalogue
from layers.cell_state import rules
from layers.cell_state.holding import Figures, Holding, holding_of, measured
from layers.cell_state.record import cell_rollups
from layers.cell_state.rules import State, View
from layers.description import Measure
from layers.opening import is_open, next_turn
from layers.vocabulary.queries import Vocabulary, special_days

#: The size classes a span can have (data.rollups.span_class): one index range is read for each.
SIZES = range(32)

_HOLDS = text(
    " UNION ALL ".join(  # the only things put into the text are numbers
        "SELECT kind, tag, first, second, lo, hi, rank, n, hours FROM cell_spans "  # noqa: S608
        f"WHERE size = {size} AND starts > :at - {4**size if size < 30 else 2**62} AND starts <= :at AND ends > :at "
        "AND layer IN :layers"
        for size in SIZES
    )
).bindparams(bindparam("layers", expanding=True))
_STARTS = " UNION ALL ".join(
    f"SELECT MIN(starts) AS moment FROM cell_spans WHERE size = {size} AND starts > :at"  # noqa: S608
    for size in SIZES
)
_NEXT = text(
    f"SELECT MIN(moment) FROM ({_STARTS} UNION ALL SELECT MIN(ends) FROM cell_spans WHERE ends > :at) AS moments"  # noqa: S608
)
_NEXT_OF = text(
    "SELECT MIN(CASE WHEN starts > :at THEN starts ELSE ends END) FROM cell_spans WHERE ends > :at AND layer = :layer"
)


def holding_at(session: Session, at: datetime, zone: ZoneInfo, layers: frozenset[str]) -> Holding:
    """The spans of some layers that hold at a moment."""
    return _held(session, at, zone, layers)[0]


def holding_until(
    session: Session, at: datetime, zone: ZoneInfo, layers: frozenset[str]
) -> tuple[Holding, datetime | None]:
    """`holding_at`, and the next moment at which that may change by itself."""
    holding, turns = _held(session, at, zone, layers)
    coming = next_boundary(session, at, layers)
    return holding, min([*turns, *([] if coming is None else [coming])], default=None)


def _held(session: Session, at: datetime, zone: ZoneInfo, layers: frozenset[str]) -> tuple[Holding, list[datetime]]:
    """What holds at a moment, and the next moments at which opening hours there change that."""
    own = session.execute(_HOLDS, {"at": rollups.milliseconds(at), "layers": sorted(layers)}).all()
    timed = {row[8] for row in own if row[8]}
    special = special_days(session) if timed else []
    open_now = {hours for hours in timed if is_open(hours, at, zone, special)}
    held = [tuple(row[:8]) for row in own if not row[8] or row[8] in open_now]
    return holding_of(held), [next_turn(hours, at, zone, special) for hours in timed]


def next_boundary(session: Session, at: datetime, layers: frozenset[str]) -> datetime | None:
    """The next moment after `at` at which a feature of some layers begins or ceases to hold, None for never."""
    now = rollups.milliseconds(at)
    if layers == span_layers(internal=True):
        found = [session.execute(_NEXT, {"at": now}).scalar()]
    else:
        found = [session.execute(_NEXT_OF, {"at": now, "layer": name}).scalar() for name in sorted(layers)]
    moments = [moment for moment in found if moment is not None and moment < rollups.NEVER_MS]
    return rollups.moment_of(min(moments)) if moments else None


def span_layers(internal: bool) -> frozenset[str]:
    """Names of the layers whose spans a view is made of."""
    return frozenset(
        layer.name
        for layer in catalogue.layers()
        if any(measure.source == "span" and (internal or measure.public) for measure in layer.measures)
    )


def amount_measures(view: View) -> tuple[Measure, ...]:
    """The measures of a view that only writes change, apart from those of needs."""
    return tuple(measure for measure in view.measures if measure.source == "amount")


@dataclass(frozen=True)
class Columns:
    """Which rollup columns are read for a view, in order, and what each stands for."""

    names: tuple[str, ...]
    amounts: tuple[str, ...]
    services: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, view: View, words: Vocabulary) -> Columns:
        """Amounts of the view's layers; for staff also urgent and the slots in use."""
        amounts = tuple(measure.name for measure in amount_measures(view))
        services = tuple((name, open_column(slot)) for name, slot in rules.service_names(words.slots))
        needs = ("urgent", *(column for _, column in services)) if view.internal else ()
        return cls((*amounts, *needs), amounts, services if view.internal else ())

    def state(
        self, row: Sequence[int], spans: dict[str, int | str], gap: int, published: tuple[int, dict[str, int]] | None
    ) -> State:
        """The state of one cell from its rollup row (in the order of `names`) and what else is known of it."""
        count = len(self.amounts)
        amounts = dict(zip(self.amounts, row[:count], strict=True))
        if published is not None:
            return rules.state(amounts, spans, published[1], 0, 0, published[0])
        if not self.services:
            return rules.state(amounts, spans, {}, 0, 0)
        services = {name: value for (name, _), value in zip(self.services, row[count + 1 :], strict=True)}
        return rules.state(amounts, spans, services, row[count], gap)


def rollup_rows(session: Session, res: int, first: int, last: int, names: Sequence[str]) -> list[tuple[int, ...]]:
    """Rows (cell, *names) of the cells of a resolution from `first` to `last`, in index order."""
    columns = [cell_rollups.c[name] for name in names]
    query = (
        select(cell_rollups.c.cell, *columns)
        .where(cell_rollups.c.res == res, cell_rollups.c.cell.between(first, last))
        .order_by(cell_rollups.c.cell)
    )
    return [tuple(row) for row in session.execute(query).all()]


def cells_with_amounts(session: Session, res: int, names: Sequence[str]) -> Cells:
    """The cells of a resolution where one of some columns is, or once was, not 0, in index order."""
    query = select(cell_rollups.c.cell).where(cell_rollups.c.res == res).order_by(cell_rollups.c.cell)
    if names and set(names) != set(catalogue.rollup_columns()):
        query = query.where(or_(*(cell_rollups.c[name] != 0 for name in names)))
    return np.array(session.execute(query).scalars().all(), dtype=np.int64)


def open_column(slot: int) -> str:
    """The rollup column of the open needs of a service's slot."""
    return f"s{slot:02d}"


def taken_column(slot: int) -> str:
    """The rollup column of those among them that somebody has taken."""
    return f"t{slot:02d}"


def open_by_slot(session: Session, slots: Sequence[int]) -> tuple[Cells, Figures]:
    """Cells of resolution 11 with open needs, in index order, and those by slot (cells × slots)."""
    return _with_open(session, slots, [open_column(slot) for slot in slots])


def open_needs(session: Session, words: Vocabulary, only: Cells | None = None) -> tuple[Cells, Figures, Figures]:
    """Cells of resolution 11 with open needs, and by slot the open and the taken ones (cells × slots)."""
    slots = range(max(words.slots.values(), default=-1) + 1)
    names = [column(slot) for column in (open_column, taken_column) for slot in slots]
    cells, amounts = _with_open(session, slots, names, only)
    return cells, amounts[:, : len(slots)], amounts[:, len(slots) :]


def _with_open(
    session: Session, slots: Sequence[int], names: Sequence[str], only: Cells | None = None
) -> tuple[Cells, Figures]:
    """Cells of resolution 11 with open needs, or only some, and what stands there in some columns (cells × names)."""
    query = select(cell_rollups.c.cell, *(cell_rollups.c[name] for name in names)).where(cell_rollups.c.res == FINEST)
    if only is not None:
        query = query.where(cell_rollups.c.cell.in_(only.tolist()))
    elif slots:
        query = query.where(or_(*(cell_rollups.c[open_column(slot)] > 0 for slot in slots)))
    rows = np.array([tuple(row) for row in session.execute(query.order_by(cell_rollups.c.cell))], dtype=np.int64)
    rows = rows.reshape(-1, 1 + len(names))
    return rows[:, 0], rows[:, 1:]


def in_box(cells: Cells, box: Box) -> Cells:
    """Those cells whose centre is in the half-open box."""
    lngs, lats = geo_cells.centers(cells)
    return cells[box.contains_each(lngs, lats)]


def span_figures(holding: Holding, view: View, res: int) -> dict[int, dict[str, int | str]]:
    """By cell, the figures of the measures that time alone changes."""
    found: dict[int, dict[str, int | str]] = {}
    for measure in view.measures:
        if measure.source != "span":
            continue
        for cell, value in zip(*(column.tolist() for column in measured(holding, measure, res)), strict=True):
            found.setdefault(cell, {})[measure.name] = measure.words.get(value, value) if measure.words else value
    return found
