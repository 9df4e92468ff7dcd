"""One need: its story for all staff; its words, contact and place for whoever answers for it, noted in the journal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from geo.coordinates import check_lng_lat
from geo.datums import to_wgs84
from layers import features
from layers.errors import NotFound
from layers.needs import LAYER, additions
from layers.needs.lapses import lapse
from layers.needs.rules import MOVES, WORDS_LONGEST, row_at
from layers.triage import queries, story
from layers.triage.queries import Filter
from layers.triage.rules import check_seen
from webmap.access import allowed, current_actor
from webmap.api.needs import NeedPath
from webmap.api.triage import answer, event, sender_of, shown, signature
from webmap.duty import check_need, may_open
from webmap.roles import ADMINISTRATOR, OFFICIALS
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = APIBlueprint("one_need", __name__, url_prefix="/api/v1/needs/<int:need_id>", abp_tags=[Tag(name="needs")])


class PhotoPath(NeedPath):
    """One photo of a need."""

    photo_id: int = Field(ge=1)


class Words(BaseModel):
    """Words to the resident."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=WORDS_LONGEST)


class Hiding(BaseModel):
    """Whether the resident's words are hidden from organizations."""

    model_config = ConfigDict(extra="forbid")
    hidden: bool


class Placing(BaseModel):
    """Where the need really is."""

    model_config = ConfigDict(extra="forbid")
    lon: float = Field(description="longitude")
    lat: float = Field(description="latitude")
    datum: str = Field(default="wgs84", pattern="^(wgs84|gcj02|bd09)$")
    state: str | None = Field(default=None, alias="from", max_length=40, description="the state it was seen in")


@blueprint.get("/story")
@allowed("needs.read")
def tell_story(path: NeedPath) -> Response:
    """What happened to a need, in both languages, and which needs are likely the same one. Nothing private."""
    with service().database.read() as session:
        rows = queries.page(session, Filter(states=tuple(MOVES), ids=(path.need_id,)), 1, datetime.now(UTC))
        if not rows:
            raise NotFound(f"needs has no feature {path.need_id}")
        events = story.events(session, path.need_id)
        same = story.likely_same(session, path.need_id)
        merged = story.merged_into(session, path.need_id)
        photos = story.photo_count(session, path.need_id)
    actor = current_actor()
    content = {
        "need": shown(rows[0]),
        "story": [event(one) for one in events],
        "photos": photos,
        "likely_same": [
            {**_named(one.row), "why": one.why, "metres": one.metres, "mine": may_open(actor, one.row)} for one in same
        ],
        "merged": [{**_named(row), "mine": may_open(actor, row)} for row in merged],
    }
    return answer(content)


@blueprint.post("/private")
@allowed("needs.open")
def open_private(path: NeedPath) -> Response:
    """The words, contact and exact place of a need. Every reading is a line of the journal."""
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.write() as session:
        row = row_at(features.row_of(session, LAYER, path.need_id), now)
        check_need(actor, row)
        private = additions.read_private(session, row, actor, now)
        messages = story.messages(session, path.need_id)
        photos = story.photos(session, path.need_id)
    if private is None:
        raise NotFound("words, contact and place of this need were deleted after their time")
    private.pop("need_id")
    if private["words_hidden"] and actor.role not in (*OFFICIALS, ADMINISTRATOR):
        private["words"] = ""
    return answer({**private, "consent": row["consent"], "messages": messages, "photos": photos})


@blueprint.get("/photos/<int:photo_id>")
@allowed("needs.open")
def show_photo(path: PhotoPath) -> Response:
    """One photo of a need. Every look at it is a line of the journal."""
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.write() as session:
        row = row_at(features.row_of(session, LAYER, path.need_id), now)
        check_need(actor, row)
        jpeg = story.photo(session, path.need_id, path.photo_id)
        if jpeg is None:
            raise NotFound(f"need {path.need_id} has no photo {path.photo_id}")
        features.note(session, LAYER, row, "read_photo", actor, now)
    return Response(jpeg, mimetype="image/jpeg", headers={"Cache-Control": "private, no-store"})


@blueprint.post("/messages")
@allowed("needs.tell")
def tell_resident(path: NeedPath, body: Words) -> Response:
    """Writes to the resident, who reads it on the page of the private link."""
    actor = current_actor()
    with service().database.write() as session:
        row = _locked(session, path.need_id)
        sender, signed = sender_of(actor), signature(actor, row)
        additions.say(session, row, sender, signed, "message", body.text, actor, datetime.now(UTC))
    return answer({"id": path.need_id})


@blueprint.post("/words")
@allowed("needs.correct")
def hide_words(path: NeedPath, body: Hiding) -> Response:
    """Hides the resident's words from everybody but officials, or shows them again."""
    with service().database.write() as session:
        row = _locked(session, path.need_id)
        additions.hide_words(session, row, body.hidden, current_actor(), datetime.now(UTC))
    return answer({"id": path.need_id, "hidden": body.hidden})


@blueprint.post("/place")
@allowed("needs.correct")
def correct_place(path: NeedPath, body: Placing) -> Response:
    """Puts the place of a need right; its community follows. 409 if it was moved on since it was seen."""
    check_lng_lat(body.lon, body.lat)
    lng, lat = to_wgs84(np.array([body.lon]), np.array([body.lat]), body.datum)
    with service().database.write() as session:
        row = _locked(session, path.need_id)
        check_seen(row, body.state)
        additions.relocate(session, row, float(lng[0]), float(lat[0]), current_actor(), datetime.now(UTC))
    return answer({"id": path.need_id})


def _locked(session: Session, need_id: int) -> dict[str, Any]:
    row = lapse(session, features.locked(session, LAYER, [need_id]), datetime.now(UTC))[need_id]
    check_need(current_actor(), row)
    return row


def _named(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "reference", "service", "urgency", "people", "state", "state_before", "organization", "reported_at")
    return {name: row[name] for name in names}
