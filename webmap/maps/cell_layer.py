"""Our own layer of Leaflet as folium plugins: links and scripts of this site alone, and nothing without a nonce.

folium's own elements name files on other people's machines. What is here names the files it is given, in a form a
strict Content-Security-Policy lets through: deferred links, and one module script that the page gives its nonce.
"""

from __future__ import annotations

from typing import Any

from branca.element import CssLink, Element, Figure, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template


class DeferredScript(Element):
    """A link to a classic script that waits for the page to be read, and keeps its order."""

    _template = Template('<script defer src="{{ this.url }}"></script>')

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class Preloaded(Element):
    """A link that fetches a module before the script that imports it asks for it."""

    _template = Template('<link rel="modulepreload" href="{{ this.url }}">')

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


def figure_of(element: Element) -> Figure:
    """The figure an element stands in: it holds the parts of the page. Raises TypeError outside of one."""
    figure = element.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("an element is rendered inside a figure")
    return figure


class LocalLinks(JSCSSMixin):
    """Renders `default_js` and `default_css` as deferred links, in place of folium's blocking ones."""

    def render(self, **kwargs: Any) -> str:
        """Adds the links to the head of the figure this element stands in, and renders the rest as folium does."""
        head = figure_of(self).header
        for name, url in self.default_css:
            head.add_child(CssLink(url), name=name)
        for name, url in self.default_js:
            head.add_child(DeferredScript(url), name=name)
        MacroElement.render(self, **kwargs)
        return ""  # everything went into the figure's parts


class CellLayer(MacroElement):
    """The state of places as hexagons, drawn by `static/map/cells.js` from the cells of the API.

    module: where that file is served. options: what the layer in the browser takes: url, measure, moment, step, staff.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            import { CellLayer } from {{ this.module|tojson }};
            const {{ this.get_name() }} = new CellLayer(
                {{ this.options|tojavascript }}
            ).addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, module: str, **options: Any) -> None:
        super().__init__()
        self._name = "CellLayer"
        self.module = module
        self.options = options

    def get_name(self) -> str:
        """Always `cells`: a map has one such layer."""
        return "cells"


class Started(MacroElement):
    """Hands the map, and its cell layer where it has one, to the page's own module: calls its `start(map, cells)`."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            import { start } from {{ this.module|tojson }};
            start({{ this._parent.get_name() }}{% if this.cells %}, {{ this.cells.get_name() }}{% endif %});
        {% endmacro %}
        """
    )

    def __init__(self, module: str, cells: CellLayer | None) -> None:
        super().__init__()
        self._name = "Started"
        self.module = module
        self.cells = cells
