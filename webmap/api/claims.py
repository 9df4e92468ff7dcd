"""Claims: what an organization takes, keeps, hands on and meets. Always for the caller's own organization."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from layers.needs import claims
from layers.needs.actions import MovedEach
from layers.needs.queries import held_by
from layers.needs.rules import HAND_BACK, MOST_IN_A_ROUND, NAME_LONGEST, WORDS_LONGEST, may_extend
from webmap.access import allowed, current_actor
from webmap.api.triage import answer
from webmap.claiming import carried_out, handed_over, name_of_caller, own_organization, why_left
from webmap.service import service

blueprint = APIBlueprint("claims", __name__, url_prefix="/api/v1/claims", abp_tags=[Tag(name="claims")])

#: Of a claim's row what the API tells.
SHOWN = (
    "id", "reference", "service", "urgency", "people", "state", "community", "organization", "taken_by", "claim_until",
    "reopened", "reported_at",
)  # fmt: skip


class Several(BaseModel):
    """Needs by their numbers."""

    model_config = ConfigDict(extra="forbid")
    needs: list[int] = Field(min_length=1, max_length=MOST_IN_A_ROUND)


class Taking(Several):
    """Needs to take as one round."""

    taken_by: str | None = Field(
        default=None, max_length=NAME_LONGEST, description="who goes; the caller's name if absent"
    )


class HandingOver(Several):
    """Who has them from now on: somebody else of the organization, or another organization."""

    taken_by: str | None = Field(default=None, max_length=NAME_LONGEST)
    organization: str | None = Field(default=None, max_length=200)


class HandingBack(Several):
    """Why they go back to everyone."""

    reason: str = Field(max_length=40, description=f"of: {', '.join(HAND_BACK)}")


class Meeting(Several):
    """What came of them; each resident reads `given`."""

    given: str = Field(default="", max_length=WORDS_LONGEST)
    in_part: bool = Field(default=False, description="something is still missing: they stay taken")


@blueprint.get("")
@allowed("needs.claim")
def list_claims() -> Response:
    """What the caller's organization has at present; the one that ends first comes first."""
    now = datetime.now(UTC)
    with service().database.read() as session:
        rows = held_by(session, own_organization(current_actor()), now)
    return answer(
        {"claims": [{**shown(row), "extendable": row["taken_by"] is not None and may_extend(row)} for row in rows]}
    )


@blueprint.post("")
@allowed("needs.claim")
def take(body: Taking) -> Response:
    """Takes needs that wait, or were given to the organization, as one round; `left` says who was first."""
    name = body.taken_by or name_of_caller()
    return _told(body, carried_out(partial(claims.take, taken_by=name), body.needs))


@blueprint.post("/extend")
@allowed("needs.claim")
def extend(body: Several) -> Response:
    """Gives claims their time once more, once."""
    return _told(body, carried_out(claims.extend, body.needs))


@blueprint.post("/hand-over")
@allowed("needs.claim")
def hand_over(body: HandingOver) -> Response:
    """Hands needs to another organization, which has the time of a claim to take them up, or to somebody of its own."""
    return _told(body, handed_over(body.needs, body.organization or "", body.taken_by or ""))


@blueprint.post("/hand-back")
@allowed("needs.claim")
def hand_back(body: HandingBack) -> Response:
    """Gives needs back to everyone."""
    return _told(body, carried_out(partial(claims.hand_back, reason=body.reason), body.needs))


@blueprint.post("/met")
@allowed("needs.claim")
def meet(body: Meeting) -> Response:
    """Says that needs were met, in full or in part."""
    say = claims.meet_in_part if body.in_part else claims.meet
    return _told(body, carried_out(partial(say, given=body.given), body.needs))


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A need's row as whoever looks for something to do may see it. Nothing private."""
    return {name: row[name] for name in SHOWN}


def _told(body: Several, done: MovedEach) -> Response:
    organization, moved = own_organization(current_actor()), {row["id"] for row in done.moved}
    left = []
    for need_id in dict.fromkeys(body.needs):
        if need_id not in moved:
            row = done.stayed.get(need_id)
            left.append({**(shown(row) if row else {"id": need_id}), "why": why_left(row, organization)})
    return answer({"done": [shown(row) for row in done.moved], "left": left})
