"""What one, two, … volunteers would cover, as a line: points of a small drawing, and the rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 320, 120


@dataclass(frozen=True, slots=True)
class Curve:
    """line: the points of an SVG polyline; x, y: where this plan stands; rows: volunteers and points."""

    line: str
    x: float
    y: float
    rows: list[tuple[int, float]]
    most: float
    last: int
    width: int = WIDTH
    height: int = HEIGHT


def curve_of(content: Mapping[str, Any]) -> Curve | None:
    """The curve of a plan; None where it has none, as those kept before there were curves."""
    rows = [(one["volunteers"], one["covered"]) for one in content.get("curve", ())]
    most = max((points for _number, points in rows), default=0)
    if not most:
        return None
    last = rows[-1][0]
    people = sum(one["volunteers"] for one in content["posts"])

    def place(number: int, points: float) -> tuple[float, float]:
        return round(WIDTH * number / last, 1), round(HEIGHT * (1 - points / most), 1)

    line = " ".join(f"{x},{y}" for x, y in (place(0, 0), *(place(*row) for row in rows)))
    return Curve(line, *place(people, content["covered"]), rows, most, last)
