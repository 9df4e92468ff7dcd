"""Who is acting: a plain value, never a database row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or process behind a change. `role` is one of DESIGN's roles, "resident" without an account."""

    name: str
    role: str
    organization: str = ""


RESIDENT = Actor(name="", role="resident")
SYSTEM = Actor(name="linli", role="administrator")
