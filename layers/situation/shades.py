"""The shades of a report's places at each of its moments, as the map shades them. Pure.

Classes are settled over all moments together, so that one shade means one figure from the first day to the last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.cells import ancestor, resolution
from layers.situation.rules import CLASSES, bounds_of, class_of, per_unit

States = Mapping[int, Mapping[str, Any]]

#: One letter a place: nobody known to live there (or nothing to say), lived in and not published then, fewer than k or
#: none, none; "1" to "5" are the classes.
BLANK, UNPUBLISHED, FEW, NONE = "-", "u", "f", "0"


@dataclass(frozen=True, slots=True)
class Shown:
    """One moment: a letter and a figure for each place (0 for none), the areas published whole with their figures, and
    how many areas of any size there are of each class.
    """

    letters: str
    figures: list[int]
    wide: dict[int, int]
    counts: list[int]


@dataclass(frozen=True, slots=True)
class Shades:
    """A measure over all moments. bounds: of the five classes, for areas of resolution `unit`."""

    bounds: list[int]
    unit: int
    shown: list[Shown]


def places_of(moments: Sequence[States], res: int) -> list[int]:
    """The places a report draws: where somebody is known to live or to need something at some moment, in order."""
    found = {
        cell
        for states in moments
        for cell, state in states.items()
        if resolution(cell) == res and (state.get("households") or state.get("needs"))
    }
    return sorted(found)


def shades_of(
    moments: Sequence[States], published: Sequence[bool], places: Sequence[int], measure: str, res: int, step: int
) -> Shades:
    """Shades of a measure. published: for each moment whether its figures are known. step: 1 for staff, k in public."""
    areas = [_areas(states, measure) for states in moments]
    units = Counter(resolution(area) for found in areas for area in found)
    unit = max(units, key=lambda one: (units[one], one), default=res)
    averages = {
        (area, figure): per_unit(figure, resolution(area), unit) for found in areas for area, figure in found.items()
    }
    bounds = bounds_of([averages[pair] for found in areas for pair in found.items()], step)
    classes = {pair: str(1 + class_of(average, bounds)) for pair, average in averages.items()}
    nothing = {False: UNPUBLISHED, True: FEW if step > 1 else NONE}
    shown = [
        _shown(states, found, places, res, classes, nothing[known])
        for states, found, known in zip(moments, areas, published, strict=True)
    ]
    return Shades(bounds, unit, shown)


def _areas(states: States, measure: str) -> dict[int, int]:
    return {cell: state[measure] for cell, state in states.items() if state.get(measure)}


def _shown(
    states: States, areas: Mapping[int, int], places: Sequence[int], res: int,
    classes: Mapping[tuple[int, int], str], nothing: str,
) -> Shown:  # fmt: skip
    wide = {area: figure for area, figure in areas.items() if resolution(area) < res}
    coarser = sorted({resolution(area) for area in wide}, reverse=True)
    letters, figures = [], []
    for place in places:
        lived = bool(states.get(place, {}).get("households"))
        area = (
            next((above for above in (ancestor(place, one) for one in coarser) if above in wide), place)
            if wide
            else place
        )
        figure = areas.get(area, 0)
        if figure and (lived or area == place):
            letters.append(classes[area, figure])
        else:
            figure = 0
            letters.append(nothing if lived else BLANK)
        figures.append(figure)
    told = Counter(classes[pair] for pair in areas.items())
    return Shown("".join(letters), figures, wide, [told[str(1 + at)] for at in range(CLASSES)])
