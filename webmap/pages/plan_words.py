"""What the planning page says of a plan: how good it is, what is left and why, and what asks most."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask_babel import format_decimal
from flask_babel import gettext as _

from geo.cells import from_hex, to_hex
from layers.planning.plan import WithoutGate
from layers.planning.shortfall import CellFigures, Shortfall
from layers.text import Text
from webmap.pages.map_files import language

CLASSES = 5


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


def shortfall_of(content: Mapping[str, Any]) -> Shortfall:
    """The map of shortfall of a plan's content."""
    rows = content["cells"]
    need, ours, others, left = (
        np.array([one[name] for one in rows], dtype=float) for name in ("need", "ours", "others", "shortfall")
    )
    gap = np.array([one["gap"] for one in rows], dtype=np.int64)
    cell = np.array([from_hex(one["cell"]) for one in rows], dtype=np.int64)
    figures = CellFigures(cell, need, ours, others, left, gap)
    numbers: dict[str, int] = {}
    near = np.array([numbers.setdefault(one["near"], len(numbers)) for one in rows], dtype=np.intp)
    shut_in = [WithoutGate(one["name"], one["households"]) for one in content["without_gate"]["compounds"]]
    return Shortfall(figures, near, tuple(numbers), shut_in)


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


def shortfall_by_place(shortfall: Shortfall) -> list[dict[str, Any]]:
    """Need, what is taken care of, and what is not, by the nearest compound; those that lack most first."""
    return [
        {
            "place": one.name or _("away from compounds"), "need": one.need, "ours": one.ours, "others": one.others,
            "shortfall": one.left, "gap": one.gap, "cells": [to_hex(cell) for cell in one.cells],
        }
        for one in shortfall.places
    ]  # fmt: skip
