"""What every page with a map is told: where its files are, how layers are drawn, in which language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import get_locale

from layers.description import Layer
from webmap.maps.page_map import Files


def static(filename: str) -> str:
    """Where a file of `static/` is served."""
    return url_for("static", filename=filename)


def language() -> str:
    """The language of this page: `en` or `zh_Hans`."""
    return str(get_locale())


def map_files(page: str, modules: Sequence[str], *, cells: bool, **more: tuple[str, ...]) -> Files:
    """The files of a page's map. page: the module that starts it; modules: those to fetch early, below `static/`; more:
    `more_js` and `more_css` as in Files.
    """
    return Files(
        leaflet_js=static("vendor/leaflet/leaflet.js"),
        leaflet_css=static("vendor/leaflet/leaflet.css"),
        h3_js=static("vendor/h3-js/h3-js.umd.js"),
        page_module=static(page),
        cells_module=static("map/cells.js") if cells else "",
        preload=tuple(static(name) for name in modules),
        **more,
    )


def drawn(layer: Layer, on: bool, hidden: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A layer as the map's scripts draw it. hidden: values of its legend that are not drawn."""
    return {
        "name": layer.name,
        "title": layer.title.in_language(language()),
        "on": on,
        "legend_field": layer.legend_field,
        "legend": [
            {
                "value": entry.value,
                "title": entry.title.in_language(language()),
                "colour": entry.colour,
                "icon": entry.icon,
                "dash": entry.dash,
            }
            for entry in layer.legend
            if entry.value not in hidden
        ],
    }
