"""What an administrator does to accounts, from the pages and from the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from data import people
from layers.actor import Actor
from layers.errors import BadInput
from webmap.duty import BY_AREA


def signature(actor: Actor, at: datetime) -> people.By:
    """Who changes an account, as the journal keeps it."""
    return people.By(actor.name, actor.role, at)


def check_duty_area(role: str, defined: people.Defined | None) -> None:
    """Raises BadInput where a role that answers for no area is given one."""
    if defined is not None and role not in BY_AREA:
        reason = "only officials and administrators have a duty area; an organization acts on the needs it has taken"
        raise BadInput(reason, [{"field": "area", "reason": reason}])


def give_role(session: Any, account: people.Account, role: str, by: people.By) -> None:
    """Gives the account another role and ends its sessions. A role that answers for no area loses the one it had."""
    people.set_role(session, account, role, by)
    if role not in BY_AREA and account.duty_area is not None:
        people.define_duty_area(session, account, None, by)


def role_of(account: people.Account) -> str:
    """The role of an account: accounts made here have one."""
    return account.roles[0].name if account.roles else ""
