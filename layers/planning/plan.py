"""What a plan is: posts with what each adds, what no plan could exceed, and what is left with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.cells import to_hex
from layers.planning.choosing import Backup, Decision
from layers.planning.rules import A_POINT, GATE_MINUTES, Reason, Request, Way, Weights


@dataclass(frozen=True, slots=True)
class Post:
    """Where volunteers stand: a cell of resolution 11, its centre, the nearest compound's name.

    adds: the points it brings within reach beside those of the posts before it. cells: those it looks after, because
    no other post is nearer, with their `need` in points. is_locked: it stays here whatever it adds.
    """

    cell: int
    lng: float
    lat: float
    near: str
    volunteers: int
    adds: float
    need: float
    cells: tuple[int, ...]
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """Need of one cell that stays uncovered, in points, and why."""

    cell: int
    lng: float
    lat: float
    near: str
    shortfall: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class CellShortfall:
    """What one cell asks for in a role, in points: need, what ours and others on duty take care of, what nobody does.

    gap: open needs there that no shift on duty serves, as cell state counts them. near: the nearest compound's name.
    """

    cell: int
    lng: float
    lat: float
    near: str
    need: float
    ours: float
    others: float
    shortfall: float
    gap: int


@dataclass(frozen=True, slots=True)
class WithoutGate:
    """A compound in a closed area, and its households from which no open gate is within GATE_MINUTES on foot."""

    name: str
    households: int


@dataclass(frozen=True, slots=True)
class Change:
    """What comes within reach near a compound by other posts and by the plan's, in points and homes."""

    near: str
    community: str
    before: float
    after: float
    homes_before: int
    homes_after: int

    @property
    def is_same(self) -> bool:
        """Whether nobody gains or loses here."""
        return (self.before, self.homes_before) == (self.after, self.homes_after)


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to a request; covered and bound in points. `next_adds`: what one more volunteer would bring.

    decision: how the posts were chosen. left_out: points that do not count by the request's terms. changes: beside
    other posts, None where it was not compared. way: what people walk over where something is asked for.
    """

    request: Request
    weights: Weights
    cells: Sequence[CellShortfall]
    covered: float
    bound: float
    posts: Sequence[Post]
    next_adds: float
    left: Sequence[Left]
    without_gate: Sequence[WithoutGate]
    decision: Decision
    left_out: float = 0.0
    changes: Sequence[Change] | None = None
    way: Way = "open"

    @property
    def shortfall(self) -> float:
        """Points that nobody on duty takes care of, before the plan."""
        return round(sum(one.shortfall for one in self.cells), 2)


def content_of(plan: Plan) -> dict[str, Any]:
    """The plan as JSON: everything but the request, numbers in points with two decimals, cells by name."""
    return {
        "need": round(sum(one.need for one in plan.cells), 2),
        "ours": round(sum(one.ours for one in plan.cells), 2),
        "others": round(sum(one.others for one in plan.cells), 2),
        "shortfall": plan.shortfall,
        "gap": sum(one.gap for one in plan.cells),
        "covered": plan.covered,
        "bound": plan.bound,
        "next_adds": plan.next_adds,
        "was_stopped": plan.decision.was_stopped,
        "left_out": plan.left_out,
        "way": plan.way,
        "curve": [{"volunteers": number, "covered": points / A_POINT} for number, points in plan.decision.curve],
        "costs": {name: points / A_POINT for name, points in plan.decision.costs.items()},
        "floors": [
            {
                "community": one.community, "need": one.need / A_POINT, "least": one.least / A_POINT,
                "covered": one.covered / A_POINT, "reason": one.reason,
            }
            for one in plan.decision.floors
        ],
        "backup": _backup(plan.decision.backup),
        "without_gate": {
            "minutes": GATE_MINUTES,
            "households": sum(one.households for one in plan.without_gate),
            "compounds": [{"name": one.name, "households": one.households} for one in plan.without_gate],
        },
        "posts": [
            {
                "cell": to_hex(post.cell), "lng": round(post.lng, 6), "lat": round(post.lat, 6), "near": post.near,
                "volunteers": post.volunteers, "adds": post.adds, "need": post.need,
                "cells": [to_hex(cell) for cell in post.cells], "locked": post.is_locked,
            }
            for post in plan.posts
        ],
        "uncovered": [
            {
                "cell": to_hex(one.cell), "lng": round(one.lng, 6), "lat": round(one.lat, 6), "near": one.near,
                "shortfall": one.shortfall, "reason": one.reason,
            }
            for one in plan.left
        ],
        "cells": [
            {
                "cell": to_hex(one.cell), "lng": round(one.lng, 6), "lat": round(one.lat, 6), "near": one.near,
                "need": one.need, "ours": one.ours, "others": one.others, "shortfall": one.shortfall, "gap": one.gap,
            }
            for one in plan.cells
        ],
    }  # fmt: skip


def _backup(backup: Backup | None) -> dict[str, float] | None:
    if backup is None:
        return None
    parts = {"fragile": backup.fragile, "once": backup.once, "twice": backup.twice}
    return {name: points / A_POINT for name, points in parts.items()}


def shifts_of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The shifts that a kept plan is published as, from its row: one a post, over the cells it looks after."""
    fixed = {name: row[name] for name in ("organization", "role", "starts_at", "ends_at")}
    return [
        {
            **fixed,
            "places_wanted": post["volunteers"],
            "cells": sorted({post["cell"], *post["cells"]}),
            "note": post["near"],
        }
        for post in row["content"]["posts"]
    ]
