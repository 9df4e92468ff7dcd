"""The catalogue of layers, as the page, other programs and the legend read it."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from layers import catalogue
from layers.description import Layer
from layers.text import Text
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed
from webmap.service import service

blueprint = APIBlueprint("layers", __name__, url_prefix="/api/v1/layers", abp_tags=[Tag(name="layers")])


@blueprint.get("")
@allowed("features.read")
def list_layers() -> Response:
    """Every layer with its titles, fields, measures and legend, lowest drawn first; and the services and roles."""
    with service().database.read() as session:
        words = vocabulary(session)
    content = {
        "layers": [described(layer) for layer in catalogue.layers()],
        "services": [{"name": name, "title": _both(title)} for name, title in words.services.items()],
        "roles": [
            {"name": name, "title": _both(title), "serves": sorted(words.serves[name])}
            for name, title in words.roles.items()
        ],
    }
    return Response(
        orjson.dumps(content), mimetype="application/json", headers={"Cache-Control": "public, max-age=300"}
    )


def described(layer: Layer) -> dict[str, Any]:
    """One layer of the catalogue as JSON."""
    return {
        "name": layer.name,
        "title": _both(layer.title),
        "about": _both(layer.about),
        "geometry": layer.geometry,
        "public": layer.public,
        "fields": [
            {"name": name, "title": _both(layer.title_of(name)), "public": name in layer.public_fields}
            for name in layer.feature.model_fields
        ],
        "measures": [
            {"name": measure.name, "title": _both(measure.title), "public": measure.public}
            for measure in layer.measures
        ],
        "legend": {
            "field": layer.legend_field,
            "entries": [
                {
                    "value": entry.value,
                    "title": _both(entry.title),
                    "colour": entry.colour,
                    "icon": entry.icon,
                    "dash": entry.dash,
                }
                for entry in layer.legend
            ],
        },
        "moves": layer.moves,
    }


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
