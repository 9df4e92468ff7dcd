"""Large type: asked for in the address (?type=large, ?type=plain), kept in a cookie, switched on every page.

Main text of 20 px, nothing under 18 px, and 60 px to hit: `static/tokens.css` says how, under `data-type="large"`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request

COOKIE = "linli_type"
COOKIE_LIFE = timedelta(days=365)
SIZES = ("plain", "large")


def init_app(app: Flask) -> None:
    """Gives templates `type_size()` and `type_switch()`, and keeps what a person chose."""
    app.jinja_env.globals.update(type_size=type_size, type_switch=type_switch)
    app.after_request(_keep_choice)


def type_size() -> str:
    """`large` or `plain`: ?type=, else the cookie."""
    for asked in (request.args.get("type"), request.cookies.get(COOKIE)):
        if asked in SIZES:
            return asked
    return "plain"


def type_switch() -> dict[str, Any]:
    """The size that is not shown now, and where to find this page in it."""
    other = "plain" if type_size() == "large" else "large"
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != "type"]
    return {"size": other, "url": f"{request.path}?{urlencode([*rest, ('type', other)])}"}


def _keep_choice(response: Response) -> Response:
    """Keeps what a person chose in the address of a page. Nobody gets this cookie who did not choose."""
    if response.mimetype != "text/html":
        return response
    asked = request.args.get("type")
    if asked in SIZES and request.cookies.get(COOKIE) != asked:
        response.set_cookie(COOKIE, asked, max_age=COOKIE_LIFE, samesite="Lax", secure=request.is_secure, httponly=True)
    return response
