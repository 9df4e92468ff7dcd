"""Invitations: an administrator says who may have which account, and the invited person makes it with a link.

The link is passed on by any channel, for no mail server is assumed. It works once and for seven days; the store keeps
its hash. A new invitation of the same address takes the place of the one before.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.people.accounts import AccountExists, account_of_email, add_account, email_key
from data.people.changes import By, note
from data.people.duty_areas import Defined, Part, define_duty_area, parts_kept
from data.people.record import Account, Invitation

#: How long a link works. Longer lies about in chats; shorter passes over a long weekend.
DAYS = 7


class InvitationOver(LookupError):
    """The link opens nothing; `why` is unknown, used, revoked or expired."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the invitation is {why}")
        self.why = why


def invite(
    session: Session, email: str, role: str, by: By, *,
    name: str = "", organization: str = "", language: str = "", duty_area: Defined | None = None, is_demo: bool = False,
) -> tuple[Invitation, str]:  # fmt: skip
    """An invitation, and the token of its link, which is given this once. Raises AccountExists."""
    if account_of_email(session, email) is not None:
        raise AccountExists(f"there is already an account for {email_key(email)}")
    for before in pending(session, by.at):
        if before.email == email_key(email):
            before.revoked_at = by.at
    token = secrets.token_urlsafe(16)
    made = Invitation(
        token_hash=_hashed(token),
        email=email_key(email),
        role=role,
        name=name,
        organization=organization,
        language=language,
        parts=None if duty_area is None else parts_kept(duty_area),
        ranges=None if duty_area is None else duty_area.ranges,
        is_demo=is_demo,
        invited_by=by.name,
        invited_at=by.at,
        expires_at=by.at + timedelta(days=DAYS),
    )
    session.add(made)
    areas = [] if made.parts is None else [part["area"] for part in made.parts]
    note(session, None, "invited", by, {"role": role, "areas": areas})
    return made, token


def pending(session: Session, at: datetime) -> list[Invitation]:
    """Invitations whose link still works, in order of address."""
    query = select(Invitation).where(
        Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > at
    )
    return list(session.scalars(query.order_by(Invitation.email)))


def pending_of_email(session: Session, email: str, at: datetime) -> Invitation | None:
    """The invitation of this address whose link still works."""
    return next((one for one in pending(session, at) if one.email == email_key(email)), None)


def invitation_of_token(session: Session, token: str, at: datetime) -> Invitation:
    """The invitation whose link ends in `token`; raises InvitationOver where that link opens nothing any more."""
    found = session.scalar(select(Invitation).where(Invitation.token_hash == _hashed(token)).with_for_update())
    if found is None:
        raise InvitationOver("unknown")
    if found.used_at is not None:
        raise InvitationOver("used")
    if found.revoked_at is not None:
        raise InvitationOver("revoked")
    if found.expires_at <= at:
        raise InvitationOver("expired")
    return found


def accept(session: Session, token: str, password: str, at: datetime) -> Account:
    """The account the link promised, with this password. Raises InvitationOver, AccountExists, WeakPassword.

    In the journal it is the inviter who gives the role and the duty area.
    """
    invitation = invitation_of_token(session, token, at)
    account = add_account(
        session, invitation.email, password, invitation.role, at, name=invitation.name,
        organization=invitation.organization, language=invitation.language, is_demo=invitation.is_demo,
    )  # fmt: skip
    invitation.used_at = at
    by = By(invitation.invited_by, "administrator", at)
    note(session, account, "joined", by, {"role": invitation.role})
    if invitation.parts is not None:
        parts = tuple(Part(**part) for part in invitation.parts)
        define_duty_area(session, account, Defined(parts, invitation.ranges or []), by)
    return account


def revoke(session: Session, invitation_id: int, by: By) -> str:
    """Makes a link worthless before it was used; the address it was for. Raises InvitationOver if there is none."""
    found = session.get(Invitation, invitation_id)
    if found is None or found.used_at is not None:
        raise InvitationOver("unknown" if found is None else "used")
    if found.revoked_at is None:
        found.revoked_at = by.at
        note(session, None, "invitation_revoked", by, {"role": found.role})
    return found.email


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
