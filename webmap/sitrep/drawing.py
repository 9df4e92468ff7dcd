"""What a report draws: the still picture that everybody sees, and what its script needs to show the other moments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.cells import CELL_KM2, bounds, resolution
from geo.coordinates import Box
from layers import catalogue
from layers.publication.rules import K
from layers.situation.queries import Situation
from layers.situation.rules import CLASSES
from layers.situation.shades import FEW, NONE, UNPUBLISHED, Shades, places_of, shades_of
from webmap.sitrep.naming import Names
from webmap.sitrep.picture import Sheet, scale_bar
from webmap.sitrep.writing import Writing

#: Compounds whose outlines are drawn at most. More are grey dust on paper, and half of the file.
MOST_OUTLINES = 3000

#: What stands for the places with people where nothing else says where to look: half a degree is a large city.
NOWHERE = Box(119.75, 30.0, 120.25, 30.4)

#: Kinds of the demo's ground that are drawn, and as what.
GROUND = {"canal": "water", "pond": "water", "park": "park", "field": "park", "street": "street", "lane": "lane",
          "arterial": "arterial", "expressway": "arterial", "railway": "lane"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A mark on the sheet, in its units: where, as what, what it says."""

    x: int
    y: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A shape on the sheet and as what it is drawn."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Legend:
    """The printed classes of a measure: their figures and how many places have each at the report's moment."""

    name: str
    title: str
    unit: str
    classes: list[tuple[str, int]]
    others: list[tuple[str, str]]
    is_mixed: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything drawn. data: what the script is told, as JSON."""

    box: Box
    sheet: Sheet
    ground: list[Line]
    compounds: str
    cells: list[Line]
    wide: list[tuple[str, Label]]
    zones: list[tuple[Line, Label]]
    points: list[Label]
    legends: list[Legend]
    scale: tuple[str, int]
    data: dict[str, Any]


def drawing_of(told: Situation, streets: str | None, writing: Writing) -> Drawing:
    """Draws a situation. streets: GeoJSON with `layer` and `kind`, where there is a ground to draw."""
    states = [moment.states for moment in told.moments]
    places = places_of(states, told.res)
    box = _box(told, places)
    sheet = Sheet.of(box)
    known = [told.internal or moment.published is not None for moment in told.moments]
    measures = _measures(told.internal, writing)
    step = 1 if told.internal else K
    shades = {name: shades_of(states, known, places, name, told.res, step) for name in measures}
    names = Names(told.compounds, writing)
    zones = _zones(told, sheet, writing)
    points = _points(told, sheet, writing)
    paths = sheet.paths_of_cells(places)
    wide = shades["needs"].shown[-1].wide
    metres, units = scale_bar(sheet, (box.south + box.north) / 2)
    return Drawing(
        box,
        sheet,
        _ground(streets, sheet),
        _outlines(told, sheet),
        [Line(path, letter) for path, letter in zip(paths, shades["needs"].shown[-1].letters, strict=True)],
        _wide(sheet, wide, told.internal),
        [(Line(one["path"], one["level"]), Label(one["at"][0], one["at"][1], one["level"], str(one["number"])))
         for one in zones if one["on"][-1]],
        [Label(one["at"][0], one["at"][1], one["kind"], one["name"]) for one in points if one["on"][-1]],
        [_legend(name, title, shades[name], told, known, writing) for name, title in measures.items()],
        (writing.distance(metres), units),
        _data(told, sheet, places, shades, names, zones, points, writing),
    )  # fmt: skip


def _box(told: Situation, places: Sequence[int]) -> Box:
    """Around the places where people live; else around everything drawn; else somewhere."""
    lived = [cell for cell in places if told.now.states.get(cell, {}).get("households")] or list(places)
    if lived:
        west, south, east, north = bounds(np.array(lived, dtype=np.int64))
        return Box(float(west.min()), float(south.min()), float(east.max()), float(north.max()))
    shapes = [row["geometry"] for moment in told.moments for row in (*moment.zones, *moment.checkpoints, *moment.drops)]
    if not shapes:
        return NOWHERE
    w, s, e, n = shapely.total_bounds(np.array(shapes, dtype=object)).tolist()
    return Box(w - 0.005, s - 0.005, e + 0.005, n + 0.005)


def _measures(internal: bool, writing: Writing) -> dict[str, str]:
    found = {"needs": writing.gettext("All open requests")}
    if internal:
        found["urgent"] = writing.gettext("Urgent requests")
        found["gap"] = writing.gettext("Requests with nobody on duty")
    return found


def _ground(streets: str | None, sheet: Sheet) -> list[Line]:
    if not streets:
        return []
    found = []
    for feature in json.loads(streets)["features"]:
        kind = GROUND.get(feature["properties"].get("kind", ""))
        if kind:
            found.append(Line(sheet.path(shapely.from_geojson(json.dumps(feature["geometry"]))), kind))
    order = ("park", "water", "lane", "street", "arterial")
    return sorted(found, key=lambda line: order.index(line.kind))


def _outlines(told: Situation, sheet: Sheet) -> str:
    if len(told.compounds) > MOST_OUTLINES:
        return ""
    return "".join(sheet.path(row["geometry"]) for row in told.compounds)


def _wide(sheet: Sheet, wide: Mapping[int, int], internal: bool) -> list[tuple[str, Label]]:
    """The areas that were published whole, and the number that stands in each."""
    plus = "" if internal else "+"
    labels = [Label(*sheet.middle_of_cell(cell), "number", f"{figure}{plus}") for cell, figure in wide.items()]
    return list(zip(sheet.paths_of_cells(list(wide)), labels, strict=True))


def zones_in_order(told: Situation) -> list[dict[str, Any]]:
    """Every zone that holds at some moment, strictest first; those of the report's own moment before the others."""
    levels = [entry.value for entry in catalogue.layer("quarantine_zones").legend]
    now = {row["id"] for row in told.now.zones}
    found = {row["id"]: row for moment in told.moments for row in moment.zones}
    return sorted(found.values(), key=lambda row: (row["id"] not in now, levels.index(row["level"]), row["name"]))


