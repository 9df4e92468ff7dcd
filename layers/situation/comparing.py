"""What changed between two moments, area by area. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers.quarantine_zones.rules import RANK

State = Mapping[str, Any]

#: The figures compared, in the order of a table. Households are left out: a register changes with the years.
COMPARED = ("needs", "gap", "zone", "filled", "drops", "checkpoints")


def amount(state: State, name: str) -> int:
    """A figure of a state as a number; of a zone its strictness, 0 for none."""
    return RANK[state["zone"]] if name == "zone" and "zone" in state else int(state.get(name, 0))


@dataclass(frozen=True, slots=True)
class Changed:
    """One area (a cell of resolution AREA) and its state at both moments."""

    cell: int
    before: State
    after: State

    def grown(self, name: str) -> int:
        """By how much a figure grew; of a zone by how many levels it became stricter."""
        return amount(self.after, name) - amount(self.before, name)


def compare(one: Mapping[int, State], other: Mapping[int, State]) -> list[Changed]:
    """The areas in which a compared figure differs between two moments, in no order."""
    pairs = (Changed(cell, one.get(cell, {}), other.get(cell, {})) for cell in {*one, *other})
    return [pair for pair in pairs if any(pair.grown(name) for name in COMPARED)]


def largest_first(changes: list[Changed], by: str) -> list[Changed]:
    """The largest change of one figure first, more or less alike; then by the other figures, in their order."""
    names = (by, *(name for name in COMPARED if name != by))
    return sorted(changes, key=lambda one: ([-abs(one.grown(name)) for name in names], one.cell))
