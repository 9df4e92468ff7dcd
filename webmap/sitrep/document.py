"""Puts a report together: one HTML file with everything in it, in one language, that asks nothing of anybody.

It knows no request: the command line and the page both call `document`. Its policy allows the two scripts and the
styles that stand in it, by their hashes, and nothing from outside.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from layers.publication.rules import K
from layers.situation.queries import Situation
from webmap.language import read_catalogue
from webmap.maps.report_map import report_map
from webmap.sitrep.drawing import drawing_of
from webmap.sitrep.tables import tables_of
from webmap.sitrep.writing import Writing

HERE = Path(__file__).resolve().parent.parent
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class About:
    """What a report says of itself. language: en or zh_Hans. streets: GeoJSON of the ground, where there is one."""

    language: str
    zone: ZoneInfo
    made_at: datetime
    is_demo: bool
    streets: str | None


def document(told: Situation, about: About) -> str:
    """The report's HTML."""
    writing = Writing(about.language, about.zone, _translations(about.language))
    page = _environment(writing)
    drawing = drawing_of(told, about.streets, writing)
    tables = tables_of(told, writing)
    element, map_script = report_map(
        drawing.box, writing.gettext("Map of the report"), writing.gettext("Zoom in"), writing.gettext("Zoom out")
    )
    leaflet = _file("vendor/leaflet/leaflet.js").replace("//# sourceMappingURL=leaflet.js.map", "")
    script = f"{_file('sitrep/main.js')}\n{map_script}\nstart(map);\n"
    styles = _styles()
    return page.get_template("sitrep.html").render(
        told=told,
        about=about,
        k=K,
        drawing=drawing,
        tables=tables,
        policy=_policy([leaflet, script], styles),
        styles=Markup(styles),  # noqa: S704 - our own files
        leaflet=Markup(leaflet),  # noqa: S704 - as above
        script=Markup(script),  # noqa: S704 - as above, and numbers
        map=Markup(element),  # noqa: S704 - what folium escaped
        data=htmlsafe_json_dumps(drawing.data, json.dumps, ensure_ascii=False, separators=(",", ":")),
    )


def _environment(writing: Writing) -> Environment:
    page = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"],
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    page.install_gettext_translations(writing.translations, newstyle=True)  # type: ignore[attr-defined]
    page.filters.update(words=writing.words, number=writing.number, moment=writing.moment)
    return page


@cache
def _translations(language: str) -> NullTranslations:
    return read_catalogue(language)


@cache
def _file(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _styles() -> str:
    """Tokens, Leaflet's styles without the pictures of controls that are not here, and the report's own."""
    leaflet = re.sub(r"url\([^)]*\)", "none", _file("vendor/leaflet/leaflet.css"))
    return "\n".join((_file("tokens.css"), leaflet, _file("sitrep/sitrep.css")))


def _policy(scripts: Sequence[str], styles: str) -> str:
    """The Content-Security-Policy of the file: what stands in it, by its hash, and pictures that are data."""
    allowed = " ".join(_hash(script) for script in scripts)
    return f"default-src 'none'; script-src {allowed}; style-src {_hash(styles)}; img-src data:; base-uri 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
