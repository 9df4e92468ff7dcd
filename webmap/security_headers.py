"""What every answer tells the browser it may do with it: almost nothing that is not ours.

Nothing inline runs without this answer's nonce and nothing is asked of a third party. A page takes a nonce with
`{{ csp_nonce() }}`; a page that asks for none sends a policy without one and may be kept by a cache.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request

from webmap.access import STAFF

#: Two years, as browsers' preload lists ask. Only said over https; without it a browser would be locked out of http.
HSTS = "max-age=63072000; includeSubDomains"

#: Where a browser may tell a page its place: our own pages only, because dropping a pin asks for it.
PERMISSIONS_POLICY = "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), interest-cohort=()"

#: How long a browser may keep the libraries of static/vendor, whose versions are pinned, without asking again.
VENDOR_SECONDS = 86_400


def init_app(app: Flask) -> None:
    """Sets the headers on every answer."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)
    app.wsgi_app = SecurityHeaders(app.wsgi_app)  # type: ignore[method-assign]


def csp_nonce() -> str:
    """The nonce of this answer, made when a template first asks for it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def policy(inline: str = "") -> str:
    """The Content-Security-Policy of an answer; `inline` says what may stand inline in it."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{inline}",
            f"style-src 'self'{inline}",
            "img-src 'self' data: blob:",  # Leaflet's empty tile is a data: image, drawn tiles are blobs
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


#: On every answer that does not say otherwise itself.
ALWAYS = (
    ("Content-Security-Policy", policy()),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", PERMISSIONS_POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


class SecurityHeaders:
    """WSGI middleware that adds them: on each answer of the application they would be checked and copied twice."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            said = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, value in ALWAYS if name.lower() not in said]
            if environ["wsgi.url_scheme"] == "https" and "strict-transport-security" not in said:
                headers.append(("Strict-Transport-Security", HSTS))
            return start_response(status, headers, *failure)

        return self._application(environ, start)


def _add_headers(response: Response) -> Response:
    """What depends on the request: the nonce of its page, and what may be kept of it."""
    if "csp_nonce" in g:
        response.headers["Content-Security-Policy"] = policy(f" 'nonce-{g.csp_nonce}'")
    _add_cache_control(response)
    return response


def _add_cache_control(response: Response) -> None:
    """A default where the view said nothing: kept nowhere for staff, asked for again each time by everyone else."""
    if request.endpoint == "static":
        vendor = request.path.startswith("/static/vendor/")
        response.headers["Cache-Control"] = f"public, max-age={VENDOR_SECONDS}" if vendor else "no-cache"
    elif "Cache-Control" not in response.headers:
        actor = g.get("actor")
        signed_in = actor is not None and actor.role in STAFF
        failed = response.status_code >= 400
        response.headers["Cache-Control"] = "private, no-store" if signed_in or failed else "no-cache"
