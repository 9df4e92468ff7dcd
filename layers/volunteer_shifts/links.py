"""Links that nobody can guess: of a shift, of a volunteer, of an offer, of a calendar.

A token follows from a key that is in no store, so that it can be shown again although only its hash is kept; a link
that is to lead nowhere any more gets another nonce.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.errors import BadInput
from layers.link_tokens import hash_of
from layers.volunteer_shifts import LAYER
from layers.volunteer_shifts.record import ShiftLink, ShiftOrganization, ShiftPlace, ShiftVolunteer
from layers.volunteer_shifts.rules import CONTACT_LONGEST, cleaned


def token_of(key: bytes, *words: str) -> str:
    """A token of 128 bits that whoever has the key can make again, and nobody else."""
    digest = hmac.new(key, "\x1f".join(words).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def new_nonce() -> str:
    """What makes a link another one."""
    return secrets.token_urlsafe(12)


def calendar_token(token: str) -> str:
    """The token of a volunteer's calendar. It follows from the private link, and not the other way round: a calendar's
    address is given to whoever runs the calendar, who must not be able to give up the place.
    """
    return token_of(token.encode(), "calendar")


def shift_token(session: Session, key: bytes, shift_id: int) -> str | None:
    """The token of the link of a shift; None where there is none, or it was made under another key."""
    link = session.get(ShiftLink, shift_id)
    return None if link is None else _if_kept(token_of(key, "shift", link.nonce), link.token_hash)


def make_shift_link(session: Session, key: bytes, row: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Makes the link of the shift in `row`, a new one where it had one: the old one leads nowhere from then on."""
    nonce = new_nonce()
    session.execute(delete(ShiftLink).where(ShiftLink.shift_id == row["id"]))
    session.add(ShiftLink(shift_id=row["id"], nonce=nonce, token_hash=hash_of(token_of(key, "shift", nonce))))
    session.flush()
    features.note(session, LAYER, row, "make_link", actor, at)


def shift_of_token(session: Session, token: str) -> int | None:
    """The number of the shift a link is of."""
    return session.execute(select(ShiftLink.shift_id).where(ShiftLink.token_hash == hash_of(token))).scalar()


def volunteer_of_token(session: Session, token: str) -> ShiftVolunteer | None:
    """The volunteer whose private link ends in `token`."""
    return session.execute(select(ShiftVolunteer).where(ShiftVolunteer.token_hash == hash_of(token))).scalar()


def volunteer_of_calendar(session: Session, token: str) -> ShiftVolunteer | None:
    """The volunteer whose calendar's address ends in `token`."""
    return session.execute(select(ShiftVolunteer).where(ShiftVolunteer.feed_hash == hash_of(token))).scalar()


def offer_token(key: bytes, place: ShiftPlace) -> str | None:
    """The token of the link by which a place is being handed on, None where it is not."""
    if place.offer_nonce is None or place.offer_hash is None:
        return None
    return _if_kept(token_of(key, "offer", place.offer_nonce), place.offer_hash)


def place_of_offer(session: Session, token: str) -> ShiftPlace | None:
    """The place that is being handed on by this link."""
    return session.execute(select(ShiftPlace).where(ShiftPlace.offer_hash == hash_of(token))).scalar()


def contact_of(session: Session, organization: str) -> str:
    """How volunteers reach an organization; "" where it has not said."""
    known = session.get(ShiftOrganization, organization)
    return "" if known is None else known.contact


def set_contact(session: Session, organization: str, contact: str) -> None:
    """Says how volunteers reach an organization. Raises BadInput for nothing, or too much."""
    said = cleaned(contact)
    if not 1 <= len(said) <= CONTACT_LONGEST:
        reason = f"write between 1 and {CONTACT_LONGEST} characters"
        raise BadInput(reason, [{"field": "contact", "reason": reason}])
    _organization(session, organization).contact = said
    session.flush()


def calendar_of(session: Session, key: bytes, organization: str) -> str | None:
    """The token of an organization's calendar; None where it has none, or it was made under another key."""
    known = session.get(ShiftOrganization, organization)
    if known is None or known.feed_nonce is None or known.feed_hash is None:
        return None
    return _if_kept(token_of(key, "calendar", known.feed_nonce), known.feed_hash)


def make_calendar(session: Session, key: bytes, organization: str) -> None:
    """Gives an organization's calendar an address, a new one where it had one."""
    known, nonce = _organization(session, organization), new_nonce()
    known.feed_nonce, known.feed_hash = nonce, hash_of(token_of(key, "calendar", nonce))
    session.flush()


def organization_of_calendar(session: Session, token: str) -> str | None:
    """The organization whose calendar's address ends in `token`."""
    query = select(ShiftOrganization.organization).where(ShiftOrganization.feed_hash == hash_of(token))
    return session.execute(query).scalar()


def _organization(session: Session, organization: str) -> ShiftOrganization:
    known = session.get(ShiftOrganization, organization)
    if known is None:
        known = ShiftOrganization(organization=organization, contact="")
        session.add(known)
    return known


def _if_kept(token: str, kept_hash: str) -> str | None:
    return token if hmac.compare_digest(hash_of(token), kept_hash) else None
