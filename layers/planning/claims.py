"""Claims on cells: an organization says that it looks after them for some hours. It lapses by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import journal
from geo.cells import centers
from layers.actor import Actor
from layers.compounds.queries import nearest_names
from layers.errors import BadInput, NotAllowed, NotFound
from layers.planning.record import CellClaim

#: "Tonight": a claim that lasts longer is a shift, which says how many people come.
LONGEST_CLAIM = timedelta(hours=24)

#: Cells of one claim: all that ask for something near one compound.
MOST_CELLS = 2_000


def claim(session: Session, cells: Sequence[int], until: datetime, actor: Actor, at: datetime) -> int:
    """Says that the actor's organization looks after cells (resolution 11) until a moment; the claim's number.

    Said again of the very same cells, the claim that holds already ends at the new moment: a second press is no second
    claim.

    Raises NotAllowed without an organization, BadInput for no cells or a moment that is over or too far away.
    """
    if not actor.organization:
        raise NotAllowed("only an organization looks after a place")
    if not 0 < len(cells) <= MOST_CELLS:
        raise BadInput(f"a claim is on 1 to {MOST_CELLS:,} cells")
    if not at < until <= at + LONGEST_CLAIM:
        raise BadInput("a claim ends later than now and within 24 hours", [{"field": "until", "reason": "24 h"}])
    own = [one for one in claims_at(session, at) if one.organization == actor.organization]
    row = next((one for one in own if set(one.cells) == set(cells)), None)
    if row is None:
        near = nearest_names(session, *centers(np.array(cells[:1], dtype=np.int64)), at)[0]
        row = CellClaim(
            organization=actor.organization, made_by=actor.name, made_at=at, until=until, ended_at=None, near=near,
            cells=sorted(set(cells)),
        )  # fmt: skip
        session.add(row)
    row.until = until
    session.flush()
    _note(session, "claim_cells", row, actor, at)
    return row.id


def hand_back(session: Session, claim_id: int, actor: Actor, at: datetime) -> None:
    """Ends a claim of the actor's organization before its time; one that is over stays as it is.

    Raises NotFound, and NotAllowed for another organization's.
    """
    row = session.get(CellClaim, claim_id, with_for_update=True)
    if row is None:
        raise NotFound(f"there is no claim {claim_id}")
    if not actor.organization or row.organization != actor.organization:
        raise NotAllowed("a claim is handed back by the organization that made it")
    if row.ended_at is None and row.until > at:
        row.ended_at = at
        _note(session, "hand_back_cells", row, actor, at)


def claims_at(session: Session, at: datetime) -> list[CellClaim]:
    """The claims that hold at a moment, those that end first in front."""
    query = select(CellClaim).where(CellClaim.until > at, CellClaim.ended_at.is_(None))
    return list(session.execute(query.order_by(CellClaim.until, CellClaim.id)).scalars())


def claims_of_others(session: Session, organization: str, starts: datetime, ends: datetime) -> list[CellClaim]:
    """The claims of other organizations that hold for half of a window or more, counted from its start.

    One that lapses soon after the window begins leaves the rest of it to nobody.
    """
    half = starts + (ends - starts) / 2
    return [one for one in claims_at(session, half) if one.organization != organization]


def _note(session: Session, verb: str, row: CellClaim, actor: Actor, at: datetime) -> None:
    session.flush()
    details = {"claim": row.id, "organization": row.organization, "near": row.near}
    entry = journal.Entry("planning", verb, cells=list(row.cells), details=details)
    journal.append(session, [entry], actor.name, actor.role, at)
