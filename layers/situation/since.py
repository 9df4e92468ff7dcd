"""What happened since somebody last looked, from the journal: what is counted, and the rows behind each count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from data.journal import JournalRow
from layers import catalogue

#: Changes that are looked through at most, the latest: a load of a whole city is not read one by one.
MOST_CHANGES = 20_000

#: What is counted: by layer, verb in the journal and the state it led to. "" is any state.
COUNTED: Mapping[tuple[str, str, str], str] = MappingProxyType(
    {
        ("needs", "create", ""): "new",
        ("needs", "move", "met"): "met",
        ("quarantine_zones", "move", "in_force"): "in_force",
        ("quarantine_zones", "create", "in_force"): "in_force",
        ("quarantine_zones", "move", "lifted"): "lifted",
        ("checkpoints", "move", "open"): "opened",
        ("checkpoints", "create", "open"): "opened",
        ("checkpoints", "move", "closed"): "closed",
        ("supply_drops", "move", "delivered"): "arrived",
    }
)

#: Their order.
KINDS = tuple(dict.fromkeys(COUNTED.values()))


@dataclass(frozen=True, slots=True)
class Happened:
    """One change that is counted: when, to which feature."""

    at: datetime
    layer: str
    feature_id: int


@dataclass(slots=True)
class Since:
    """What happened, the latest first, by kind. is_whole: whether all changes were looked through."""

    is_whole: bool
    found: dict[str, list[Happened]] = field(default_factory=dict)


def since(session: Session, seq: int, told: Callable[[list[int]], bool] | None, most: int = MOST_CHANGES) -> Since:
    """What was counted of the latest `most` changes after change `seq`. told: whether the reader is told of what
    happened in some cells of resolution 11; None for a reader who is told of all.
    """
    row = JournalRow
    counted = [
        and_(row.layer == layer, row.verb == verb, *([row.to_state == state] if state else []))
        for layer, verb, state in COUNTED
    ]
    columns = (row.seq, row.recorded_at, row.layer, row.feature_id, row.verb, row.to_state)
    query = select(*columns, *([row.cells] if told else [])).where(row.seq > seq, or_(*counted))
    rows = session.execute(query.order_by(row.seq.desc()).limit(most)).all()
    answer = Since(len(rows) < most)
    seen: set[tuple[str, int]] = set()
    for one in rows:
        kind = COUNTED.get((one.layer, one.verb, one.to_state or "")) or COUNTED[one.layer, one.verb, ""]
        if (kind, one.feature_id) in seen or (told and not told(one.cells)):
            continue
        seen.add((kind, one.feature_id))
        answer.found.setdefault(kind, []).append(Happened(one.recorded_at, one.layer, one.feature_id))
    return answer


def seq_at(session: Session, at: datetime) -> int:
    """The number of the last change recorded by a moment, 0 for none."""
    query = select(JournalRow.seq).where(JournalRow.recorded_at <= at).order_by(JournalRow.seq.desc()).limit(1)
    return session.execute(query).scalar() or 0


def rows_of(session: Session, happened: list[Happened]) -> dict[tuple[str, int], dict[str, Any]]:
    """The rows of features as they are today, by layer and number; those taken off the map are left out."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for name in {one.layer for one in happened}:
        table = catalogue.layer(name).table
        ids = [one.feature_id for one in happened if one.layer == name]
        columns = [column for column in table.c if column.name != "geometry"]
        for row in session.execute(select(*columns).where(table.c.id.in_(ids))).mappings():
            found[name, row["id"]] = dict(row)
    return found