def _zones(told: Situation, sheet: Sheet, writing: Writing) -> list[dict[str, Any]]:
    titles = {entry.value: writing.words(entry.title) for entry in catalogue.layer("quarantine_zones").legend}
    held = [{row["id"] for row in moment.zones} for moment in told.moments]
    found = []
    for number, row in enumerate(zones_in_order(told), 1):
        inside = shapely.point_on_surface(row["geometry"])
        until = writing.moment(row["valid_to"]) if row["valid_to"] else ""
        found.append(
            {
                "number": number,
                "name": row["name"],
                "level": row["level"],
                "text": titles[row["level"]],
                "until": until,
                "path": sheet.path(row["geometry"]),
                "at": sheet.place(inside.x, inside.y),
                "on": [row["id"] in ids for ids in held],
            }
        )
    return found


def _points(told: Situation, sheet: Sheet, writing: Writing) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for layer, kind, field in (("checkpoints", "checkpoint", "kind"), ("supply_drops", "drop", "state")):
        titles = {entry.value: writing.words(entry.title) for entry in catalogue.layer(layer).legend}
        rows = [moment.checkpoints if kind == "checkpoint" else moment.drops for moment in told.moments]
        # A drop that went on is one point for each of its states.
        held = [{(row["id"], row[field]) for row in moment} for moment in rows]
        for row in {(row["id"], row[field]): row for moment in rows for row in moment}.values():
            when = row["hours"] if kind == "checkpoint" else writing.window(row["window_from"], row["window_to"])
            found.append(
                {
                    "kind": kind,
                    "name": row["name"],
                    "text": titles[row[field]],
                    "when": when,
                    "at": sheet.place(row["geometry"].x, row["geometry"].y),
                    "on": [(row["id"], row[field]) in shown for shown in held],
                }
            )
    return found


def _legend(name: str, title: str, shades: Shades, told: Situation, known: Sequence[bool], writing: Writing) -> Legend:
    now = shades.shown[-1]
    is_mixed = any(resolution(area) != shades.unit for shown in shades.shown for area in shown.wide)
    classes = [(_label(shades.bounds, at, is_mixed, writing), now.counts[at]) for at in range(CLASSES)]
    few = writing.gettext("Fewer than {k}, or none").format(k=K)
    others = [(NONE, writing.gettext("None"))] if told.internal else [(FEW, few)]
    if not all(known):
        others.append((UNPUBLISHED, writing.gettext("Nothing was published then")))
    across = writing.distance(float(np.sqrt(2e6 * CELL_KM2[shades.unit] / np.sqrt(3))))
    unit = writing.gettext("in an area about {across} across").format(across=across)
    return Legend(name, title, unit, classes, others, is_mixed)


def _label(bounds: Sequence[int], at: int, is_mixed: bool, writing: Writing) -> str:
    """ "5 to 9", "10", "100+": as static/map/legend.js."""
    first = writing.number(bounds[at])
    if at == 0 and is_mixed:
        return writing.gettext("up to {to}").format(to=writing.number(bounds[1] - 1))
    if at == CLASSES - 1:
        return writing.gettext("{from}+").format(**{"from": first})
    last = bounds[at + 1] - 1
    if last == bounds[at]:
        return first
    return writing.gettext("{from} to {to}").format(**{"from": first, "to": writing.number(last)})


def _data(
    told: Situation, sheet: Sheet, places: Sequence[int], shades: Mapping[str, Shades], names: Names,
    zones: list[dict[str, Any]], points: list[dict[str, Any]], writing: Writing,
) -> dict[str, Any]:  # fmt: skip
    known, index = names.of_cells(places)
    return {
        "sheet": {"west": sheet.west, "north": sheet.north, "unit": sheet.unit, "height": sheet.height},
        "names": known,
        "name_of": index,
        "moments": [writing.moment(moment.at, "day") for moment in told.moments],
        "published": [writing.moment(moment.published, "day") for moment in told.moments],
        "shades": {
            name: [
                {
                    "letters": shown.letters,
                    "figures": shown.figures,
                    "wide": [
                        [path, label.x, label.y, label.text]
                        for path, label in _wide(sheet, shown.wide, told.internal)
                    ],
                }
                for shown in one.shown
            ]
            for name, one in shades.items()
        },
        "zones": zones,
        "points": points,
        "plus": "" if told.internal else "+",
        "words": {
            "none": writing.gettext("No open requests."),
            "few": writing.gettext("Fewer than {k}, or none").format(k=K),
            "unpublished": writing.gettext("Nothing was published then"),
            "until": writing.gettext("until"),
            "play": writing.gettext("Play"),
            "pause": writing.gettext("Pause"),
        },
    }  # fmt: skip
