"""How long what is sent may be: far above any form or feature, and more only where photos are sent along."""

from __future__ import annotations

from flask import Flask, request

#: Bytes. Files come by `linli load`, not over HTTP.
LONGEST = 2 * 1024 * 1024

#: Three photos straight from a phone's camera, for those whose browser runs no scripts; with scripts the phone makes
#: them small first (webmap/static/report/photos.js).
LONGEST_WITH_PHOTOS = 38 * 1024 * 1024
WITH_PHOTOS = "/report"


def longest_of(path: str) -> int:
    """The longest body that is taken at this path, in bytes."""
    has_photos = path == WITH_PHOTOS or path.startswith(f"{WITH_PHOTOS}/")
    return LONGEST_WITH_PHOTOS if has_photos else LONGEST


def init_app(app: Flask) -> None:
    """Holds every request to it, before anything reads the body."""
    app.config["MAX_CONTENT_LENGTH"] = LONGEST
    app.before_request(_set_longest)


def _set_longest() -> None:
    request.max_content_length = longest_of(request.path)
