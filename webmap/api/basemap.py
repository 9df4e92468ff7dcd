"""The base map: one PMTiles file read in ranges, what there is to draw, and the demo's own streets."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound
from werkzeug.wsgi import FileWrapper

from data.basemap import ATTRIBUTION, DrawingFailed, basemap_path, read_header
from data.keeping import kept
from webmap.access import allowed
from webmap.service import service

blueprint = Blueprint("basemap", __name__)

#: How long a browser may keep what it fetched under the address of one version, which never changes: a year.
VERSION_SECONDS = 31_536_000

#: Read and sent at a time; tiles are mostly smaller.
CHUNK_BYTES = 64 * 1024


@blueprint.get("/basemap.json")
@allowed("basemap.read")
def basemap() -> Response:
    """What the page draws under its data: `kind` is pmtiles, demo (only streets) or none."""
    with service().database.read() as session:
        streets = kept(session, "demo_streets")
    told: dict[str, object] = {
        "kind": "demo" if streets else "none",
        "bounds": None,
        "attribution": "",
        "streets": None,
    }
    if streets:
        told["streets"] = f"/basemap/streets.json?v={_digest(streets)}"
    try:
        with _path().open("rb") as file:
            header = read_header(file)
            told.update(
                kind="pmtiles",
                url=f"/basemap.pmtiles?v={_version(file)}",
                bounds=header.bounds,
                max_zoom=header.max_zoom,
                attribution=ATTRIBUTION,
            )
    except (OSError, DrawingFailed):
        pass  # no base map, or a file that is none: the page then draws what there is without it
    return jsonify(told)


@blueprint.get("/basemap.pmtiles")
@allowed("basemap.read")
def tiles() -> Response:
    """The base map's file, whole or in one range (RFC 9110, 14). Replaced while it is read, it is read to its end."""
    try:
        file = _path().open("rb")
    except OSError:
        raise NotFound from None
    version, size = _version(file), os.fstat(file.fileno()).st_size
    # The server's own wrapper cannot seek: a range far into the file would be reached by reading all before it.
    content = FileWrapper(file, CHUNK_BYTES)
    response = Response(content, mimetype="application/vnd.pmtiles", direct_passthrough=True)
    response.call_on_close(file.close)
    response.content_length = size
    response.set_etag(version)
    _let_keep(response, version)
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except BaseException:
        file.close()
        raise
    return response


@blueprint.get("/basemap/streets.json")
@allowed("basemap.read")
def streets() -> Response:
    """The demo neighbourhood's streets, water and parks: GeoJSON with `layer`, `kind` and `name`."""
    with service().database.read() as session:
        text = kept(session, "demo_streets")
    if text is None:
        raise NotFound
    version = _digest(text)
    response = Response(text, mimetype="application/geo+json")
    response.set_etag(version)
    _let_keep(response, version)
    response.make_conditional(request.environ)
    return response


def _path() -> Path:
    settings = service().settings
    return basemap_path(settings.database_url or None, settings.basemap or None)


def _version(file: BinaryIO) -> str:
    """Another one whenever the file is another one: it is replaced, never changed in place."""
    about = os.fstat(file.fileno())
    return f"{about.st_mtime_ns:x}-{about.st_size:x}-{about.st_ino:x}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _let_keep(response: Response, version: str) -> None:
    """Kept for good under the address of this version; under any other it is asked for again each time."""
    if request.args.get("v") == version:
        response.headers["Cache-Control"] = f"public, max-age={VERSION_SECONDS}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
