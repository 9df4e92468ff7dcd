"""When a need is overdue, what looks like the same need twice, and what a decision about many can still do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from layers.errors import MoveNotAllowed
from layers.needs.rules import OPEN, acknowledge_by, may_move, meet_by

if TYPE_CHECKING:
    from layers.vocabulary.queries import Times

#: A household's need this close to another of the same service is likely the same one told twice (issue 3, item 1).
#: Wider finds the neighbours of a tower; closer misses a pin dropped in front of the house.
NEAR_M = 50.0

#: Most needs decided at once. More is no triage, and one transaction holds its locks for all of them.
MOST_AT_ONCE = 200

#: Order in which needs are looked at: both first, then overdue, then urgent, then the rest.
RANK_BOTH, RANK_OVERDUE, RANK_URGENT, RANK_REST = range(4)

#: Why a need was left as it is: somebody else moved it, it is not there, it is not the actor's, it cannot go there.
Left = Literal["changed", "gone", "outside", "not_possible"]


def due_at(row: Mapping[str, Any], times: Times) -> datetime | None:
    """By when the next step of the need in `row` is promised: acknowledged, then met. None once it is closed."""
    if row["state"] not in OPEN:
        return None
    return acknowledge_by(row, times) if row["state"] == "reported" else meet_by(row, times)


def same_need(one: Mapping[str, Any], other: Mapping[str, Any], metres: float) -> str | None:
    """Why two needs of one service are likely the same: "household", "home" (building and unit), "near"; else None.

    Both have `household`, `compound`, `building` and `unit`; metres: how far apart they are.
    """
    if one["household"] and one["household"] == other["household"]:
        return "household"
    if one["building"] and one["unit"] and all(one[name] == other[name] for name in ("compound", "building", "unit")):
        return "home"
    return "near" if metres <= NEAR_M else None


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a decision does: the ids it moves, and why it leaves each of the others."""

    going: list[int]
    left: dict[int, Left]


def sort_out(
    seen: Mapping[int, str | None], rows: Mapping[int, Mapping[str, Any]], to_state: str,
    allowed: Callable[[Mapping[str, Any]], bool],
) -> Sorted:  # fmt: skip
    """Tells the needs that can go to `to_state` from those that cannot.

    seen: by id the state the decision was made on, None for whichever it is in. rows: those that are there.
    """
    going: list[int] = []
    left: dict[int, Left] = {}
    for need_id, state in seen.items():
        row = rows.get(need_id)
        if row is None:
            left[need_id] = "gone"
        elif not allowed(row):
            left[need_id] = "outside"
        elif state is not None and row["state"] != state:
            left[need_id] = "changed"
        elif not may_move(row["state"], to_state, row["state_before"]):
            left[need_id] = "not_possible"
        else:
            going.append(need_id)
    return Sorted(going, left)


def check_seen(row: Mapping[str, Any], seen: str | None) -> None:
    """Raises MoveNotAllowed if somebody moved the need in `row` since it was seen in a state (None: not said)."""
    if seen is not None and row["state"] != seen:
        raise MoveNotAllowed(f"needs {row['id']} is {row['state']} now; it was seen as {seen}")
