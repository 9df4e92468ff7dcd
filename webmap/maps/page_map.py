"""The map of a page: folium's map object with files of this site alone, taken apart for a template of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import folium
from folium.template import Template

from geo.coordinates import Box
from webmap.maps.cell_layer import CellLayer, LocalLinks, Preloaded, Started, figure_of

#: Shown while nothing is known: China whole, as wide as a phone shows it.
EVERYWHERE = Box(73.5, 18.0, 135.0, 53.6)
CLOSEST = 18  # zoom; a hexagon of the finest resolution fills a phone's width here
WIDEST = 4


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files a map needs are served, as paths of this site."""

    leaflet_js: str
    leaflet_css: str
    h3_js: str
    page_module: str
    cells_module: str = ""
    more_js: tuple[str, ...] = ()  # classic scripts that stand on Leaflet
    more_css: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapParts:
    """A rendered map: `head` and `body` are HTML, `script` the text of a module script that needs the page's nonce."""

    head: str
    body: str
    script: str


class PageMap(LocalLinks, folium.Map):
    """A Leaflet map called `map`. Its size comes from the page's styles; its element says what it is."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id="{{ this.get_name() }}" role="region" tabindex="0"
                 aria-label="{{ this.label|e }}" aria-describedby="map-help"></div>
        {% endmacro %}

        {% macro script(this, kwargs) %}
            const L = window.L;
            const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
            {{ this.get_name() }}.attributionControl.setPrefix(false);
            L.control.zoom({
                position: "topleft", zoomInTitle: {{ this.zoom_in|tojson }}, zoomOutTitle: {{ this.zoom_out|tojson }}
            }).addTo({{ this.get_name() }});
            L.control.scale({ imperial: false }).addTo({{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, files: Files, label: str, zoom_in: str, zoom_out: str, **options: Any) -> None:
        super().__init__(tiles=None, zoom_control=False, min_zoom=None, max_zoom=None, **options)
        self.label, self.zoom_in, self.zoom_out = label, zoom_in, zoom_out
        self.default_js = [("leaflet", files.leaflet_js), ("h3", files.h3_js), *((url, url) for url in files.more_js)]
        self.default_css = [("leaflet_css", files.leaflet_css), *((url, url) for url in files.more_css)]

    def get_name(self) -> str:
        """Always `map`: one page shows one map, and the same page is the same text every time."""
        return "map"


def page_map(files: Files, box: Box | None, words: Sequence[str], **cells: Any) -> MapParts:
    """The map of a page, showing `box` at first (None: everywhere); with a cell layer where `files` names its module.

    words: what the map is called, and the names of the buttons that zoom in and out. cells: options of the layer.
    """
    start = box or EVERYWHERE
    middle = [(start.south + start.north) / 2, (start.west + start.east) / 2]
    label, zoom_in, zoom_out = words
    made = PageMap(
        files, label, zoom_in, zoom_out, location=middle, zoom_start=WIDEST, minZoom=WIDEST, maxZoom=CLOSEST,
        zoom_snap=1, fade_animation=False,
    )  # fmt: skip
    made.fit_bounds([[start.south, start.west], [start.north, start.east]])
    layer = CellLayer(files.cells_module, **cells) if files.cells_module else None
    if layer is not None:
        layer.add_to(made)
    Started(files.page_module, layer).add_to(made)
    return _parts(made, (*filter(None, (files.cells_module,)), *files.preload))


def _parts(made: PageMap, modules: Sequence[str]) -> MapParts:
    figure = figure_of(made)
    figure.header._children.clear()  # folium's character set line: the page has its own
    made.render()
    for url in modules:  # after the scripts they use
        figure.header.add_child(Preloaded(url), name=url)
    return MapParts(figure.header.render(), figure.html.render(), figure.script.render())
