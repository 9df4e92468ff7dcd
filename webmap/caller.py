"""Where a request comes from: the machine itself, this site's own pages, or elsewhere."""

from __future__ import annotations

import hmac
import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from flask import request

from webmap.service import service

#: Headers, as WSGI names them, with which a proxy says that it stands in between. A request that carries one comes
#: from elsewhere, even when the proxy runs on this machine.
FORWARDED = frozenset({"HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA"})

UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def is_on_this_machine() -> bool:
    """Whether the caller sits at this machine: a loopback address, a loopback host name, no proxy in between.

    The host name is asked as well because a tunnel or a renamed address (DNS rebinding) ends at loopback too.
    """
    if not request.environ.keys().isdisjoint(FORWARDED):
        return False
    return is_loopback(request.remote_addr or "") and is_loopback(urlsplit(f"//{request.host}").hostname or "")


def network() -> str:
    """What stands for the caller's connection: an IPv4 address, or the half of an IPv6 address that is one home's.

    A phone changes the other half by itself every day, and a script can at will.
    """
    said = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return said
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return said


def device() -> tuple[str, str]:
    """What tells one phone from another without leaving anything on it: its connection and what its browser is.

    Two phones of one make behind one connection count as one. A cookie would tell them apart, and a script that
    drops it would count as many.
    """
    return network(), request.headers.get("User-Agent", "")[:500]


@lru_cache(maxsize=1024)
def is_loopback(name: str) -> bool:
    """Whether a host name or address leads to the machine that asks, whichever that is."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def has_metrics_token() -> bool:
    """Whether the request carries the token of LINLI_METRICS_TOKEN."""
    expected = service().settings.metrics_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(expected) and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), expected.encode())


def has_session_cookie(cookie_name: str) -> bool:
    """Whether the browser sent a session along, and so acts with a person's rights without their asking."""
    return cookie_name in request.cookies


def is_from_own_page() -> bool:
    """Whether the browser itself says that a page of this site sent the request.

    No page can set or change these two headers. Sec-Fetch-Site is missing on plain http and in old browsers; there
    Origin says where a POST comes from. Neither: unknown, and that is not "own".
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == request.host


def wants_page() -> bool:
    """Whether a person is meant to read the answer; everything under a machine's path gets problem JSON instead."""
    path = request.path
    return not any(path == root or path.startswith(f"{root}/") for root in MACHINE_PATHS)


#: Paths that programs call; errors there are problem JSON and never lead to the sign-in page.
MACHINE_PATHS = ("/api", "/ogc", "/open311", "/healthz", "/metrics", "/openapi.json")
