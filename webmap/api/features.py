"""The features of each layer as GeoJSON: read in a box page by page, put, and moved. Derived from the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
import shapely
from flask import Blueprint, Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from data import journal
from geo import shapes
from layers import catalogue, features, queries
from layers.cell_state.queries import next_boundary
from layers.description import Layer
from layers.errors import BadInput, NotAllowed, NotFound
from layers.named_places import place_of
from layers.needs.queries import next_claim_end
from webmap.access import allowed, current_actor, may, may_write
from webmap.api import drops, gates, needs, zones
from webmap.duty import check_feature
from webmap.errors import SignInNeeded
from webmap.openapi import Parameters
from webmap.service import service
from webmap.viewport import box_of, moment_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: Features on one page unless asked otherwise, and at most.
USUAL, MOST = 500, 1000

GEOJSON = "application/geo+json"


class FeaturesQuery(Parameters):
    """Which features, and from where on."""

    bbox: str | None = Field(default=None, description="west,south,east,north in WGS 84 degrees; everywhere if absent")
    limit: int = Field(default=USUAL, ge=1, le=MOST)
    after: int = Field(default=0, ge=0, description="give features whose id is above this one")
    at: str | None = Field(default=None, description="RFC 3339 moment: only features that hold then; all if absent")


class NewFeature(BaseModel):
    """A GeoJSON feature; its properties are the layer's fields."""

    model_config = ConfigDict(extra="ignore")
    type: str = Field(default="Feature", pattern="^Feature$")
    geometry: dict[str, Any] | None = None
    properties: dict[str, Any]


class FeaturePath(Parameters):
    """One feature of a layer."""

    feature_id: int = Field(ge=1)


class Move(BaseModel):
    """A move to another state."""

    model_config = ConfigDict(extra="forbid")
    to: str = Field(max_length=40)
    reason: str | None = Field(default=None, max_length=1000)


@cache
def blueprint() -> APIBlueprint:
    """One group of routes for every layer in the catalogue; what a layer has a module of its own for joins here.

    Made once a process, whatever the number of its applications: describing the routes takes a third of a start.
    """
    made = APIBlueprint("features", __name__, url_prefix="/api/v1")
    needs.add_routes(made)
    zones.add_routes(made)
    drops.add_routes(made)
    gates.add_routes(made)
    for layer in catalogue.layers():
        tag = [Tag(name=layer.name, description=layer.about.en)]
        permission = "features.read" if layer.public else "needs.read"
        made.get(f"/{layer.name}", tags=tag, endpoint=f"{layer.name}_list")(allowed(permission)(_lister(layer)))
        if layer.name != "needs":
            made.post(f"/{layer.name}", tags=tag, endpoint=f"{layer.name}_put")(allowed("layers.write")(_putter(layer)))
        if layer.moves and layer.name != "needs":
            path = f"/{layer.name}/<int:feature_id>/moves"
            made.post(path, tags=tag, endpoint=f"{layer.name}_move")(allowed("layers.write")(_mover(layer)))
    return made


#: Layers that are not in the catalogue: said in words, with the names there are.
unknown = Blueprint("unknown_layer", __name__)


@unknown.get("/api/v1/<layer_name>")
@allowed("features.read")
def unknown_layer(layer_name: str) -> Response:
    """404 that lists the layers there are."""
    catalogue.layer(layer_name)
    raise NotFound("there is nothing here")


def _lister(layer: Layer) -> Callable[..., Response]:
    def features_of_layer(query: FeaturesQuery) -> Response:
        staff = may(current_actor(), "needs.read")
        if not layer.public and not staff:
            raise SignInNeeded
        box = box_of(query.bbox) if query.bbox is not None else None
        at = moment_of(query.at)
        now = datetime.now(UTC)
        with service().database.read() as session:
            tag = _tag(session, layer, at or now, staff)
            if tag in request.headers.get("If-None-Match", ""):
                return _with_headers(Response(status=304, content_type=GEOJSON), tag, staff)
            rows = queries.features_in_box(
                session, layer, box, query.limit, query.after, not staff, at or now, only_at=at is not None
            )
        links = [{"rel": "self", "href": request.full_path.rstrip("?"), "type": GEOJSON}]
        if len(rows) == query.limit:
            following = urlencode({**request.args.to_dict(), "after": rows[-1]["id"]})
            links.append({"rel": "next", "href": f"{request.path}?{following}", "type": GEOJSON})
        content = {"type": "FeatureCollection", "features": [feature(row) for row in rows], "links": links}
        body = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
        return _with_headers(Response(body, content_type=GEOJSON), tag, staff)

    features_of_layer.__doc__ = f"{layer.title.en}: {layer.about.en}"
    return features_of_layer


