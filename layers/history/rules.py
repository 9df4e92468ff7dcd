"""Which step can be taken back. Pure: by the layer's own table of legal moves, and never by deleting anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from layers.description import Layer
from layers.event import Event
from layers.needs.rules import CLOSED_FROM_OPEN, OPEN

#: A layer's steps that take something a step back does not know: which organization agreed, why a need is closed and
#: who says so, and whose proposal a zone was, who then may not put it into force.
NOT_ALONE: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "needs": (("acknowledged", "assigned"), *((one, closed) for one in OPEN for closed in CLOSED_FROM_OPEN)),
        "quarantine_zones": (("drafted", "proposed"),),
    }
)

#: Why nothing can be taken back: the layer knows no steps, none was taken, the row was put right since, no legal step
#: leads back, or another feature took its place.
WhyNot = Literal["no_steps", "not_moved", "put_right", "no_way", "replaced"]


def last_move(events: Sequence[Event]) -> Event | None:
    """The last step; None where none was taken."""
    return next((event for event in reversed(events) if event.verb == "move"), None)


def step_back(layer: Layer, row: Mapping[str, Any], events: Sequence[Event]) -> tuple[str | None, WhyNot | None]:
    """The state to which the last step of the feature in `row` can be taken back, or why it cannot."""
    if not layer.moves:
        return None, "no_steps"
    last = last_move(events)
    if last is None or last.from_state is None:
        return None, "not_moved"
    if row[layer.state_field] != last.to_state:
        return None, "put_right"
    step = (row[layer.state_field], last.from_state)
    if step in NOT_ALONE.get(layer.name, ()) or not layer.may_move(row, last.from_state):
        return None, "no_way"
    return last.from_state, None
