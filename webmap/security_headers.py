"""What every answer tells the browser it may do with it: almost nothing that is not ours.

Nothing inline runs without this answer's nonce and nothing is asked of a third party. A page takes a nonce with
`{{ csp_nonce() }}`; a page that asks for none sends a policy without one and may be kept by a cache.
"""

from __future__ import annotations

import secrets

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


def csp_nonce() -> str:
    """The nonce of this answer, made when a template first asks for it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def policy() -> str:
    """The Content-Security-Policy of this answer."""
    inline = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
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
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", PERMISSIONS_POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    said = {name.lower() for name, _ in headers}
    for name, value in (("Content-Security-Policy", policy()), *ALWAYS):
        if name.lower() not in said:
            headers.add(name, value)
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", HSTS)
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
