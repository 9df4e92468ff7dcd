"""The story of one feature, from the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import journal
from data.journal import JournalRow
from layers.description import Layer
from layers.errors import NotFound
from layers.event import Event
from layers.history.rules import WhyNot, step_back
from layers.needs import LAYER as NEEDS
from layers.quarantine_zones import LAYER as ZONES
from layers.quarantine_zones.queries import successor_of
from layers.text import Text
from layers.triage import story as of_needs

CREATED = Text("Put on the map", "已上图")
REMOVED = Text("Taken off the map", "已从地图移除")
PUT_RIGHT = Text("Details were put right", "信息已更正")
MOVED_ON = Text("Moved on", "状态已变更")

#: How the journal says that a newer version of a zone took its place.
BY_NEWER = "changed: "


def story(session: Session, layer: Layer, feature_id: int, at: datetime) -> tuple[dict[str, Any] | None, list[Event]]:
    """The row of a feature as it stands at `at`, None where it was taken off the map, and what happened to it, oldest
    first.

    Raises NotFound for one that never was.
    """
    query = select(layer.table).where(layer.table.c.id == feature_id)
    found = session.execute(query).mappings().first()
    told = events(session, layer, feature_id)
    if found is None and not told:
        raise NotFound(f"{layer.name} has no feature {feature_id}")
    return None if found is None else standing(layer, dict(found), at), told


def standing(layer: Layer, row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The feature in `row` as it stands at a moment, also where the clock has not written it down yet: a claim that has
    ended is none.
    """
    return row if layer.row_at is None else layer.row_at(row, at)


def way_back(
    session: Session, layer: Layer, row: Mapping[str, Any], told: Sequence[Event]
) -> tuple[str | None, WhyNot | None]:
    """The state to which the last step of the feature in `row` can be taken back, or why it cannot: as by
    `rules.step_back`, and never for a zone whose place a newer version took.
    """
    to_state, why_not = step_back(layer, row, told)
    if to_state is not None and layer.name == ZONES.name and successor_of(session, row["id"]) is not None:
        return None, "replaced"
    return to_state, why_not


def events(session: Session, layer: Layer, feature_id: int) -> list[Event]:
    """What happened to a feature, oldest first. What a layer has no words for is counted elsewhere and not told."""
    if layer.name == NEEDS.name:
        return of_needs.events(session, feature_id)
    rows = journal.story(session, layer.name, feature_id)
    return [event for row in rows if (event := _event(layer, row)) is not None]


def _event(layer: Layer, row: JournalRow) -> Event | None:
    words = _words(layer, row)
    if words is None:
        return None
    details: Mapping[str, Any] = row.details or {}
    reason = _reason(details.get("reason"))
    return Event(
        row.seq, row.recorded_at, row.actor, row.role, row.verb, row.from_state, row.to_state, words, reason, details
    )


def _words(layer: Layer, row: JournalRow) -> Text | None:
    told, details = layer.story, row.details or {}
    if row.verb == "move":
        step = (row.from_state or "", row.to_state or "")
        return told.moves.get(step) or told.states.get(step[1]) or MOVED_ON
    if row.verb == "create":
        state = told.states.get(row.to_state or "")
        return _joined(told.done.get("create", CREATED), [state] if state else [])
    if row.verb == "update":
        return _joined(PUT_RIGHT, [layer.title_of(name) for name in details.get("changed", ()) if name != "geometry"])
    if row.verb == "remove":
        return REMOVED
    return told.done.get(row.verb)


def _joined(words: Text, more: list[Text]) -> Text:
    """ "Details were put right: name, hours"."""
    if not more:
        return words
    english = ", ".join(one.en[:1].lower() + one.en[1:] for one in more)
    return Text(f"{words.en}: {english}", f"{words.zh}：{'、'.join(one.zh for one in more)}")


def _reason(given: str | None) -> Text | None:
    if not given:
        return None
    if given.startswith(BY_NEWER):
        name = given.removeprefix(BY_NEWER)
        return Text(f"a newer version took its place: {name}", f"已由新版本取代：{name}")
    return Text(given, given)
