"""Counting at gates: presses of a phone's buttons, each once; what was counted; and which gates nobody stands at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from layers import features
from layers.actor import RESIDENT
from layers.checkpoints import LAYER
from layers.checkpoints.counting import Taken, count
from layers.checkpoints.links import link_of
from layers.checkpoints.queries import by_quarter
from layers.checkpoints.rules import MOST_AT_ONCE, MOST_PRESSES, Counted, Press
from layers.errors import BadInput, NotFound
from layers.gate_staffing import gates_at
from layers.link_tokens import TOKEN
from webmap.access import allowed, current_actor
from webmap.gate_sums import for_helpers, gate_sums
from webmap.openapi import Parameters
from webmap.service import service
from webmap.viewport import moment_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: The time given unless asked otherwise, and the longest asked for at once.
USUAL, LONGEST = timedelta(days=1), timedelta(days=32)


class NewPress(BaseModel):
    """One press of a button; a key made by the phone counts once, however often it is sent."""

    model_config = ConfigDict(extra="forbid")
    key: str = Field(pattern=r"^[A-Za-z0-9_-]{16,64}$", description="made by the phone, not to be guessed")
    kind: Counted
    at: AwareDatetime = Field(description="when it was pressed, by the phone's own clock")
    count: int = Field(default=1, ge=1, le=MOST_AT_ONCE, description="how many passed at once")
    undone: bool = Field(default=False, description="the press was taken back, whether it has arrived before or not")


class Message(BaseModel):
    """Presses of one phone, in any order."""

    model_config = ConfigDict(extra="forbid")
    sent_at: AwareDatetime = Field(description="now, by the phone's own clock: only the difference to `at` is used")
    presses: list[NewPress] = Field(min_length=1, max_length=MOST_PRESSES)


class GatePath(Parameters):
    """A checkpoint."""

    checkpoint_id: int = Field(ge=1, le=2**63 - 1)


class LinkPath(Parameters):
    """A helper's link."""

    token: str = Field(pattern=f"^{TOKEN.pattern}$")


class CountsQuery(Parameters):
    """From when to when, at most 32 days."""

    since: str | None = Field(default=None, description="RFC 3339 moment; a day before `until`, if absent")
    until: str | None = Field(default=None, description="RFC 3339 moment; now, if absent")


@allowed("gates.count")
def count_presses(path: GatePath, body: Message) -> Response:
    """Counts presses at a gate, each once. Says which keys are settled, which were refused and why, and the sums."""
    now, actor = datetime.now(UTC), current_actor()
    presses = [Press(**one.model_dump()) for one in body.presses]
    taken = service().database.written(
        lambda session: count(session, path.checkpoint_id, presses, body.sent_at, actor, now)
    )
    with service().database.read() as session:
        sums = gate_sums(session, path.checkpoint_id, now)
    refused = [{"key": key, "why": why} for key, why in taken.refused.items()]
    return _answer({"settled": taken.settled, "refused": refused, **sums})


@allowed("gates.help")
def count_of_helper(path: LinkPath, body: Message) -> Response:
    """The same by a helper's link. What was pressed before the link was over counts also when it arrives after."""
    now = datetime.now(UTC)
    presses = [Press(**one.model_dump()) for one in body.presses]

    def taken_in(session: Session) -> tuple[int, Taken]:
        link = link_of(session, path.token)
        if link is None:
            raise NotFound("this link was taken back, or there is none like it")
        number = link.checkpoint_id
        return number, count(session, number, presses, body.sent_at, RESIDENT, now, until=link.ends_at)

    gate_id, taken = service().database.written(taken_in)
    with service().database.read() as session:
        sums = gate_sums(session, gate_id, now)
    refused = [{"key": key, "why": why} for key, why in taken.refused.items()]
    return _answer({"settled": taken.settled, "refused": refused, **for_helpers(sums)})


@allowed("gates.manage")
def counts(path: GatePath, query: CountsQuery) -> Response:
    """What was counted at a gate in each quarter of an hour; quarters without a count are left out."""
    until = moment_of(query.until, "until") or datetime.now(UTC)
    since = moment_of(query.since, "since") or until - USUAL
    if not timedelta(0) < until - since <= LONGEST:
        reason = "since lies before until, 32 days at most"
        raise BadInput(reason, [{"field": "since", "reason": reason}])
    with service().database.read() as session:
        features.row_of(session, LAYER, path.checkpoint_id)
        found = by_quarter(session, path.checkpoint_id, since, until)
    return _answer({"quarters": [{"quarter": quarter, **counted} for quarter, counted in found.items()]})


@allowed("gates.count")
def staffing() -> Response:
    """How many gates are open now and how many of them nobody stands at, with their names."""
    with service().database.snapshot() as session:
        gates = gates_at(session, datetime.now(UTC), service().zone)
    unstaffed = [{"id": gate.row["id"], "name": gate.row["name"]} for gate in gates if gate.is_gap]
    return _answer({"open": sum(gate.is_open for gate in gates), "unstaffed": len(unstaffed), "gates": unstaffed})


def _answer(content: dict[str, Any]) -> Response:
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(body, mimetype="application/json", headers={"Cache-Control": "private, no-store"})


def add_routes(group: APIBlueprint) -> None:
    """Adds this to the routes of all layers: one group describes a path once, with all that can be done there."""
    tag = [Tag(name="checkpoints")]
    path = "/checkpoints/<int:checkpoint_id>/counts"
    group.get("/checkpoints/staffing", tags=tag, endpoint="gate_staffing")(staffing)
    group.get(path, tags=tag, endpoint="gate_counts")(counts)
    group.post(path, tags=tag, endpoint="gate_count")(count_presses)
    group.post("/gate_links/<token>/counts", tags=tag, endpoint="gate_link_count")(count_of_helper)
