"""Rebuilds cell state from the features and compares it with what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from data import journal
from data.journal import JournalRow
from geo import cells
from layers import catalogue, features, figures
from layers.cell_state.record import cell_rollups, cell_spans
from layers.description import Layer
from layers.figures import Standing, Weight

#: Features read at once; bounds the memory of a rebuild, not its result.
BATCH = 5000

#: Differences named one by one; beyond that a count says more than a list.
NAMED = 20

#: What makes a span row what it is (its number apart).
SPAN_COLUMNS = ("kind", "tag", "hours", "first", "second", "starts", "ends", "lo", "hi", "rank", "n")


def differences(session: Session) -> list[str]:
    """What is not as a rebuild from the features gives it, in words; empty when all is well."""
    return [*_rollup_differences(session), *_span_differences(session), *_journal_differences(session)]


def rebuild(session: Session) -> None:
    """Writes the rollups anew from the features, in the caller's transaction."""
    names = figures.columns()
    session.execute(delete(cell_rollups))
    for res, found, amounts in _rebuilt(session, names):
        rows = [
            {"res": res, "cell": cell, **dict(zip(names, values, strict=True))}
            for cell, values in zip(found.tolist(), amounts.tolist(), strict=True)
        ]
        if rows:
            session.execute(insert(cell_rollups).inline(), rows)


def standings(session: Session, layer: Layer) -> Iterator[tuple[dict[str, Any], Standing]]:
    """Every feature's row with its footprint and contribution, in batches of bounded memory."""
    last = 0
    while True:
        query = select(layer.table).where(layer.table.c.id > last).order_by(layer.table.c.id).limit(BATCH)
        rows = [dict(row) for row in session.execute(query).mappings()]
        if not rows:
            return
        last = rows[-1]["id"]
        for row, footprint in zip(rows, features.footprints_of(layer, rows), strict=True):
            yield row, (footprint, layer.contribution(row))


def _rebuilt(session: Session, names: Sequence[str]) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    found = np.empty(0, dtype=np.int64)
    amounts = np.empty((0, len(names)), dtype=np.int64)
    for layer in catalogue.layers():
        if not layer.rollup_columns:
            continue
        part: list[Weight] = []
        for _, standing in standings(session, layer):
            part.append((standing[0], standing[1].amounts))
            if len(part) == BATCH:
                found, amounts = _added(found, amounts, *figures.finest(names, part))
                part = []
        found, amounts = _added(found, amounts, *figures.finest(names, part))
    for res in figures.RESOLUTIONS:
        yield (res, *figures.gathered(found, amounts, res))


def _added(
    found: np.ndarray, amounts: np.ndarray, more: np.ndarray, more_amounts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    every = np.union1d(found, more)
    total = np.zeros((len(every), amounts.shape[1]), dtype=np.int64)
    total[np.searchsorted(every, found)] = amounts
    total[np.searchsorted(every, more)] += more_amounts
    return every, total


def _rollup_differences(session: Session) -> Iterator[str]:
    names = figures.columns()
    for res, found, amounts in _rebuilt(session, names):
        query = select(cell_rollups).where(cell_rollups.c.res == res)
        kept = {row.cell: tuple(row)[2:] for row in session.execute(query)}
        right = dict(zip(found.tolist(), map(tuple, amounts.tolist()), strict=True))
        nothing = (0,) * len(names)
        wrong = [cell for cell in kept.keys() | right.keys() if kept.get(cell, nothing) != right.get(cell, nothing)]
        for cell in sorted(wrong)[:NAMED]:
            pairs = zip(names, kept.get(cell, nothing), right.get(cell, nothing), strict=True)
            parts = [f"{name} is {is_}, should be {should}" for name, is_, should in pairs if is_ != should]
            yield f"cell {cells.to_hex(cell)}: {'; '.join(parts)}"
        if len(wrong) > NAMED:
            yield f"and {len(wrong) - NAMED} more cells of resolution {res}"


def _span_differences(session: Session) -> Iterator[str]:
    for layer in catalogue.layers():
        query = select(cell_spans).where(cell_spans.c.layer == layer.name, cell_spans.c.settled == 0)
        kept: dict[int, set[tuple[Any, ...]]] = {}
        for span in session.execute(query).mappings():
            kept.setdefault(span["feature_id"], set()).add(tuple(span[name] for name in SPAN_COLUMNS))
        for row, standing in standings(session, layer):
            right = {
                tuple(span[name] for name in SPAN_COLUMNS)
                for span in figures.span_rows(layer, row["id"], standing, row["since"])
            }
            if kept.pop(row["id"], set()) != right:
                yield f"{layer.name} {row['id']}: its intervals are not those of the feature"
        for feature_id in sorted(kept):
            yield f"{layer.name} {feature_id}: intervals of a feature that is not there"


def _journal_differences(session: Session) -> Iterator[str]:
    for layer in catalogue.layers():
        entered = select(JournalRow.feature_id).where(JournalRow.layer == layer.name, JournalRow.verb == "create")
        missing = session.execute(select(layer.table.c.id).where(layer.table.c.id.not_in(entered)).limit(NAMED))
        for feature_id in missing.scalars():
            yield f"{layer.name} {feature_id}: the journal does not say how it came"
        twice = (
            select(JournalRow.feature_id)
            .where(JournalRow.layer == layer.name, JournalRow.verb == "create")
            .group_by(JournalRow.feature_id)
            .having(func.count() > 1)
            .limit(NAMED)
        )
        for feature_id in session.execute(twice).scalars():
            yield f"{layer.name} {feature_id}: the journal says twice that it came"
    yield from _order_differences(session)


def _order_differences(session: Session) -> Iterator[str]:
    total, last = session.execute(select(func.count(), func.max(JournalRow.public_seq)).where(
        JournalRow.public_seq.is_not(None))).one()  # fmt: skip
    distinct = session.execute(select(func.count(func.distinct(JournalRow.public_seq)))).scalar() or 0
    if total != distinct or (last or 0) < total:
        yield f"the journal's public numbers are not each there once: {total} rows, {distinct} numbers, last {last}"
    if journal.latest(session) < total:
        yield "the journal's numbers run behind"
