"""Needs: reported by anyone, moved by staff."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from geo.coordinates import check_lng_lat
from geo.datums import to_wgs84
from layers import features
from layers.errors import BadInput
from layers.needs import LAYER, actions
from layers.needs.lapses import lapse
from layers.needs.queries import number_of_reference
from layers.needs.rules import WORDS_LONGEST, Feature, Urgency
from layers.triage.rules import check_seen
from webmap.access import allowed, current_actor, may
from webmap.claiming import claim_of
from webmap.duty import check_move
from webmap.openapi import Parameters
from webmap.reporting import take_in
from webmap.service import service

#: Idempotency keys: long enough not to collide between phones, short enough for a header.
KEY_SHORTEST, KEY_LONGEST = 8, 200


class NewNeed(BaseModel):
    """A need as a phone sends it. No account is needed."""

    model_config = ConfigDict(extra="forbid")
    lon: float = Field(validation_alias=AliasChoices("lon", "lng"), description="longitude")
    lat: float = Field(description="latitude")
    datum: str = Field(default="wgs84", pattern="^(wgs84|gcj02|bd09)$")
    service: str = Field(max_length=40)
    urgency: Urgency = "ordinary"
    people: int = Field(default=1, ge=1, le=100_000)
    words: str = Field(default="", max_length=WORDS_LONGEST)
    contact: str = Field(default="", max_length=200)
    compound: str = Field(default="", max_length=200)
    building: str = Field(default="", max_length=60)
    unit: str = Field(default="", max_length=60)
    shared: bool = Field(
        default=False,
        description="it concerns a place many use, such as a gate; neighbours within 250 m may see service and age",
    )
    consent: bool | None = Field(
        default=None, description="of a need told for somebody else: whether that person knows of it"
    )
    channel: str = Field(default="web", pattern="^(web|phone|proxy|paper)$")
    language: str = Field(default="zh", max_length=20)


class NeedPath(Parameters):
    """One need."""

    need_id: int = Field(ge=1)


class NamedNeedPath(Parameters):
    """One need, by its number or by the reference its reporter was told."""

    need: str = Field(pattern=r"^([1-9][0-9]{0,17}|[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{4})$")


class NeedMove(BaseModel):
    """A move of a need; with `from` only if it still is in the state it was seen in."""

    model_config = ConfigDict(extra="forbid")
    to: str = Field(max_length=40)
    seen: str | None = Field(default=None, alias="from", max_length=40, description="the state it was seen in")
    organization: str | None = Field(default=None, max_length=200)
    duplicate_of: int | None = Field(default=None, ge=1)
    reason: str | None = Field(default=None, max_length=1000)


@allowed("needs.report")
def report_need(body: NewNeed) -> Response:
    """Takes in a need. With an Idempotency-Key header the same report sent again is the same need (kept 30 days).

    Without an account, 120 an hour are taken from one address and at most 600 of one area; beyond that 429 with
    Retry-After.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY_SHORTEST <= len(key) <= KEY_LONGEST:
        reason = f"an Idempotency-Key has {KEY_SHORTEST} to {KEY_LONGEST} characters"
        raise BadInput(reason, [{"field": "Idempotency-Key", "reason": reason}])
    check_lng_lat(body.lon, body.lat)
    lng, lat = to_wgs84(np.array([body.lon]), np.array([body.lat]), body.datum)
    values = Feature(**body.model_dump(exclude={"lon", "lat", "datum"}))
    found = take_in(values, float(lng[0]), float(lat[0]), key, datetime.now(UTC))
    # Two numbers would tell a stranger how many needs came in between: for them the reference names the need.
    need_id = found.need_id if may(current_actor(), "needs.read") else found.reference
    content: dict[str, Any] = {
        "id": need_id,
        "reference": found.reference,
        "token": found.token,
        "link": f"/needs/{found.token}",
    }
    status = 200 if found.repeated else 201
    return Response(
        orjson.dumps(content), status=status, mimetype="application/json", headers={"Cache-Control": "no-store"}
    )


@allowed("needs.move")
def move_need(path: NamedNeedPath, body: NeedMove) -> Response:
    """Takes a need to another state; 403 outside one's duty area, 409 where that is not a legal move, whoever asks."""
    details = body.model_dump(exclude={"to", "seen"})
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.write() as session:
        need_id = int(path.need) if path.need.isdigit() else number_of_reference(session, path.need)
        row = lapse(session, features.locked(session, LAYER, [need_id]), now)[need_id]
        check_move(actor, row, body.to, body.organization)
        check_seen(row, body.seen)
        details |= claim_of(session, actor, body.to, [need_id], now)
        rows = actions.move(session, [need_id], body.to, actor, now, **details)
    content = {"id": need_id, "state": rows[0]["state"], "reference": rows[0]["reference"]}
    return Response(orjson.dumps(content), mimetype="application/json")


def add_routes(group: APIBlueprint) -> None:
    """Adds these to the routes of all layers: one group describes a path once, with all that can be done there."""
    tag = [Tag(name="needs")]
    group.post("/needs", tags=tag, endpoint="needs_report")(report_need)
    group.post("/needs/<need>/moves", tags=tag, endpoint="needs_move")(move_need)
