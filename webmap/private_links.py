"""Pages whose address is the key to them: what such a link opens, and that the address is passed on to nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from flask import Response, abort, current_app

from layers.link_tokens import TOKEN
from webmap.limits import unknown_links

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Found = TypeVar("Found")


def opened_by(session: Session, token: str, find: Callable[[Session, str], Found | None]) -> Found:
    """What a token opens. One that opens nothing is counted and gets the page of any address that leads nowhere."""
    found = find(session, token) if TOKEN.fullmatch(token) else None
    if found is None:
        unknown_links(current_app).count()
        abort(404)
    return found


def kept_private(response: Response) -> Response:
    """For `after_request`: the address is passed on to nobody, and no copy of the page is kept."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
