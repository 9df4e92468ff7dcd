"""Reads box, resolution and moment from a request; every refusal says what would have been right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import Field

from geo.cells import COARSEST, FINEST
from geo.coordinates import Box
from geo.covers import TooMany, cells_in_box
from layers.errors import BadInput
from webmap.openapi import Parameters

#: Cells a page asks for without naming a resolution: a screen full at a size a finger can hit.
USUAL_CELLS = 2_000

_A_DAY = timedelta(days=1)


class BoxQuery(Parameters):
    """Which part of the map, how fine, and when."""

    bbox: str = Field(description="west,south,east,north in WGS 84 degrees, such as 120.10,30.28,120.16,30.32")
    res: str | None = Field(default=None, description=f"H3 resolution {COARSEST} to {FINEST}; by the box if absent")
    at: str | None = Field(default=None, description="RFC 3339 moment such as 2026-02-03T09:00:00Z; now if absent")


class TileQuery(Parameters):
    """How fine, and when, for a map tile."""

    res: str | None = Field(default=None, description=f"H3 resolution {COARSEST} to {FINEST}; zoom - 5 if absent")
    at: str | None = Field(default=None, description="RFC 3339 moment such as 2026-02-03T09:00:00Z; now if absent")


def box_of(text: str) -> Box:
    """The box of `west,south,east,north`; raises BadInput, or BadCoordinates for numbers that are no box."""
    parts = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        raise _refused("bbox", f"bbox takes four numbers west,south,east,north; it was {text!r}") from None
    return Box(west, south, east, north)


def resolution_of(text: str | None, otherwise: int) -> int:
    """The resolution asked for, `otherwise` where none is; raises BadInput outside of 5 to 11."""
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and COARSEST <= int(text) <= FINEST):
        raise _refused("res", f"res takes a whole number from {COARSEST} to {FINEST}; it was {text!r}")
    return int(text)


def usual_resolution(box: Box) -> int:
    """The finest resolution at which a box of this size holds no more than a screen full of cells."""
    try:
        cells_in_box(box, FINEST, USUAL_CELLS)
    except TooMany as found:
        return found.resolution_that_would_do or COARSEST
    return FINEST


def moment_of(text: str | None, field: str = "at") -> datetime | None:
    """The moment asked for in a field, None for now; raises BadInput for anything but RFC 3339 with its zone."""
    if text is None:
        return None
    given = (
        text.replace(" ", "+") if "T" in text.upper() else text
    )  # a plus sign that was not escaped arrives as a space
    try:
        moment = datetime.fromisoformat(given.upper())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in given.upper():
        raise _refused(field, f"{field} takes a moment such as 2026-02-03T09:00:00Z; it was {text!r}")
    try:
        at = moment.astimezone(UTC)
        _ = at - _A_DAY, at + _A_DAY  # local times, and windows of some hours, are moments too
    except OverflowError:
        raise _refused(field, f"{field} is too far away: {text!r}") from None
    return at


def in_rfc3339(moment: datetime) -> str:
    """A moment as the API gives it: UTC, whole seconds, with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refused(field: str, reason: str) -> BadInput:
    return BadInput(reason, [{"field": field, "reason": reason}])
