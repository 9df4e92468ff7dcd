"""Accounts of staff and the roles they hold. Residents have none. Knows nothing of sessions, pages or sign-in."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, object_session

from data.journal import JournalRow
from data.keeping import keep
from data.people.changes import ACCOUNTS, By, note
from data.people.passwords import hash_password
from data.people.record import Account, Invitation, Role, account_roles

#: Somebody with this role has to be left: nobody else can let others in.
INDISPENSABLE = "administrator"


class AccountExists(ValueError):
    """Another account already has this email address."""


class NoAccount(LookupError):
    """No account has this email address."""


class LastAdministrator(ValueError):
    """After this nobody could give accounts and duty areas any more."""


def is_email(words: str) -> bool:
    """Whether this looks like an address: something, an @, something, and not too long."""
    return "@" in words.strip()[1:-1] and len(words) <= 254 and not any(letter.isspace() for letter in words.strip())


def email_key(email: str) -> str:
    """The one spelling under which an address is kept and found: NFKC, no spaces around, lower case."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def account_of_email(session: Session, email: str) -> Account | None:
    """The account with this address, however it is spelled."""
    return session.scalar(select(Account).where(Account.email == email_key(email)))


def existing_account(session: Session, email: str) -> Account:
    """The account with this address; raises NoAccount."""
    account = account_of_email(session, email)
    if account is None:
        raise NoAccount(f"there is no account for {email_key(email)}")
    return account


def account_of_session(session: Session, uniquifier: str) -> Account | None:
    """The account a signed-in session belongs to; None once its sessions were ended."""
    return session.scalar(select(Account).where(Account.fs_uniquifier == uniquifier))


def account_of_id(session: Session, account_id: int) -> Account | None:
    """The account with this number."""
    return session.get(Account, account_id)


def accounts(session: Session) -> list[Account]:
    """Every account, in order of address."""
    return list(session.scalars(select(Account).order_by(Account.email)))


def demo_accounts(session: Session) -> list[Account]:
    """One open demo account for each role, the first by address; empty when the demo is not loaded."""
    found: dict[str, Account] = {}
    for account in session.scalars(select(Account).where(Account.is_demo, Account.active).order_by(Account.email)):
        found.setdefault(account.roles[0].name if account.roles else "", account)
    return list(found.values())


def role_named(session: Session, name: str) -> Role:
    """The role of this name, made when nobody held it before."""
    role = session.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name)
        session.add(role)
        session.flush()
    return role


def add_account(
    session: Session,
    email: str,
    password: str,
    role: str,
    at: datetime,
    *,
    name: str = "",
    organization: str = "",
    language: str = "",
    is_demo: bool = False,
) -> Account:
    """A new account with one role; `password` is the plain one. Raises AccountExists, WeakPassword."""
    if account_of_email(session, email) is not None:
        raise AccountExists(f"there is already an account for {email_key(email)}")
    account = Account(
        email=email_key(email),
        password=hash_password(password),
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        name=name,
        organization=organization,
        language=language,
        is_demo=is_demo,
        created_at=at,
        roles=[role_named(session, role)],
    )
    session.add(account)
    session.flush()
    return account


def set_password(account: Account, password: str) -> None:
    """Gives the account a new password and ends its sessions. Raises WeakPassword."""
    account.password = hash_password(password)
    end_sessions(account)


def set_role(session: Session, account: Account, role: str, by: By) -> None:
    """Gives the account one role in place of those it had, and ends its sessions. Raises LastAdministrator."""
    if role != INDISPENSABLE:
        _refuse_last(account)
    account.roles = [role_named(session, role)]
    end_sessions(account)
    note(session, account, "role_given", by, {"role": role})


def disable(account: Account) -> None:
    """Nobody signs in with this account any more, and whoever is signed in is not from the next request on.

    Raises LastAdministrator.
    """
    _refuse_last(account)
    account.active = False
    end_sessions(account)


def enable(account: Account) -> None:
    """Somebody signs in with this account again, with the password and the second factor it had."""
    account.active = True


def end_sessions(account: Account) -> None:
    """Makes every session of the account worthless, wherever its cookie is."""
    account.fs_uniquifier = uuid.uuid4().hex
    session = object_session(account)
    if session is not None:  # so that whoever remembers people of sessions (data.watch) asks again
        keep(session, "accounts_version", account.fs_uniquifier)


def _refuse_last(account: Account) -> None:
    session = object_session(account)
    if session is None or account.is_demo or INDISPENSABLE not in [role.name for role in account.roles]:
        return
    others = select(func.count()).where(
        Account.active, ~Account.is_demo, Account.id != account.id, Account.roles.any(Role.name == INDISPENSABLE)
    )
    if not session.execute(others).scalar():
        raise LastAdministrator(f"{account.email} is the last administrator; make another one first")


def note_seen(session: Session, account_id: int, at: datetime) -> None:
    """Keeps when the account was last used."""
    account = session.get(Account, account_id)
    if account is not None:
        account.last_seen_at = at


def note_looked(session: Session, account_id: int, seq: int | None, at: datetime | None) -> None:
    """Keeps up to which change of the journal somebody has seen the dashboard, and as of when; None for never said."""
    account = session.get(Account, account_id)
    if account is not None:
        account.looked_seq, account.looked_at = seq, at


def keep_fields(session: Session, account_id: int, values: Mapping[str, object]) -> None:
    """Writes the given columns of one account (what sign-in changed of a person, such as a renewed hash)."""
    account = session.get(Account, account_id)
    if account is not None:
        for column, value in values.items():
            setattr(account, column, value)


def remove_demo(session: Session, filled_by: str) -> int:
    """Takes out every demo account and invitation, what the journal says of them, and the roles nobody has any more;
    how many accounts there were. `filled_by` is the name under which the demo was filled.
    """
    found = list(session.scalars(select(Account).where(Account.is_demo)))
    roles = {role.id for account in found for role in account.roles}
    ids, names = [account.id for account in found], [filled_by, *(account.email for account in found)]
    for account in found:
        session.delete(account)
    session.flush()
    session.execute(delete(Invitation).where(Invitation.is_demo))
    held = select(account_roles.c.role_id)
    session.execute(delete(Role).where(Role.id.in_(roles), Role.id.not_in(held)))
    of_them = JournalRow.feature_id.in_(ids) | JournalRow.actor.in_(names)
    session.execute(delete(JournalRow).where(JournalRow.layer == ACCOUNTS, of_them))
    return len(found)
