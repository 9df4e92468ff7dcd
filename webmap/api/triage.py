"""Triage: the list of needs in the order they are looked at, and decisions about many at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from data import journal
from layers.actor import Actor
from layers.errors import BadInput
from layers.event import Event
from layers.needs.additions import Sender
from layers.needs.rules import CLOSED_FROM_OPEN, MOVES, OPEN, WORDS_LONGEST
from layers.triage import actions, queries, story
from layers.triage.actions import Decided
from layers.triage.queries import Filter, Place
from layers.triage.rules import MOST_AT_ONCE
from webmap.access import allowed, current_actor
from webmap.claiming import claim_of
from webmap.duty import BY_ORGANIZATION, may_move, may_open
from webmap.openapi import Parameters
from webmap.roles import TITLES
from webmap.service import service
from webmap.viewport import box_of

blueprint = APIBlueprint("triage", __name__, url_prefix="/api/v1/triage", abp_tags=[Tag(name="triage")])

#: Needs on one page unless asked otherwise, and at most.
USUAL, MOST = 100, 500

#: Words that stand for several states.
STATES: Mapping[str, tuple[str, ...]] = {
    "open": OPEN,
    "closed": ("met", "confirmed", *CLOSED_FROM_OPEN),
    **{state: (state,) for state in MOVES},
}

#: A place in the list, as `next` of one page gives it to `after` of the following one.
PLACE = re.compile(r"([0-3])\.(\d{1,16})\.(\d{1,18})\.(\d{1,16})")

#: Columns that only somebody who may open the need is given.
OF_THE_HOME = ("compound", "building")


class TriageQuery(Parameters):
    """Which needs. Several values of one kind are separated by commas and mean any of them."""

    state: str = Field(default="open", max_length=200, description=f"of: {', '.join(STATES)}")
    service: str = Field(default="", max_length=400)
    community: str = Field(default="", max_length=400, description="a community's name, or unknown")
    organization: str = Field(default="", max_length=200, description="to which the need was given")
    overdue: bool = Field(default=False, description="only where the promised time to the next step has passed")
    older: int | None = Field(default=None, ge=0, le=24 * 366, description="reported at least so many hours ago")
    newer: int | None = Field(default=None, ge=1, le=24 * 366, description="reported within so many hours")
    bbox: str | None = Field(default=None, max_length=200, description="west,south,east,north in WGS 84 degrees")
    q: str = Field(default="", max_length=40, description="part of a reference")
    ids: str = Field(default="", max_length=4000, description=f"numbers of needs, at most {MOST_AT_ONCE}")
    limit: int = Field(default=USUAL, ge=1, le=MOST)
    after: str = Field(default="", max_length=80, description="`next` of the page before")


class Seen(BaseModel):
    """A need, and the state it was in when the decision was made."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    id: int = Field(ge=1, lt=1 << 63)
    state: str | None = Field(default=None, alias="from", max_length=40)


class Decision(BaseModel):
    """The same move of several needs."""

    model_config = ConfigDict(extra="forbid")
    needs: list[Seen] = Field(min_length=1, max_length=MOST_AT_ONCE)
    to: str = Field(max_length=40)
    organization: str | None = Field(default=None, max_length=200)
    duplicate_of: int | None = Field(default=None, ge=1, lt=1 << 63)
    reason: str | None = Field(default=None, max_length=1000)


class Message(BaseModel):
    """The same message to several residents."""

    model_config = ConfigDict(extra="forbid")
    needs: list[int] = Field(min_length=1, max_length=MOST_AT_ONCE)
    text: str = Field(min_length=1, max_length=WORDS_LONGEST)


@blueprint.get("")
@allowed("needs.read")
def list_needs(query: TriageQuery) -> Response:
    """Needs in the order they are looked at: overdue and urgent first, then overdue, urgent, the rest; oldest first.

    Nothing private; `building` only of needs the caller may open. `counts` leave their own filter aside.
    """
    wanted, after = filter_of(query), place_of(query.after)
    at = after.at if after else datetime.now(UTC)
    with service().database.read() as session:
        seq = journal.latest(session)
        rows = queries.page(session, wanted, query.limit, at, after)
        found = None if after or wanted.ids else queries.counts(session, wanted, at)
    content: dict[str, Any] = {"seq": seq, "at": at, "needs": [shown(row) for row in rows]}
    if found is not None:
        content |= {"count": found.pop("shown")["all"], "counts": found}
    if len(rows) == query.limit:
        content["next"] = written(rows[-1], at)
    return answer(content)


