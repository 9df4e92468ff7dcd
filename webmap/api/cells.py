"""Cell state for the map: by box and by tile, for staff as it is, for the public as it was published."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import orjson
from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from geo import cells
from geo.cells import COARSEST
from geo.coordinates import BadCoordinates, Box
from geo.tiles import DEEPEST, resolution_of_zoom, tile_box
from layers.cell_state.moments import state_at
from layers.cell_state.present import MOST_CELLS, Answer, Version, too_many
from layers.cell_state.rules import State
from layers.errors import TooMuch
from layers.publication import queries as publications
from webmap.access import allowed, current_actor, may
from webmap.openapi import Parameters
from webmap.service import service
from webmap.viewport import (
    BoxQuery,
    TileQuery,
    box_of,
    in_rfc3339,
    moment_of,
    resolution_of,
    usual_resolution,
)

blueprint = APIBlueprint("cells", __name__, url_prefix="/api/v1/cells", abp_tags=[Tag(name="cells")])


class TilePath(Parameters):
    """A tile of the usual web map scheme."""

    z: int = Field(ge=0, le=DEEPEST, description="zoom")
    x: int = Field(ge=0)
    y: int = Field(ge=0)


@blueprint.get("")
@allowed("cells.read")
def cells_of_box(query: BoxQuery) -> Response:
    """The state of the cells whose centre is in the box.

    In public a key may be of a coarser resolution than asked, and what is absent is fewer than k, not zero;
    `published` is when the need figures were published, null where they had not been.
    """
    box = box_of(query.bbox)
    res = resolution_of(query.res, -1)
    return _answer(box, usual_resolution(box) if res < 0 else res, moment_of(query.at))


@blueprint.get("/<int:z>/<int:x>/<int:y>")
@allowed("cells.read")
def cells_of_tile(path: TilePath, query: TileQuery) -> Response:
    """The state of the cells whose centre is in the tile, so that tiles never repeat a cell."""
    if path.x >= 1 << path.z or path.y >= 1 << path.z:
        raise BadCoordinates(f"zoom {path.z} has tiles 0 to {(1 << path.z) - 1}")
    res = resolution_of(query.res, resolution_of_zoom(path.z))
    return _answer(tile_box(path.z, path.x, path.y), res, moment_of(query.at))


def _answer(box: Box, res: int, at: datetime | None) -> Response:
    internal = may(current_actor(), "cells.internal")
    present, now = service().present(internal), datetime.now(UTC)
    known = request.headers.get("If-None-Match")
    tag = tag_of(present.version(now), internal, at) if known else ""
    if known and tag in known:
        return Response(status=304, headers=headers_of(tag, internal), mimetype="application/json")
    if at is None:
        answer = present.in_box(box, res, now)
        tag = tag_of(answer.version, internal, at)
        body = _body(res, now, answer, internal)
    else:
        version = present.version(now)
        tag = tag_of(version, internal, at)
        states, published = _then(box, res, at, now, internal)
        answer = _packed(states, version, res, published)
        body = _body(res, at, answer, internal)
    return Response(body, headers=headers_of(tag, internal), mimetype="application/json")


def _then(box: Box, res: int, at: datetime, now: datetime, internal: bool) -> tuple[dict[int, State], datetime | None]:
    """The cells at a moment; in public also when the publication shown then was made."""
    if internal:
        return service().past.state_at(box, res, at, now), None
    with service().database.snapshot() as session:
        states = state_at(session, box, res, at, now, service().zone, internal=False)
        return states, publications.moment_at(session, at)


def headers_of(tag: str, internal: bool) -> list[tuple[str, str]]:
    """What an answer says of itself. The tag is weak: it promises the same content, in whatever coding."""
    caching = "private, no-cache" if internal else "public, no-cache"
    return [("ETag", f"W/{tag}"), ("Vary", "Cookie"), ("Cache-Control", caching)]


def tag_of(version: Version, internal: bool, at: datetime | None) -> str:
    """The tag, in quotes, of all answers of a version, for staff or for the public, now or at a moment."""
    return f'"{"i" if internal else "p"}{version.tag}{"" if at is None else "@" + at.isoformat()}"'


def _packed(states: dict[int, State], version: Version, res: int, published: datetime | None) -> Answer:
    if len(states) > MOST_CELLS:
        raise TooMuch(too_many(len(states), _would_do(states, res)))
    members = [b'"%s":%s' % (cells.to_hex(cell).encode(), orjson.dumps(state)) for cell, state in states.items()]
    return Answer(version, members, [], published)


def _would_do(states: dict[int, State], res: int) -> int | None:
    """The finest coarser resolution at which these cells are few enough for one answer."""
    found = np.fromiter(states, dtype=np.int64, count=len(states))
    few = (one for one in range(res - 1, COARSEST - 1, -1) if len(np.unique(cells.parent(found, one))) <= MOST_CELLS)
    return next(few, None)


def _body(res: int, at: datetime, answer: Answer, internal: bool) -> bytes:
    covering = b',"covering":{' + b",".join(answer.covering) + b"}" if answer.covering else b""
    head = f'{{"res":{res},"at":"{in_rfc3339(at)}","seq":{answer.version.number},'
    if not internal:
        head += f'"published":{_quoted(answer.published)},'
    return head.encode() + b'"cells":{' + b",".join(answer.members) + b"}" + covering + b"}"


def _quoted(moment: datetime | None) -> str:
    return "null" if moment is None else f'"{in_rfc3339(moment)}"'
