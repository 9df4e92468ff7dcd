"""What became of a plan: its posts as shifts, the places filled, and needs within reach beside those of then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.journal import JournalRow
from geo.cells import COVER, from_hex, leaf_ranges, parent
from layers.needs.record import Need
from layers.vocabulary.queries import vocabulary
from layers.volunteer_shifts.record import VolunteerShift

#: Layers a plan is made from: what changed in them since may make it another one.
INPUTS = ("needs", "quarantine_zones", "compounds", "checkpoints", "volunteer_shifts")

#: States in which a need asked for nothing after all; when it came to that is not asked here.
NOT_ASKED = ("duplicate", "declined", "withdrawn")


@dataclass(frozen=True, slots=True)
class Aftermath:
    """shifts: rows with id, state, note, places_wanted, places_filled. Needs within reach of the posts, of services the
    role serves: `open_then` when the plan was made, `met_of_them` within its window so far, `later` reported since,
    `met_of_later`, and `open_now`.
    """

    shifts: list[dict[str, Any]]
    open_then: int
    met_of_them: int
    later: int
    met_of_later: int
    open_now: int


def aftermath(session: Session, row: Mapping[str, Any], now: datetime) -> Aftermath:
    """What became of a kept plan, by its row, up to a moment."""
    shift = VolunteerShift
    columns = (shift.id, shift.state, shift.note, shift.places_wanted, shift.places_filled)
    rows = session.execute(select(*columns).where(shift.id.in_(row["shifts"])).order_by(shift.id)).mappings()
    needs = [one for one in _needs(session, row, now) if one["state"] not in NOT_ASKED]
    starts, ends = row["starts_at"], min(row["ends_at"], now)

    def is_met(one: Mapping[str, Any]) -> bool:
        return one["met_at"] is not None and starts <= one["met_at"] <= ends

    then = [one for one in needs if one["reported_at"] <= row["made_at"] and not _met_before(one, row["made_at"])]
    later = [one for one in needs if one["reported_at"] > row["made_at"]]
    return Aftermath(
        shifts=[dict(one) for one in rows],
        open_then=len(then),
        met_of_them=sum(map(is_met, then)),
        later=len(later),
        met_of_later=sum(map(is_met, later)),
        open_now=sum(one["met_at"] is None for one in (*then, *later)),
    )


def changed_since(session: Session, seq: int) -> dict[str, int]:
    """By layer, how many changes there were after a number in what plans are made from, anywhere on the map."""
    query = select(JournalRow.layer, func.count()).where(JournalRow.seq > seq, JournalRow.layer.in_(INPUTS))
    return {layer: int(count) for layer, count in session.execute(query.group_by(JournalRow.layer))}


def _met_before(one: Mapping[str, Any], at: datetime) -> bool:
    return one["met_at"] is not None and one["met_at"] <= at


def _needs(session: Session, row: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Needs of the role in the cells that posts look after, reported before the end of the window."""
    cells = np.array(
        sorted({from_hex(one) for post in row["content"]["posts"] for one in post["cells"]}), dtype=np.int64
    )
    if not len(cells):
        return []
    first, last = leaf_ranges(cells)
    services = vocabulary(session).serves.get(row["role"], frozenset())
    query = select(Need.leaf, Need.state, Need.reported_at, Need.met_at).where(
        Need.service.in_(services), Need.leaf.between(int(first.min()), int(last.max())),
        Need.reported_at <= min(row["ends_at"], now),
    )  # fmt: skip
    found = [dict(one) for one in session.execute(query).mappings()]
    leaves = np.array([one["leaf"] for one in found], dtype=np.int64)
    inside = np.isin(parent(leaves, COVER), cells).tolist() if found else []
    return [one for one, is_inside in zip(found, inside, strict=True) if is_inside]
