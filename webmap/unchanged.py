"""Answers "unchanged" to a public map that asks again for a tile it has, before a request is set up for it.

A map asks for every tile on its screen each time it looks again, and mostly nothing has changed. Finding that out takes
a hundredth of a millisecond; Flask's routing, sessions and hooks around it take fifty times that
(docs/decisions/0038). Everything else, and whoever has a session, goes on to the application.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from data.availability import StoreTrouble
from geo.tiles import DEEPEST
from webmap.api.cells import headers_of, tag_of

TILE = re.compile(r"/api/v1/cells/(\d{1,2})/(\d{1,9})/(\d{1,9})")
ROUTE = "/api/v1/cells/<int:z>/<int:x>/<int:y>"


class Unchanged:
    """WSGI middleware before the application of `app`."""

    def __init__(self, app: Flask) -> None:
        self._app, self._application = app, app.wsgi_app
        self._session_cookie = f"{app.config['SESSION_COOKIE_NAME']}="

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        known = environ.get("HTTP_IF_NONE_MATCH")
        if not known or not self._asks_for_a_tile(environ):
            return self._application(environ, start_response)
        began = time.perf_counter()
        try:
            tag = tag_of(self._app.extensions["linli"].present(False).version(datetime.now(UTC)), False, None)
        except StoreTrouble:
            return self._application(environ, start_response)  # which says what is the matter
        if tag not in known:
            return self._application(environ, start_response)
        start_response("304 NOT MODIFIED", headers_of(tag, False))
        self._app.extensions["linli_figures"].add(ROUTE, "GET", 304, time.perf_counter() - began)
        return ()

    def _asks_for_a_tile(self, environ: WSGIEnvironment) -> bool:
        """Whether somebody without a session asks for a tile as it is now, at its usual resolution."""
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return False
        if self._session_cookie in environ.get("HTTP_COOKIE", ""):
            return False
        tile = TILE.fullmatch(environ.get("PATH_INFO", ""))
        if tile is None:
            return False
        z, x, y = (int(part) for part in tile.groups())
        return z <= DEEPEST and x < 1 << z and y < 1 << z
