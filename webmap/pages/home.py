"""The public map: the first page everybody opens. Staff see the internal view of the same map."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from jinja2.utils import htmlsafe_json_dumps

from geo.coordinates import Box
from layers import catalogue
from layers.description import Layer
from layers.publication.rules import K
from webmap.access import allowed, current_actor, may
from webmap.maps.page_map import MapParts, page_map
from webmap.pages.map_files import drawn, language, map_files, static
from webmap.pages.map_measures import measures
from webmap.pages.map_start import (
    drops_to_come,
    figures_for_staff,
    hours_in_words,
    open_checkpoints,
    where_people_live,
    zones_in_force,
)
from webmap.pages.map_words import map_words
from webmap.pages.notices import notices_for_map
from webmap.service import service

blueprint = Blueprint("home", __name__)

#: The scripts of the page, fetched early and together; the ones a page may not need are not among them.
MODULES = (
    "main", "address", "area_notices", "basemap", "classes", "features", "layers", "legend", "notices", "panel",
    "place_shapes", "places", "room", "shapes", "sheet", "shown", "table", "tiles", "words",
)  # fmt: skip

#: Layers switched on at first. Zones are always shown; compounds give the map its names.
SHOWN_AT_FIRST = frozenset({"quarantine_zones", "checkpoints", "supply_drops", "compounds"})

#: What the map does not draw of a layer, so that the legend does not print it either.
NOT_DRAWN = {"supply_drops": frozenset({"distributed", "cancelled"})}


@blueprint.get("/")
@allowed("pages.home")
def home() -> str:
    """The map page. What is on it the browser asks from the API."""
    internal = may(current_actor(), "cells.internal")
    start = where_people_live()
    config = {**_config(internal), "start": start and [[start.south, start.west], [start.north, start.east]]}
    groups: dict[str, list[dict[str, str]]] = {}
    for measure in config["measures"]:
        groups.setdefault(measure["group"], []).append(measure)
    return render_template(
        "home.html",
        map=_map(internal, start),
        config=config,
        written=htmlsafe_json_dumps(config, json.dumps, ensure_ascii=False, separators=(",", ":")),
        groups=groups,
        zones=zones_in_force(),
        drops=drops_to_come(),
        checkpoints=open_checkpoints(),
        hours=hours_in_words,
        figures=figures_for_staff() if internal else None,
        k=K,
    )


def _map(internal: bool, start: Box | None) -> MapParts:
    files = map_files("map/main.js", [f"map/{name}.js" for name in MODULES], cells=True)
    words = (_("Map of the neighbourhood"), _("Zoom in"), _("Zoom out"))
    return page_map(files, start, words, url="/api/v1/cells", measure="needs", step=K, staff=internal)


def _config(internal: bool) -> dict[str, Any]:
    """What the scripts of the page are told, written into it as JSON."""
    with service().database.read() as session:
        notices = notices_for_map(session)
    return {
        "language": language().replace("_", "-"),
        "notices": notices,
        "staff": internal,
        "k": K,
        "measure": "needs",
        "measures": measures(internal),
        "layers": [
            drawn(layer, layer.name in SHOWN_AT_FIRST, NOT_DRAWN.get(layer.name, frozenset()))
            for layer in reversed(catalogue.layers())
            if _is_drawn(layer, internal)
        ],
        "urls": {
            "features": "/api/v1",
            "basemap": "/basemap.json",
            "report": "/report",
            "rules": "/rules",
            "icons": static("map/icons.svg"),
            "protomaps": static("vendor/protomaps-leaflet/protomaps-leaflet.js"),
        },
        "words": map_words(),
    }


def _is_drawn(layer: Layer, internal: bool) -> bool:
    return layer.name != "needs" and (internal or layer.public)
