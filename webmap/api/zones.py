"""What a quarantine zone would do, asked before it is proposed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import shapely
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from shapely.geometry.base import BaseGeometry

from geo import cells, covers, shapes
from geo.outlines import outline_of_cells
from layers.errors import BadInput
from layers.named_places import outline_of_compounds
from layers.zone_effects import Effects, effects_of
from webmap.access import allowed
from webmap.service import service

#: Cells and compounds that one zone is picked from; more are drawn, or come from a file.
MOST_CELLS, MOST_COMPOUNDS = 5000, 500


class Outline(BaseModel):
    """A zone as it was drawn, or picked from compounds or from cells: one of the three; and when it would hold."""

    model_config = ConfigDict(extra="forbid")
    geometry: dict[str, Any] | None = Field(default=None, description="a GeoJSON polygon or multipolygon")
    compounds: list[str] = Field(default_factory=list, max_length=MOST_COMPOUNDS, description="their names")
    cells: list[str] = Field(default_factory=list, max_length=MOST_CELLS, description="H3 cells, 15 hexadecimal digits")
    valid_from: AwareDatetime | None = Field(default=None, description="now, if absent")
    valid_to: AwareDatetime | None = None


@allowed("zones.manage")
def zone_effects(body: Outline) -> Response:
    """What lies inside a zone or is cut through by it, what it would stop, the gates on its edge. Changes nothing."""
    starts = body.valid_from or datetime.now(UTC)
    if body.valid_to is not None and body.valid_to <= starts:
        raise _bad("valid_to", "the interval ends before it starts: valid_from must be earlier than valid_to")
    with service().database.snapshot() as session:
        outline = _drawn(body) or outline_of_compounds(session, body.compounds)
        try:
            covers.check_size(outline)
        except covers.TooLarge as error:
            raise _bad("geometry", str(error)) from error
        effects = effects_of(session, outline, starts, body.valid_to)
    content = orjson.dumps(_told(outline, effects), option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(content, mimetype="application/json")


def _drawn(body: Outline) -> BaseGeometry | None:
    """The outline that was drawn or picked from cells; None where it is to be that of compounds."""
    if sum(bool(one) for one in (body.geometry, body.compounds, body.cells)) != 1:
        raise _bad("", "give one of geometry, compounds and cells")
    if body.geometry is not None:
        return shapes.repair(shapes.from_geojson(body.geometry))[0]
    if body.cells:
        return outline_of_cells([cells.from_hex(cell) for cell in body.cells])
    return None


def _told(outline: BaseGeometry, effects: Effects) -> dict[str, Any]:
    return {
        "geometry": orjson.Fragment(shapely.to_geojson(shapely.set_precision(outline, 1e-7))),
        "area_m2": round(shapes.area_m2(outline)),
        "compounds": {"inside": effects.inside, "cut": effects.cut},
        "households": {"inside": _sum(effects.inside, "households"), "cut": _sum(effects.cut, "households")},
        "population": {"inside": _sum(effects.inside, "population"), "cut": _sum(effects.cut, "population")},
        "needs": effects.needs,
        "gates": effects.gates,
        "shifts": effects.shifts,
        "drops": effects.drops,
        "zones": effects.zones,
    }


def _sum(rows: list[dict[str, Any]], name: str) -> int:
    return sum(row[name] for row in rows)


def _bad(name: str, reason: str) -> BadInput:
    return BadInput(reason, [{"field": name, "reason": reason}])


def add_routes(group: APIBlueprint) -> None:
    """Adds this to the routes of all layers: one group describes a path once, with all that can be done there."""
    tag = [Tag(name="quarantine_zones")]
    group.post("/quarantine_zones/effects", tags=tag, endpoint="zone_effects")(zone_effects)
