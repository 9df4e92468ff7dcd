"""The cookie of a session: Secure exactly over https, renewed now and then, its signature checked once a process."""

from __future__ import annotations

import time
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

#: Until a session's cookie is sent anew, so that its lifetime counts from the last use. Sent with each answer it would
#: cost a map of thirty tiles thirty signatures.
RENEWED_EVERY = timedelta(minutes=5)

#: Under this key a session carries when its cookie was last sent, in seconds since 1970.
RENEWED_AT = "renewed"

#: Cookies remembered as genuine: some hundred bytes each.
MOST_KNOWN = 4096


class SessionCookie(SecureCookieSessionInterface):
    """Flask's session, whose cookie is Secure exactly when the request came over https and renewed now and then."""

    _signer: _Signer | None = None

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a request; one that was not renewed for a while is sent anew with the answer."""
        opened = super().open_session(app, request)
        now = time.time()
        if opened and now - dict.get(opened, RENEWED_AT, 0) > RENEWED_EVERY.total_seconds():
            opened[RENEWED_AT] = int(now)
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Flask's own, unless there is nothing to send and the answer says already that it depends on the cookie."""
        if session.modified or "Cookie" not in response.headers.get("Vary", ""):
            super().save_session(app, session, response)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_signing_serializer(self, app: Flask) -> _Signer | None:  # type: ignore[override]
        """Flask's own, made once: making it costs more than all else a request without a session does."""
        if self._signer is None:
            flasks = super().get_signing_serializer(app)
            self._signer = _Signer(flasks) if flasks else None
        return self._signer


class _Signer:
    """Signs and opens cookies as Flask does; a signature found genuine is not checked again, its age is.

    Checking it took a sixth of the time of a map's answer. What is not genuine is not remembered.
    """

    def __init__(self, flasks: URLSafeTimedSerializer) -> None:
        self._flasks = flasks
        self.dumps = flasks.dumps
        self._genuine = lru_cache(MOST_KNOWN)(self._opened)

    def loads(self, cookie: str, max_age: int) -> Any:
        """What the cookie says. Raises BadSignature, also where it is older than so many seconds."""
        said, signed_at, is_nested = self._genuine(cookie)
        if not 0 <= (datetime.now(UTC) - signed_at).total_seconds() <= max_age:
            return self._flasks.loads(cookie, max_age=max_age)
        return deepcopy(said) if is_nested else said  # each request's session is a copy, of one level

    def _opened(self, cookie: str) -> tuple[dict[str, Any], datetime, bool]:
        """What a cookie says, when it was signed, and whether it holds more than plain values."""
        said, signed_at = self._flasks.loads(cookie, return_timestamp=True)
        return said, signed_at, any(not isinstance(value, str | int | float) for value in said.values())
