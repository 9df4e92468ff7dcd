"""Links for who counts at one gate without an account: made for a shift, over by themselves, taken back at any time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import journal
from layers import features
from layers.actor import Actor
from layers.checkpoints import LAYER
from layers.checkpoints.counting import JOURNAL_LAYER
from layers.checkpoints.record import GateLink
from layers.checkpoints.rules import KEYS_KEPT
from layers.errors import BadInput, NotFound
from layers.link_tokens import hash_of, new_token

#: A link is for a shift or a day. Whoever comes again tomorrow gets another.
LONGEST = timedelta(hours=24)


def make_link(session: Session, checkpoint_id: int, ends_at: datetime, actor: Actor, at: datetime) -> str:
    """Makes a link that is over at `ends_at`; its token, which is told this once. Raises NotFound, BadInput.

    Links that were over long ago are forgotten.
    """
    features.row_of(session, LAYER, checkpoint_id)
    if not timedelta() < ends_at - at <= LONGEST:
        raise BadInput("a link ends within 24 hours", [{"field": "ends_at", "reason": "ends within 24 hours"}])
    session.execute(delete(GateLink).where(GateLink.ends_at < at - 2 * KEYS_KEPT))
    token = new_token()
    session.add(GateLink(checkpoint_id=checkpoint_id, token_hash=hash_of(token), made_at=at, ends_at=ends_at))
    _note(session, checkpoint_id, "make_link", actor, at)
    return token


def withdraw_link(session: Session, checkpoint_id: int, link_id: int, actor: Actor, at: datetime) -> None:
    """Takes a link back: from now on it opens nothing. Once more changes nothing. Raises NotFound."""
    link = session.get(GateLink, link_id, with_for_update=True)
    if link is None or link.checkpoint_id != checkpoint_id:
        raise NotFound("there is no such link")
    if link.withdrawn_at is None:
        link.withdrawn_at = at
        _note(session, checkpoint_id, "withdraw_link", actor, at)


def standing_links(session: Session, checkpoint_id: int, at: datetime) -> Sequence[GateLink]:
    """The links of a checkpoint that open it at a moment, the one that is over first before the others."""
    query = select(GateLink).where(
        GateLink.checkpoint_id == checkpoint_id, GateLink.ends_at > at, GateLink.withdrawn_at.is_(None)
    )
    return session.execute(query.order_by(GateLink.ends_at, GateLink.id)).scalars().all()


def link_of(session: Session, token: str) -> GateLink | None:
    """The link that ends in `token`, also one that is over; None for one that was withdrawn, or never was."""
    query = select(GateLink).where(GateLink.token_hash == hash_of(token), GateLink.withdrawn_at.is_(None))
    return session.execute(query).scalar()


def _note(session: Session, checkpoint_id: int, verb: str, actor: Actor, at: datetime) -> None:
    session.flush()
    journal.append(session, [journal.Entry(JOURNAL_LAYER, verb, checkpoint_id)], actor.name, actor.role, at)
