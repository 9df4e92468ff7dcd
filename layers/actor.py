"""Who is acting: a plain value, never a database row."""

from __future__ import annotations

from dataclasses import dataclass

#: Cells as ranges of leaves: the first and the last leaf of each, sorted and disjoint (`geo.covers`).
LeafRanges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or process behind a change. `role` is one of DESIGN's roles, "resident" without an account.

    `duty_area` is what an official answers for, None where none was defined; webmap.duty says what follows from it.
    """

    name: str
    role: str
    organization: str = ""
    duty_area: LeafRanges | None = None


RESIDENT = Actor(name="", role="resident")
SYSTEM = Actor(name="linli", role="administrator")
