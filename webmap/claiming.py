"""What members of an organization do with needs, for its pages and its API alike: always in its own name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from flask_login import current_user

from layers.actor import Actor
from layers.errors import BadInput, NotAllowed
from layers.needs import claims
from layers.needs.actions import MovedEach
from layers.needs.rules import is_held
from layers.triage.queries import organizations
from webmap.access import current_actor
from webmap.duty import BY_ORGANIZATION
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: An action of layers.needs.claims, all but its session, needs, organization, actor and moment given.
Job = Callable[..., MovedEach]


def own_organization(actor: Actor) -> str:
    """The organization the actor acts for. Raises NotAllowed where the account names none."""
    if not actor.organization:
        raise NotAllowed("your account belongs to no organization yet; an administrator sets it")
    return actor.organization


def name_of_caller() -> str:
    """How whoever is signed in is called; the part of their address before the @ where no name was given."""
    return str(current_user.name or current_user.email.partition("@")[0])


def carried_out(job: Job, need_ids: Sequence[int]) -> MovedEach:
    """What an action of layers.needs.claims did in one transaction, for the organization of the caller."""
    actor = current_actor()
    organization = own_organization(actor)
    with service().database.write() as session:
        return job(session, need_ids, organization, actor=actor, at=datetime.now(UTC))


def handed_over(need_ids: Sequence[int], organization: str, taken_by: str) -> MovedEach:
    """Hands needs to another organization, or where none is named to somebody else of the caller's own. Raises
    BadInput for an organization that nobody knows: a need must not go where nobody looks.
    """
    if organization in ("", own_organization(current_actor())):
        return carried_out(partial(claims.hand_on, taken_by=taken_by), need_ids)
    with service().database.read() as session:
        if organization not in organizations(session):
            reason = "no organization of this name is known here"
            raise BadInput(reason, [{"field": "organization", "reason": reason}])
    return carried_out(partial(claims.hand_over, to_organization=organization), need_ids)


def why_left(row: Mapping[str, Any] | None, organization: str) -> str:
    """Why a need was left as it is: "gone", "taken" (by somebody else), "yours" (already so), "not_waiting"."""
    if row is None:
        return "gone"
    if is_held(row, organization):
        return "yours"
    return "taken" if row["state"] == "assigned" else "not_waiting"


def claim_of(session: Session, actor: Actor, to_state: str, need_ids: Sequence[int], at: datetime) -> dict[str, Any]:
    """What a plain move to "assigned" says beside the organization: who goes and until when, where an organization
    takes for itself; nothing where an official gives.
    """
    if actor.role not in BY_ORGANIZATION or to_state != "assigned":
        return {}
    return {"taken_by": name_of_caller(), "claim_until": claims.end_of_round(session, need_ids, at)}
