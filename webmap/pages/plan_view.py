"""What every page with a plan shows of it: the map with its posts, how good it is, what it costs, what is left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from jinja2.utils import htmlsafe_json_dumps

from geo.cells import to_hex
from geo.coordinates import Box
from layers import catalogue
from layers.planning.rules import REASONS, WAYS
from layers.planning.shortfall import Shortfall
from webmap.maps.page_map import MapParts, page_map
from webmap.pages.map_files import drawn, language, map_files, static
from webmap.pages.map_start import where_people_live
from webmap.pages.plan_curve import curve_of
from webmap.pages.plan_words import (
    classes_of,
    costs_in_words,
    floors_in_words,
    left_in_words,
    quality_in_words,
    shortfall_by_place,
    shortfall_of,
)
from webmap.planning import left_by_place

#: The scripts of the page, fetched early and together.
MODULES = ("map/basemap", "map/features", "map/layers", "map/room", "map/shapes", "map/shown", "map/tiles", "map/words",
           "plan/main")  # fmt: skip

#: What else is drawn: closed areas, the gates into them, and compounds.
LAYERS = ("compounds", "checkpoints", "quarantine_zones")


def shown(
    content: Mapping[str, Any] | None, shortfall: Shortfall | None = None, *, takes_steps: bool = False
) -> dict[str, Any]:
    """What the templates need of a plan's content, or where there is none of what nobody takes care of, and the map it
    lies on; takes_steps: it is changed there too.
    """
    start = where_people_live()
    shortfall = shortfall_of(content) if content else shortfall
    cells, points = (one.tolist() for one in shortfall.shaded) if shortfall else ([], [])
    classes = classes_of(points)
    box = start and [[start.south, start.west], [start.north, start.east]]
    config = {
        "language": language().replace("_", "-"),
        "start": box,
        "cells": [[to_hex(cell), classes.of(left)] for cell, left in zip(cells, points, strict=True)],
        "posts": [
            {
                "lng": one["lng"],
                "lat": one["lat"],
                "name": post_in_words(number, one),
                "cell": one["cell"],
                "locked": one.get("locked", False),
            }
            for number, one in enumerate(content["posts"] if content else [], start=1)
        ],
        "steps": _steps_in_words() if takes_steps else None,
        "layers": [drawn(catalogue.layer(name), on=True) for name in LAYERS],
        "urls": {
            "api": "/api/v1",
            "basemap": "/basemap.json",
            "icons": static("map/icons.svg"),
            "protomaps": static("vendor/protomaps-leaflet/protomaps-leaflet.js"),
        },
    }
    return {
        "content": content,
        "shortfall": shortfall,
        "classes": classes,
        "way": WAYS[content["way"]] if content and content["need"] and "way" in content else None,
        "quality": quality_in_words(content) if content else "",
        "costs": costs_in_words(content) if content else [],
        "floors": floors_in_words(content) if content else [],
        "curve": curve_of(content) if content else None,
        "left": left_in_words(left_by_place(content["uncovered"]), REASONS) if content else [],
        "places": shortfall_by_place(shortfall) if shortfall else [],
        "map": _map(start),
        "written": htmlsafe_json_dumps(config, json.dumps, ensure_ascii=False, separators=(",", ":")),
    }


def post_in_words(number: int, post: Mapping[str, Any]) -> str:
    """A post by its number, where it is and how many stand there."""
    where = post["near"] or _("away from compounds")
    return _("Post %(number)s, %(where)s: %(people)s", number=number, people=post["volunteers"], where=where)


def _steps_in_words() -> dict[str, str]:
    """What the map says where a plan is changed on it."""
    return {
        "lock": _("Lock"),
        "unlock": _("Unlock"),
        "move": _("Move"),
        "out": _("Take out"),
        "where": _("Tap where it should stand."),
        "here": _("What is asked for here"),
        "leave": _("Leave it out"),
    }


def _map(start: Box | None) -> MapParts:
    files = map_files("plan/main.js", [f"{name}.js" for name in MODULES], cells=False)
    return page_map(files, start, (_("Map of what is left and of the posts"), _("Zoom in"), _("Zoom out")))
