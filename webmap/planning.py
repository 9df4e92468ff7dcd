"""A request for a plan from what was written, on a page or in a command, and how it is said again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from geo.coordinates import check_lng_lat
from layers.errors import BadInput
from layers.planning.rules import USUAL_MINUTES, USUAL_WINDOW, Request
from layers.planning.terms import ANY, Terms, as_kept
from webmap.viewport import box_of, in_rfc3339, moment_of


def request_of(
    role: str, volunteers: int, minutes: int | None, bbox: str | None, window: tuple[str | None, str | None],
    now: datetime, terms: Terms = ANY,
) -> Request:  # fmt: skip
    """The request for so many volunteers of a role: everywhere and for the next hours where nothing else is said.

    Raises BadInput, and BadCoordinates for numbers that are no box; what makes no sense is said by the plan itself.
    """
    starts, ends = moment_of(window[0], "from") or now, moment_of(window[1], "to")
    box = None if bbox is None else box_of(bbox)
    usual = USUAL_MINUTES if minutes is None else minutes
    return Request(role, volunteers, usual, starts, ends or starts + USUAL_WINDOW, box, terms=terms)


def start_of(text: str) -> tuple[float, float]:
    """A starting place of `lng,lat`. Raises BadInput, and BadCoordinates for one that is nowhere on the earth."""
    try:
        lng, lat = (float(part) for part in text.split(","))
    except ValueError:
        reason = f"start takes a longitude and a latitude such as 120.12,30.28; it was {text!r}"
        raise BadInput(reason, [{"field": "start", "reason": reason}]) from None
    check_lng_lat(lng, lat)
    return lng, lat


def said_of(request: Request) -> dict[str, Any]:
    """What was asked, as JSON."""
    box = request.box
    return {
        "role": request.role,
        "volunteers": request.volunteers,
        "minutes": request.minutes,
        "from": in_rfc3339(request.starts_at),
        "to": in_rfc3339(request.ends_at),
        "bbox": box and [box.west, box.south, box.east, box.north],
        "terms": as_kept(request.terms),
    }


def left_by_place(uncovered: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, float]]:
    """Where need stays uncovered, by the nearest compound ("" for none): place, reason, points; most points first."""
    found: dict[tuple[str, str], float] = {}
    for one in uncovered:
        key = one["near"], one["reason"]
        found[key] = found.get(key, 0) + one["shortfall"]
    return [(place, reason, round(found[place, reason], 2)) for place, reason in sorted(found, key=lambda k: -found[k])]