@blueprint.post("/moves")
@allowed("needs.move")
def move_needs(body: Decision) -> Response:
    """Moves each need that still is in the state it was seen in. `left` says of the others why, and who was first."""
    actor, now = current_actor(), datetime.now(UTC)
    details = body.model_dump(exclude={"needs", "to"})
    with service().database.write() as session:
        details |= claim_of(session, actor, body.to, [one.id for one in body.needs], now)
        done = actions.decide(
            session, {one.id: one.state for one in body.needs}, body.to, actor, now,
            lambda row: may_move(actor, row, body.to, body.organization), **details,
        )  # fmt: skip
        left = [_left(need_id, why, done, story.last_move(session, need_id)) for need_id, why in done.left.items()]
    return answer({"moved": [_standing(row) for row in done.moved], "left": left})


@blueprint.post("/messages")
@allowed("needs.tell")
def tell_residents(body: Message) -> Response:
    """Writes the same words to the residents of several needs; they read them on the page of their private link."""
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.write() as session:
        done = actions.tell(
            session, body.needs, body.text, sender_of(actor), lambda row: signature(actor, row), actor, now,
            lambda row: may_open(actor, row),
        )  # fmt: skip
    left = [{"id": need_id, "why": why} for need_id, why in done.left.items()]
    return answer({"told": [row["id"] for row in done.moved], "left": left})


def filter_of(query: TriageQuery) -> Filter:
    """The filter a request asks for; raises BadInput for a word nobody knows."""
    states: tuple[str, ...] = ()
    for word in _words(query.state) or ("open",):
        if word not in STATES:
            reason = f"state is one of {', '.join(STATES)}; it was {word!r}"
            raise BadInput(reason, [{"field": "state", "reason": reason}])
        states += STATES[word]
    ids = _words(query.ids)
    if len(ids) > MOST_AT_ONCE or not all(one.isascii() and one.isdigit() and len(one) < 19 for one in ids):
        reason = f"ids are numbers of needs, at most {MOST_AT_ONCE}"
        raise BadInput(reason, [{"field": "ids", "reason": reason}])
    return Filter(
        states=tuple(dict.fromkeys(states)),
        services=_words(query.service),
        communities=_words(query.community),
        organization=query.organization,
        overdue=query.overdue,
        older=None if query.older is None else timedelta(hours=query.older),
        newer=None if query.newer is None else timedelta(hours=query.newer),
        box=None if query.bbox is None else box_of(query.bbox),
        reference=query.q,
        ids=tuple(int(one) for one in ids),
    )


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `layers.triage.queries.page` as the caller may see it."""
    mine = may_open(current_actor(), row)
    kept = {name: value for name, value in row.items() if name not in (*OF_THE_HOME, "leaf", "rank")}
    home = {"building": [row[name] for name in OF_THE_HOME]} if mine and row["building"] else {}
    return {**kept, **home, "mine": mine}


def answer(content: object) -> Response:
    """JSON for staff: moments with Z, kept by nobody."""
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(body, mimetype="application/json", headers={"Cache-Control": "private, no-store"})


def sender_of(actor: Actor) -> Sender:
    """As what an actor writes to a resident."""
    return "organization" if actor.role in BY_ORGANIZATION else "official"


def signature(actor: Actor, row: Mapping[str, Any]) -> str:
    """How words to the resident of a need are signed: by the organization, else by the kind of official."""
    return actor.organization or TITLES[actor.role].in_language(row["language"])


def event(one: Event) -> dict[str, Any]:
    """A line of a need's story, in both languages."""
    role = TITLES.get(one.role)
    return {
        "seq": one.seq, "at": one.at, "verb": one.verb, "from": one.from_state, "to": one.to_state, "by": one.by,
        "role": {"en": role.en, "zh": role.zh} if role else {"en": one.role, "zh": one.role},
        "words": {"en": one.words.en, "zh": one.words.zh},
        "reason": one.reason and {"en": one.reason.en, "zh": one.reason.zh},
    }  # fmt: skip


def _left(need_id: int, why: str, done: Decided, last: Event | None) -> dict[str, Any]:
    row = done.rows.get(need_id)
    if row is None or why == "outside":
        return {"id": need_id, "why": why}
    return {**_standing(row), "why": why, "last": last and event(last)}


def _standing(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "reference", "state", "organization", "duplicate_of", "changed_at")
    return {name: row[name] for name in names}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def written(row: Mapping[str, Any], at: datetime) -> str:
    """The place of a row in a list ordered at a moment, for `after` of the next page."""
    return f"{row['rank']}.{_micros(row['reported_at'])}.{row['id']}.{_micros(at)}"


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def place_of(text: str) -> Place | None:
    """The place that `written` wrote; None for none. Raises BadInput."""
    if not text:
        return None
    found = PLACE.fullmatch(text)
    if found is None:
        reason = "after takes what `next` of the page before said"
        raise BadInput(reason, [{"field": "after", "reason": reason}])
    rank, reported_at, need_id, at = (int(part) for part in found.groups())
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    return Place(rank, zero + timedelta(microseconds=reported_at), need_id, zero + timedelta(microseconds=at))
