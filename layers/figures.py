"""From a change of features to the change of cell figures: spans, deltas and rollup rows.

Amounts of an area are shared over its cells of resolution 11 in whole numbers (geo.covers.share), a point's stand in
its own cell, so the figures of all cells sum to those of the features at every resolution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Table, delete, update
from sqlalchemy.orm import Session

from data import rollups
from data.base import Base
from data.bulk import insert_rows
from data.journal import Entry
from geo import cells
from geo.covers import Cover, apportion_many
from layers.description import Contribution, Layer, Span

#: A point is its leaf cell, an area its cover.
Footprint = int | Cover
Standing = tuple[Footprint, Contribution]
#: Amounts, which may be negative, and where they stand. An area's are shared as floor(H b / n) of their magnitude.
Weight = tuple[Footprint, Mapping[str, int]]

RESOLUTIONS = range(cells.COARSEST, cells.FINEST + 1)


@dataclass(slots=True)
class Change:
    """One feature before and after (None for not there).

    effective_at: from when its amounts hold; None for always. cut_at: the moment at which running spans end and new
    ones begin; None where the running spans are replaced, because the record was wrong and is put right. since: from
    when replaced spans may hold, the moment of the last move; what was before it stays.
    """

    feature_id: int
    before: Standing | None
    after: Standing | None
    effective_at: datetime | None
    cut_at: datetime | None
    entry: Entry
    since: datetime | None = None

    @property
    def spans_change(self) -> bool:
        """Whether span rows are to be written.

        A move always cuts what holds, also where the same goes on: a later correction reaches back to the move only.
        """
        before = (self.before[0], list(self.before[1].spans)) if self.before else (None, [])
        after = (self.after[0], list(self.after[1].spans)) if self.after else (None, [])
        if self.cut_at is not None:
            return bool(before[1] or after[1])
        return before[1] != after[1] or (bool(after[1]) and before[0] != after[0])


def spans_table() -> Table:
    """The table of spans (see data.rollups.span_table)."""
    return Base.metadata.tables["cell_spans"]


def columns() -> tuple[str, ...]:
    """The figure columns of the rollups, in order."""
    table = Base.metadata.tables["cell_rollups"]
    return tuple(column.name for column in table.columns if column.name not in ("res", "cell"))


def span_rows(layer: Layer, feature_id: int, standing: Standing, since: datetime | None = None) -> list[dict[str, Any]]:
    """The span rows of one feature: one a span and leaf range, from `since` on where it is given."""
    footprint, contribution = standing
    rows: list[dict[str, Any]] = []
    for span in contribution.spans:
        starts, ends = _milliseconds(span, since)
        if starts >= ends:
            continue
        fixed = {
            "layer": layer.name, "feature_id": feature_id, "kind": span.kind, "tag": span.tag, "hours": span.hours,
            "first": span.first, "second": span.second, "starts": starts, "ends": ends,
            "size": rollups.span_class(starts, ends), "settled": 0,
        }  # fmt: skip
        if isinstance(footprint, Cover):
            ranges = zip(footprint.lo.tolist(), footprint.hi.tolist(), footprint.rank.tolist(), strict=True)
            rows += [{**fixed, "lo": lo, "hi": hi, "rank": rank, "n": footprint.n} for lo, hi, rank in ranges]
        else:
            rows.append({**fixed, "lo": footprint, "hi": footprint, "rank": 0, "n": 1})
    return rows


def _milliseconds(span: Span, since: datetime | None) -> tuple[int, int]:
    starts = rollups.ALWAYS_MS if span.starts is None else rollups.milliseconds(span.starts)
    ends = rollups.NEVER_MS if span.ends is None else rollups.milliseconds(span.ends)
    return (starts if since is None else max(starts, rollups.milliseconds(since))), ends


def write_spans(session: Session, layer: Layer, changes: Sequence[Change]) -> None:
    """Brings the span rows of changed features up to date."""
    table = spans_table()
    rows: list[dict[str, Any]] = []
    waiting: set[int] = set()
    for change in changes:
        if not change.spans_change:
            continue
        if change.feature_id in waiting:  # a later move ends what an earlier one of the same batch began
            insert_rows(session, table, rows)
            rows, waiting = [], set()
        if change.before is not None:
            _end_spans(session, table, layer.name, change)
        if change.after is not None:
            new = span_rows(layer, change.feature_id, change.after, change.cut_at or change.since)
            rows += new
            waiting |= {change.feature_id} if new else set()
    if rows:
        insert_rows(session, table, rows)


def _end_spans(session: Session, table: Table, layer_name: str, change: Change) -> None:
    own = (table.c.layer == layer_name) & (table.c.feature_id == change.feature_id) & (table.c.settled == 0)
    if change.cut_at is None:
        session.execute(delete(table).where(own))
        return
    cut = rollups.milliseconds(change.cut_at)
    session.execute(delete(table).where(own, table.c.starts >= cut))
    session.execute(update(table).where(own, table.c.ends > cut).values(ends=cut, settled=1))
    session.execute(update(table).where(own).values(settled=1))


def write_amounts(session: Session, changes: Iterable[Change]) -> None:
    """Writes the deltas, then last of all the rollup rows, of what changed in amounts."""
    net = [(one, change) for change in changes for one in _net(change)]
    if not net:
        return
    names = sorted({name for (_, amounts), _ in net for name in amounts})
    _write_deltas(session, names, net)
    points = [(footprint, amounts) for (footprint, amounts), _ in net if not isinstance(footprint, Cover)]
    if len(points) == len(net) <= FEW:
        rollups.apply_few(session, _summed_few(points))
        return
    keys, amounts = summed(names, [standing for standing, _ in net])
    rollups.apply(session, names, keys, amounts)


#: Up to this many points are summed one by one: arrays only pay beyond, and a pin is written while others wait.
FEW = 8


def _summed_few(points: Sequence[tuple[int, Mapping[str, int]]]) -> dict[tuple[int, int], dict[str, int]]:
    """By (res, cell), what points add: as `summed` gives it, without arrays."""
    found: dict[tuple[int, int], dict[str, int]] = {}
    for leaf, amounts in points:
        for res in RESOLUTIONS:
            row = found.setdefault((res, cells.ancestor(leaf, res)), {})
            for name, amount in amounts.items():
                row[name] = row.get(name, 0) + amount
    return found


def _net(change: Change) -> list[Weight]:
    """What a change takes away and adds; as one for a point that has not moved.

    Never as one for an area: the shares of a difference are not the differences of the shares.
    """
    before = change.before if change.before and change.before[1].amounts else None
    after = change.after if change.after and change.after[1].amounts else None
    if before and after and before[0] == after[0]:
        was, becomes = before[1].amounts, after[1].amounts
        if was == becomes:
            return []
        if not isinstance(before[0], Cover):
            names = {**was, **becomes}
            return [(before[0], {name: becomes.get(name, 0) - was.get(name, 0) for name in names})]
    found: list[Weight] = []
    if before:
        found.append((before[0], {name: -amount for name, amount in before[1].amounts.items()}))
    if after:
        found.append((after[0], after[1].amounts))
    return found


def _write_deltas(session: Session, names: Sequence[str], net: Sequence[tuple[Weight, Change]]) -> None:
    nothing = dict.fromkeys(names, 0)
    rows: list[dict[str, Any]] = []
    for (footprint, amounts), change in net:
        if change.effective_at is None:
            continue
        fixed = {
            "at": rollups.milliseconds(change.effective_at), "layer": change.entry.layer,
            "feature_id": change.feature_id,
        }  # fmt: skip
        if isinstance(footprint, Cover):
            found, shares = finest(names, [(footprint, amounts)])
            rows += [
                {"cell": cell, **fixed, **dict(zip(names, values, strict=True))}
                for cell, values in zip(found.tolist(), shares.tolist(), strict=True)
                if any(values)
            ]
        else:
            rows.append({"cell": cells.ancestor(footprint, cells.FINEST), **fixed, **nothing, **amounts})
    insert_rows(session, Base.metadata.tables["cell_deltas"], rows)


def finest(names: Sequence[str], weights: Sequence[Weight]) -> tuple[np.ndarray, np.ndarray]:
    """Cells of resolution 11 (m) and what stands in them (m × names), each cell once, in index order."""
    place = {name: i for i, name in enumerate(names)}
    leaves: list[int] = []
    which: list[tuple[int, int, int]] = []
    areas: list[tuple[Cover, int, int]] = []
    for footprint, given in weights:
        if isinstance(footprint, Cover):
            areas += [(footprint, place[name], amount) for name, amount in given.items()]
        else:
            which += [(len(leaves), place[name], amount) for name, amount in given.items()]
            leaves.append(footprint)
    point_cells = cells.parent(np.array(leaves, dtype=np.int64), cells.FINEST)
    at = np.array(which, dtype=np.int64).reshape(-1, 3)
    found, column, amount = point_cells[at[:, 0]], at[:, 1], at[:, 2]
    if areas:
        covers, area_columns, totals = zip(*areas, strict=True)
        area_cells, shares, owner = apportion_many(np.abs(totals), covers, cells.FINEST)
        found = np.concatenate((found, area_cells))
        column = np.concatenate((column, np.array(area_columns)[owner]))
        amount = np.concatenate((amount, shares * np.sign(np.array(totals))[owner]))
    distinct, where = np.unique(found, return_inverse=True)
    amounts = np.zeros((len(distinct), len(names)), dtype=np.int64)
    np.add.at(amounts, (where, column), amount)
    return distinct, amounts


def summed(names: Sequence[str], weights: Sequence[Weight]) -> tuple[np.ndarray, np.ndarray]:
    """Keys ((res, cell), m × 2) and amounts (m × names) at every served resolution."""
    found, amounts = finest(names, weights)
    keys_at, amounts_at = [], []
    for res in RESOLUTIONS:
        above, sums = gathered(found, amounts, res)
        keys_at.append(np.column_stack((np.full(len(above), res, dtype=np.int64), above)))
        amounts_at.append(sums)
    return np.concatenate(keys_at), np.concatenate(amounts_at)


def gathered(found: np.ndarray, amounts: np.ndarray, res: int) -> tuple[np.ndarray, np.ndarray]:
    """Cells in index order and their amounts (m × c), summed up to their ancestors of resolution `res`."""
    above = cells.parent(found, res)
    if not len(above):
        return above, amounts
    first = np.flatnonzero(np.concatenate(([True], above[1:] != above[:-1])))
    return above[first], np.add.reduceat(amounts, first, axis=0)
