"""What was done to an account, in the journal: who gave which rights to whom, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from data import journal
from data.people.record import Account

#: The name under which the journal keeps changes of accounts, beside the names of layers.
ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class By:
    """Who changes an account, in which role, and when."""

    name: str
    role: str
    at: datetime


def note(session: Session, account: Account | None, verb: str, by: By, details: dict[str, Any]) -> None:
    """Writes one change of an account to the journal, None for one that is yet to come by an invitation.

    `details` never hold an address, a password, a link or a code.

    The row also tells every process that remembers people of sessions to ask again (data.watch).
    """
    session.flush()
    entry = journal.Entry(ACCOUNTS, verb, feature_id=None if account is None else account.id, details=details or None)
    journal.append(session, [entry], by.name, by.role, by.at)
