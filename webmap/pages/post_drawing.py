"""The map on a post's sheet, drawn for paper: outlines, closed borders, gates, and the post; without a base map."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from geo.cells import from_hex
from layers.planning.sheets import PostSheet
from webmap.sitrep.picture import ACROSS, Sheet, scale_bar

#: Units of the sheet: half a gate's mark with room beside it, and the widest letter of its name, a Chinese one.
GATE_SIZE, LETTER = 320, 480


@dataclass(frozen=True, slots=True)
class PostDrawing:
    """Paths and marks in the units of a sheet `width` × `height`; bar: metres and units of the scale.

    gates: where, the name, and whether it stands before the mark because there is no room for it behind.
    """

    width: int
    height: int
    cells: list[str]
    compounds: list[str]
    names: list[tuple[int, int, str]]
    zones: list[tuple[str, str]]
    gates: list[tuple[int, int, str, bool]]
    post: tuple[int, int]
    bar: tuple[int, int]


def drawing_of(one: PostSheet) -> PostDrawing:
    """The drawing of a post's surroundings."""
    sheet = Sheet.of(one.box)
    frame = shapely.box(one.box.west, one.box.south, one.box.east, one.box.north)
    names = []
    told = {place.name for place in one.compounds} | {one.post["near"]}
    for name, outline in one.outlines:
        if name not in told:  # outlines are enough for the others: their names would lie over these
            continue
        middle = shapely.intersection(outline, frame).representative_point()
        if not middle.is_empty:
            names.append((*sheet.place(middle.x, middle.y), name))
    return PostDrawing(
        width=ACROSS,
        height=sheet.height,
        cells=sheet.paths_of_cells([from_hex(cell) for cell in one.post["cells"]]),
        compounds=[sheet.path(outline) for _name, outline in one.outlines],
        names=names,
        zones=[(level, sheet.path(outline)) for level, outline in one.zones],
        gates=[_marked(*sheet.place(gate.lng, gate.lat), gate.name) for gate in one.gates],
        post=sheet.place(one.post["lng"], one.post["lat"]),
        bar=scale_bar(sheet, one.box.south),
    )


def _marked(x: int, y: int, name: str) -> tuple[int, int, str, bool]:
    return x, y, name, x + GATE_SIZE + LETTER * len(name) > ACROSS
