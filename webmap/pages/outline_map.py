"""The map of a form on which an outline is drawn, or picked from compounds and hexagons; and reading what it sends.

Its element is in outline_map.html, its scripts are in static/outline; without them nothing is drawn.
"""

from __future__ import annotations

import json
from typing import Any

from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from geo import cells, shapes
from geo.outlines import outline_of_cells
from webmap.maps.page_map import EVERYWHERE, page_map
from webmap.pages.map_files import language, map_files, static
from webmap.pages.map_start import where_people_live

#: Characters of what is sent: an outline of some ten thousand corners, or as many hexagons as the API takes.
LONGEST = 500_000

#: The scripts of the map, fetched early and together.
MODULES = ("outline/tools", "map/basemap")


def drawn(text: str) -> BaseGeometry | None:
    """The outline in what the map sends: a GeoJSON geometry, or a list of hexagons. None where it holds no area."""
    outline: BaseGeometry
    try:
        told = json.loads(text)
        if isinstance(told, list):
            outline = outline_of_cells([cells.from_hex(cell) for cell in told])
        else:
            outline = shapes.repair(shapes.from_geojson(told))[0]
    except (ValueError, TypeError, AttributeError, RecursionError):  # bad cells and bad shapes are ValueErrors
        return None
    return None if outline.is_empty else outline


def outline_map(label: str) -> dict[str, Any]:
    """What outline_map.html needs: the map, which is called `label`, where it opens, and the language of its tools."""
    start = where_people_live() or EVERYWHERE
    files = map_files(
        "outline/main.js", [f"{name}.js" for name in MODULES], cells=False,
        more_js=(static("vendor/leaflet-geoman/leaflet-geoman.js"),),
        more_css=(static("vendor/leaflet-geoman/leaflet-geoman.css"),),
    )  # fmt: skip
    return {
        "map": page_map(files, start, (label, _("Zoom in"), _("Zoom out"))),
        "box": ",".join(map(str, (start.west, start.south, start.east, start.north))),
        "language": language(),
    }
