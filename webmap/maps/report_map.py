"""The map of a report that is read as a file: the page's own map object without a link to any other file."""

from __future__ import annotations

from geo.coordinates import Box
from webmap.maps.cell_layer import figure_of
from webmap.maps.page_map import Files, PageMap

#: Zooms of a report's map. Closer, its ground (one drawing) would be larger than a browser paints well.
WIDEST, CLOSEST = 4, 16


class ReportMap(PageMap):
    """A Leaflet map whose library stands in the page already."""

    def __init__(self, box: Box, label: str, zoom_in: str, zoom_out: str) -> None:
        middle = [(box.south + box.north) / 2, (box.west + box.east) / 2]
        super().__init__(
            Files("", "", "", ""), label, zoom_in, zoom_out, location=middle, zoom_start=WIDEST, minZoom=WIDEST,
            maxZoom=CLOSEST, zoom_snap=0.5, fade_animation=False, prefer_canvas=True, attribution_control=True,
        )  # fmt: skip
        self.default_js, self.default_css = [], []
        self.fit_bounds([[box.south, box.west], [box.north, box.east]])


def report_map(box: Box, label: str, zoom_in: str, zoom_out: str) -> tuple[str, str]:
    """The element of a report's map, and the script that makes it: it leaves the map in `map`."""
    made = ReportMap(box, label, zoom_in, zoom_out)
    figure = figure_of(made)
    figure.header._children.clear()  # folium's character set line: the page has its own
    made.render()
    return figure.html.render(), figure.script.render()
