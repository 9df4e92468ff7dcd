"""What may not be written over a version of a zone, by whatever way a row comes in: two of them never hold at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from layers.quarantine_zones.record import QuarantineZone

#: States in which a zone holds between its moments.
HELD = ("in_force", "lifted")

#: Source ids asked for at once; below every store's limit of bound values.
IDS_AT_ONCE = 500

#: Files give whole seconds: a moment this near is the one on record.
ROUNDED = timedelta(seconds=1)


def prepare(session: Session, rows: list[dict[str, Any]], at: datetime) -> None:
    """Refuses rows that would move a version in time or in or out of force: moves and newer versions do that.

    A version is a zone that takes another one's place, or whose place was taken. One still proposed may be put right.
    """
    by_source_id = {row["source_id"]: row for row in rows if row["source_id"]}
    ids = list(by_source_id)
    for start in range(0, len(ids), IDS_AT_ONCE):
        for known in _versions(session, ids[start : start + IDS_AT_ONCE]):
            row = by_source_id[known.source_id]
            if known.state not in HELD and row["state"] not in HELD:
                continue
            for name in ("valid_from", "valid_to"):
                row[name] = _as_known(row[name], getattr(known, name))
            if any(row[name] != getattr(known, name) for name in ("state", "valid_from", "valid_to")):
                row["rejected"] = "this is a version of a zone: a move or a newer version changes when it holds"


def _versions(session: Session, source_ids: list[str]) -> Sequence[Any]:
    zone, newer = QuarantineZone, aliased(QuarantineZone)
    taken = select(newer.id).where(newer.changes_id == zone.id, newer.state.in_(HELD)).exists()
    query = select(zone.source_id, zone.state, zone.valid_from, zone.valid_to).where(
        zone.source_id.in_(source_ids), or_(zone.changes_id.is_not(None), taken)
    )
    return session.execute(query.with_for_update(of=zone)).all()


def _as_known(moment: datetime | None, known: datetime | None) -> datetime | None:
    is_it = moment is not None and known is not None and abs(moment - known) < ROUNDED
    return known if is_it else moment
