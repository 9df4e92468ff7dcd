"""What the planning page says of a plan: how good it is, what is left and why, and what asks most."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from geo.cells import from_hex, parent, to_hex
from layers.text import Text
from webmap.pages.map_files import language

CLASSES = 5

#: Cells shaded at most, of the finest resolution with so few: smaller ones are specks on a map that shows them all.
MOST_SHADED = 80
SHADED = (11, 10, 9, 8, 7, 6, 5)

#: Places listed by what they ask; the map has all of them.
MOST_PLACES = 20


@dataclass(frozen=True, slots=True)
class Classes:
    """Five classes of points, of equal width up to the most: the upper bounds."""

    bounds: tuple[float, ...]

    def of(self, points: float) -> int:
        """The class, 1 to 5, of some points."""
        return next((at for at, bound in enumerate(self.bounds, start=1) if points <= bound), CLASSES)


def classes_of(points: Iterable[float]) -> Classes:
    """The classes the map is shaded in."""
    most = max(points, default=0.0)
    width = most / CLASSES
    digits = 0 if width >= 1 else 2
    return Classes(tuple(math.ceil(width * at * 10**digits) / 10**digits for at in range(1, CLASSES + 1)))


def shaded(cells: Iterable[Mapping[str, Any]]) -> list[tuple[str, float]]:
    """Cells by name with the points nobody takes care of in each, as coarse as a map of all of them needs."""
    fine = [(from_hex(one["cell"]), one["shortfall"]) for one in cells if one["shortfall"]]
    found: dict[int, float] = {}
    for res in SHADED:
        found = {}
        for cell, points in fine:
            above = parent(cell, res)
            found[above] = found.get(above, 0.0) + points
        if len(found) <= MOST_SHADED:
            break
    return [(to_hex(cell), round(points, 2)) for cell, points in found.items()]


def quality_in_words(content: Mapping[str, Any]) -> str:
    """How near the plan is to the best that could be."""
    covered, bound = content["covered"], content["bound"]
    if covered >= bound:
        if content.get("costs"):
            return _("No other choice of posts that keeps to its terms reaches more.")
        return _("No other choice of posts reaches more.")
    percent = max(math.ceil(1000 * (bound - covered) / bound) / 10, 0.1)
    said = _("This is within %(percent)s %% of the best possible.", percent=percent)
    if content.get("was_stopped"):
        said += " " + _("The search was stopped after some seconds; a smaller part of the map is searched to the end.")
    return said


def costs_in_words(content: Mapping[str, Any]) -> list[tuple[str, float]]:
    """What the plan had to keep to, and the points that each of it costs."""
    titles = {
        "starts": _("Posts near to the starting places"),
        "backup": _("A second post for fragile places"),
        "floor": _("The floor of each community"),
        "locked": _("Posts that are locked"),
        "barred": _("Posts that were taken out"),
        "excluded": _("Places that are left out"),
        "without_claimed": _("Places that others look after"),
    }
    return [(titles[name], points) for name, points in content.get("costs", {}).items()]


def floors_in_words(content: Mapping[str, Any]) -> list[str]:
    """A sentence for each community whose floor is missed."""
    reasons = {
        "unreachable": _("No post reaches more of %(community)s: %(covered)s of the %(least)s points of its floor."),
        "too_few": _("There are too few for the floor of %(community)s: %(covered)s of its %(least)s points."),
    }
    return [
        reasons[one["reason"]]
        % {
            name: one[name] if name == "community" else format_decimal(one[name])
            for name in ("community", "covered", "least")
        }
        for one in content.get("floors", ())
        if one["reason"]
    ]


def left_in_words(left: Iterable[tuple[str, str, float]], reasons: Mapping[str, Text]) -> list[tuple[str, list[Any]]]:
    """What stays uncovered, by reason: (reason in words, [(place, points), …]), most points first."""
    found: dict[str, list[Any]] = {}
    for place, reason, points in left:
        found.setdefault(reason, []).append((place or _("away from compounds"), points))
    order = sorted(found, key=lambda reason: -sum(points for _place, points in found[reason]))
    return [(reasons[reason].in_language(language()), found[reason]) for reason in order]


def posts_by_place(content: Mapping[str, Any]) -> list[tuple[str, list[int], float]]:
    """By the nearest compound in the order of names: the numbers of the posts that look after it, and its points."""
    cells = {one["cell"]: one for one in content["cells"]}
    found: dict[str, tuple[set[int], list[float]]] = {}
    for number, post in enumerate(content["posts"], start=1):
        for cell in post["cells"]:
            numbers, points = found.setdefault(cells[cell]["near"], (set(), []))
            numbers.add(number)
            points.append(cells[cell]["shortfall"])
    return [(name, sorted(numbers), round(sum(points), 2)) for name, (numbers, points) in sorted(found.items())]


def shortfall_by_place(cells: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Need, what is taken care of, and what is not, by the nearest compound; those that lack most first."""
    found: dict[str, dict[str, Any]] = {}
    for cell in cells:
        row = found.setdefault(
            cell["near"], {"need": 0.0, "ours": 0.0, "others": 0.0, "shortfall": 0.0, "gap": 0, "cells": []}
        )
        for name in ("need", "ours", "others", "shortfall", "gap"):
            row[name] += cell[name]
        row["cells"].append(cell["cell"])
    rows = [{"place": place or _("away from compounds"), **row} for place, row in found.items()]
    return sorted(rows, key=lambda row: (-row["shortfall"], row["place"]))[:MOST_PLACES]
