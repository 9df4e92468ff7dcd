"""The second factor of an account as it is kept: a secret, the last code used, recovery codes for a lost phone."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.people.accounts import end_sessions
from data.people.passwords import new_password
from data.people.record import Account

#: Recovery codes made at once. Each is as long as a generated password (79 bits), so a plain hash keeps it.
RECOVERY_CODES = 8


def set_up_second_factor(session: Session, account_id: int, secret: str) -> list[str]:
    """Keeps the (enciphered) secret; the recovery codes, which are given this once."""
    account = session.get_one(Account, account_id)
    account.totp_secret = secret
    return new_recovery_codes(session, account_id)


def new_recovery_codes(session: Session, account_id: int) -> list[str]:
    """Other recovery codes in place of those that were left; given this once."""
    codes = [new_password() for _ in range(RECOVERY_CODES)]
    session.get_one(Account, account_id).recovery_codes = [_hashed(code) for code in codes]
    return codes


def use_step(session: Session, account_id: int, step: int) -> bool:
    """Marks the code of a time step as used; False if it, or a later one, was used before."""
    later = Account.totp_last_step.is_(None) | (Account.totp_last_step < step)
    done = session.execute(update(Account).where(Account.id == account_id, later).values(totp_last_step=step))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def use_recovery_code(session: Session, account_id: int, code: str) -> bool:
    """Takes the code out of those that are left; False if it is none of them."""
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update(of=Account))
    left = list(account.recovery_codes or []) if account is not None else []
    for kept in left:
        if account is not None and secrets.compare_digest(kept, _hashed(code)):
            account.recovery_codes = [other for other in left if other != kept]
            return True
    return False


def reset_second_factor(account: Account) -> None:
    """Forgets the second factor with its recovery codes and ends the sessions: the next sign-in sets it up anew."""
    account.totp_secret = account.totp_last_step = account.recovery_codes = None
    end_sessions(account)


def _hashed(code: str) -> str:
    return hashlib.sha256("".join(code.lower().split()).encode()).hexdigest()