def _putter(layer: Layer) -> Callable[..., Response]:
    def put_feature(body: NewFeature) -> Response:
        actor = current_actor()
        if not may_write(actor, layer.name):
            raise NotAllowed(f"your role may not write {layer.name}")
        incoming = _incoming(layer, body)
        with service().database.write() as session:
            before = features.known(session, layer, incoming.values.source_id)  # type: ignore[attr-defined]
            if before is not None:
                _check_first_state(layer, before[layer.state_field] if layer.state_field else "")
                check_feature(actor, layer, before)
            result = catalogue.actions(layer.name).put(session, [incoming], actor, datetime.now(UTC))
            if result.rejected:
                reason = result.rejected[0][1]
                raise BadInput(reason, [{"field": "", "reason": reason}])
            check_feature(actor, layer, features.row_of(session, layer, result.ids[0]))
        return Response(
            orjson.dumps({"id": result.ids[0]}), status=201 if result.created else 200, mimetype="application/json"
        )

    put_feature.__doc__ = f"Adds one of {layer.name}, or changes the one whose source_id is given."
    return put_feature


def _incoming(layer: Layer, body: NewFeature) -> features.Incoming:
    """The feature in a body, checked; its place by its compounds where it has none of its own."""
    geometry = None
    if body.geometry is not None:
        geometry = shapes.from_geojson(body.geometry)
        if layer.geometry == "polygon":
            geometry, _ = shapes.repair(geometry)
    first = {layer.state_field: layer.first_states[0]} if layer.first_states else {}
    values = features.check(layer, {**first, **body.properties})
    _check_first_state(layer, getattr(values, layer.state_field, ""))
    if geometry is None:
        with service().database.read() as session:
            geometry = place_of(session, values)
    return features.Incoming(values, geometry)


def _check_first_state(layer: Layer, state: str) -> None:
    if layer.first_states and state not in layer.first_states:
        first = " or ".join(layer.first_states)
        raise NotAllowed(f"{layer.name} are written as {first}, and not once they are {state}: moves lead there")


def _mover(layer: Layer) -> Callable[..., Response]:
    def move_feature(path: FeaturePath, body: Move) -> Response:
        actor = current_actor()
        if not may_write(actor, layer.name):
            raise NotAllowed(f"your role may not move {layer.name}")
        with service().database.write() as session:
            before = features.locked(session, layer, [path.feature_id])[path.feature_id]
            check_feature(actor, layer, before)
            row = catalogue.actions(layer.name).move(
                session, [path.feature_id], body.to, actor, datetime.now(UTC), reason=body.reason
            )[0]
        return Response(orjson.dumps({"id": row["id"], "state": row[layer.state_field]}), mimetype="application/json")

    move_feature.__doc__ = f"Takes one of {layer.name} to another state; 409 where that is not a legal move."
    return move_feature


def feature(row: dict[str, Any]) -> dict[str, Any]:
    """A row of layers.queries as a GeoJSON feature."""
    geometry = orjson.Fragment(shapely.to_geojson(shapely.set_precision(row["geometry"], 1e-7)))
    properties = {name: value for name, value in row.items() if name not in ("id", "geometry")}
    return {"type": "Feature", "id": row["id"], "geometry": geometry, "properties": properties}


def _tag(session: Session, layer: Layer, at: datetime, staff: bool) -> str:
    """What a list depends on: the journal (in public only public layers) and between which boundaries `at` lies.

    Zones count for every layer: the status of a compound follows from them. Needs go back to everyone
    when a claim ends.
    """
    seq = journal.latest(session) if staff else journal.latest_public(session)
    until = next_boundary(session, at, frozenset((layer.name, "quarantine_zones")))
    claim_ends = next_claim_end(session, at) if layer.name == "needs" else None
    until = min((one for one in (until, claim_ends) if one is not None), default=None)
    return f'"{"i" if staff else "p"}{seq}.{"" if until is None else int(until.timestamp() * 1000)}"'


def _with_headers(response: Response, tag: str, staff: bool) -> Response:
    response.headers["ETag"] = tag
    response.headers["Vary"] = "Cookie"
    response.headers["Cache-Control"] = "private, no-cache" if staff else "public, max-age=30"
    return response
