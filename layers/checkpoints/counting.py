"""What is counted at a checkpoint: each press once, however often and in whatever order it arrives; and hand-overs.

Per key there are three states, and one way through them: unknown, counted, undone. A repeat changes nothing, and an
undoing that comes before its press keeps it from counting. Nothing of this says who pressed: the journal's lines are
the gate's own, and apart from the layer's, so that the story of a gate stays one of the gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from data import journal
from layers import features
from layers.actor import Actor
from layers.checkpoints import LAYER
from layers.checkpoints.record import Checkpoint, GateCount, GateHandOver, GatePress
from layers.checkpoints.rules import (
    COUNTED,
    KEYS_KEPT,
    NOTE_LONGEST,
    Press,
    Refusal,
    moment_of,
    names_somebody,
    quarter_of,
    refusal,
)
from layers.errors import BadInput

#: The journal's word for what is counted, apart from the layer: a press moves nothing on the map.
JOURNAL_LAYER = "gate_counts"

Quarters = dict[datetime, Counter[str]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: the keys that are settled (counted, undone, known before), and those refused."""

    settled: list[str] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)


def count(
    session: Session, checkpoint_id: int, presses: Sequence[Press], sent_at: datetime, actor: Actor, at: datetime,
    until: datetime | None = None,
) -> Taken:  # fmt: skip
    """Takes presses in. sent_at: the phone's own clock as it sent them. until: when the link of who pressed was over;
    None for staff. Raises NotFound.
    """
    row = features.locked(session, LAYER, [checkpoint_id])[checkpoint_id]  # one writer a gate at a time
    known = _known(session, [press.key for press in presses])
    taken, changes = Taken(), Quarters()
    for press in presses:
        before = known.get(press.key)
        if before is None:
            moment = moment_of(press.at, sent_at, at)
            why = None if press.undone else refusal(row, moment, at, until)
            if why is not None:
                taken.refused[press.key] = why
                continue
            known[press.key] = before = _add(session, checkpoint_id, press, quarter_of(moment), at)
            if not press.undone:
                changes.setdefault(quarter_of(moment), Counter())[press.kind] += press.count
        elif press.undone and not before.undone and before.checkpoint_id == checkpoint_id:
            before.undone = True
            if before.quarter is not None:
                changes.setdefault(before.quarter, Counter())[before.kind] -= before.count
        taken.settled.append(press.key)
    if changes:
        _write(session, checkpoint_id, changes, actor, at)
    session.execute(
        delete(GatePress).where(GatePress.checkpoint_id == checkpoint_id, GatePress.received_at < at - KEYS_KEPT)
    )
    return taken


def hand_over(session: Session, checkpoint_id: int, key: str, note: str, actor: Actor, at: datetime) -> None:
    """Keeps how much was counted until now, with a note of the shift; once a key. Raises NotFound, BadInput."""
    features.locked(session, LAYER, [checkpoint_id])
    words = " ".join(note.split())
    if len(words) > NOTE_LONGEST or names_somebody(words):
        reason = f"name the shift or the organization in {NOTE_LONGEST} characters: no person, no number"
        raise BadInput(reason, [{"field": "note", "reason": reason}])
    if session.get(GateHandOver, key) is not None:
        return
    sums = [func.coalesce(func.sum(getattr(GateCount, name)), 0) for name in COUNTED]
    totals = session.execute(select(*sums).where(GateCount.checkpoint_id == checkpoint_id)).one()
    counted: dict[str, int] = {name: int(total) for name, total in zip(COUNTED, totals, strict=True)}
    session.add(GateHandOver(key=key, checkpoint_id=checkpoint_id, at=at, note=words, **counted))
    _note(session, checkpoint_id, "hand_over", counted, actor, at)


def _known(session: Session, keys: Sequence[str]) -> dict[str, GatePress]:
    query = select(GatePress).where(GatePress.key.in_(keys))
    return {press.key: press for press in session.execute(query).scalars()}


def _add(session: Session, checkpoint_id: int, press: Press, quarter: datetime, at: datetime) -> GatePress:
    made = GatePress(
        key=press.key,
        checkpoint_id=checkpoint_id,
        kind=press.kind,
        count=press.count,
        quarter=None if press.undone else quarter,
        undone=press.undone,
        received_at=at,
    )
    session.add(made)
    return made


def _write(session: Session, checkpoint_id: int, changes: Quarters, actor: Actor, at: datetime) -> None:
    total: dict[str, int] = dict.fromkeys(COUNTED, 0)
    for quarter, counted in changes.items():
        kept = session.get(GateCount, (checkpoint_id, quarter))
        if kept is None:
            kept = GateCount(checkpoint_id=checkpoint_id, quarter=quarter, **dict.fromkeys(COUNTED, 0))
            session.add(kept)
        for kind in COUNTED:
            setattr(kept, kind, getattr(kept, kind) + counted[kind])
            total[kind] += counted[kind]
    sums: dict[str, Any] = {kind: getattr(Checkpoint, kind) + total[kind] for kind in COUNTED}
    session.execute(update(Checkpoint).where(Checkpoint.id == checkpoint_id).values(**sums))
    _note(session, checkpoint_id, "count", total, actor, at)


def _note(session: Session, checkpoint_id: int, verb: str, counted: dict[str, int], actor: Actor, at: datetime) -> None:
    """One line a message, by the gate itself: whose phone it was is nobody's business."""
    session.flush()
    entry = journal.Entry(JOURNAL_LAYER, verb, checkpoint_id, details=counted)
    journal.append(session, [entry], "gate", actor.role, at)
