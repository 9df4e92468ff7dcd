"""How often somebody may try to sign in, so that passwords cannot be guessed one after another."""

from __future__ import annotations

import time

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse

from data.people import email_key
from webmap.errors import TooManyTries

#: Tries for one account from one address. More lets a list of common passwords through in a day; fewer shuts out
#: a tired person with two keyboards. A sign-in that succeeds starts the count again.
TRIES_FOR_ACCOUNT = "10 per 5 minutes"

#: Tries from one address, whatever the account. An office behind one address signs in at the start of a shift.
TRIES_FROM_ADDRESS = "100 per 5 minutes"


class SignInTries:
    """Counts tries to sign in. Kept in `app.extensions["linli_tries"]`."""

    def __init__(self, app: Flask, storage_url: str) -> None:
        self._limiter = Limiter(
            get_remote_address, app=app, storage_uri=storage_url, strategy="moving-window", headers_enabled=False
        )
        self._for_account, self._from_address = parse(TRIES_FOR_ACCOUNT), parse(TRIES_FROM_ADDRESS)

    def count(self, email: str) -> None:
        """Counts one try from this request's address; raises TooManyTries."""
        address = get_remote_address()
        self._hit(self._from_address, "sign-in", address)
        self._hit(self._for_account, "sign-in", address, email_key(email))

    def forgive(self, email: str) -> None:
        """Starts the account's count at this address again, after its owner signed in."""
        self._limiter.limiter.clear(self._for_account, "sign-in", get_remote_address(), email_key(email))

    def _hit(self, item: RateLimitItem, *key: str) -> None:
        strategy = self._limiter.limiter
        if not strategy.hit(item, *key):
            reset_at = strategy.get_window_stats(item, *key).reset_time
            raise TooManyTries(max(1, round(reset_at - time.time())))


def init_app(app: Flask, storage_url: str) -> None:
    """Starts counting for this application."""
    app.extensions["linli_tries"] = SignInTries(app, storage_url)


def tries(app: Flask) -> SignInTries:
    """The counter of this application."""
    counter: SignInTries = app.extensions["linli_tries"]
    return counter


def tried_email() -> str:
    """The address in the sign-in form that was sent, shortened to what an address can be."""
    return request.form.get("email", "")[:254]
