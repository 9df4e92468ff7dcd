"""Accounts of staff and the roles they hold. Residents have none. Knows nothing of sessions, pages or sign-in."""

from __future__ import annotations

import secrets
import unicodedata
import uuid
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Column, ForeignKey, String, Table, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from data.base import Base
from data.columns import Key, Moment
from data.keeping import keep

#: Shorter passwords fall to guessing at the rate sign-in allows; longer minimums end on paper beside the screen.
SHORTEST_PASSWORD = 10

#: What one hash costs: 19 MiB, two passes, one lane (the OWASP password storage recommendation for argon2id), about
#: 30 ms. More slows a guesser with the table in hand; it also lets a burst of sign-ins take the memory of the map.
HASH_COST: dict[str, Any] = {"time_cost": 2, "memory_cost": 19 * 1024, "parallelism": 1}

#: Letters and digits without those that look alike when read out over the telephone. 16 of them carry 79 bits.
LETTERS_TO_READ_OUT = "abcdefghijkmnpqrstuvwxyz23456789"

account_roles = Table(
    "account_roles",
    Base.metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base):
    """One kind of staff; what it may do is a table of webmap, not of the store."""

    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


class Account(Base):
    """One person who signs in. `fs_uniquifier` is what a session carries: a new one ends every session."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # kept as `email_key` gives it
    password: Mapped[str] = mapped_column(Text)  # argon2id, with its own salt and cost inside
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text, default="")
    organization: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)  # may sign in on the machine itself only
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    roles: Mapped[list[Role]] = relationship(secondary=account_roles, lazy="selectin")


class AccountExists(ValueError):
    """Another account already has this email address."""


class NoAccount(LookupError):
    """No account has this email address."""


class WeakPassword(ValueError):
    """The password is shorter than SHORTEST_PASSWORD."""


def email_key(email: str) -> str:
    """The one spelling under which an address is kept and found: NFKC, no spaces around, lower case."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def hash_password(words: str) -> str:
    """The argon2id hash of a password. Refuses (WeakPassword) one shorter than SHORTEST_PASSWORD characters.

    Normalised to NFKD first, as the sign-in form does, so that two keyboards give the same password.
    """
    normal = unicodedata.normalize("NFKD", words)
    if len(normal) < SHORTEST_PASSWORD:
        raise WeakPassword(f"a password has at least {SHORTEST_PASSWORD} characters")
    return PasswordHasher(**HASH_COST).hash(normal)


def new_password() -> str:
    """A random password in groups of four letters, easy to read out: `abcd-efgh-jkmn-pqrs`."""
    letters = [secrets.choice(LETTERS_TO_READ_OUT) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


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


def disable(account: Account) -> None:
    """Nobody signs in with this account any more, and whoever is signed in is not from the next request on."""
    account.active = False
    end_sessions(account)


def end_sessions(account: Account) -> None:
    """Makes every session of the account worthless, wherever its cookie is."""
    account.fs_uniquifier = uuid.uuid4().hex
    session = object_session(account)
    if session is not None:  # so that whoever remembers people of sessions (data.watch) asks again
        keep(session, "accounts_version", account.fs_uniquifier)


def note_seen(session: Session, account_id: int, at: datetime) -> None:
    """Keeps when the account was last used."""
    account = session.get(Account, account_id)
    if account is not None:
        account.last_seen_at = at


def keep_fields(session: Session, account_id: int, values: dict[str, object]) -> None:
    """Writes the given columns of one account (what sign-in changed of a person, such as a renewed hash)."""
    account = session.get(Account, account_id)
    if account is not None:
        for column, value in values.items():
            setattr(account, column, value)


def remove_demo(session: Session) -> int:
    """Takes out every demo account, and the roles nobody has any more; how many accounts there were."""
    found = list(session.scalars(select(Account).where(Account.is_demo)))
    roles = {role.id for account in found for role in account.roles}
    for account in found:
        session.delete(account)
    session.flush()
    held = select(account_roles.c.role_id)
    session.execute(delete(Role).where(Role.id.in_(roles), Role.id.not_in(held)))
    return len(found)
