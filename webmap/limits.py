"""How often somebody may try what could be guessed: a password, or the private link of a need."""

from __future__ import annotations

import time

from flask import Flask, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from data.people import email_key
from webmap.errors import TooManyTries

#: Tries for one account from one address. More lets a list of common passwords through in a day; fewer shuts out
#: a tired person with two keyboards. A sign-in that succeeds starts the count again.
TRIES_FOR_ACCOUNT = "10 per 5 minutes"

#: Tries from one address, whatever the account. An office behind one address signs in at the start of a shift.
TRIES_FROM_ADDRESS = "100 per 5 minutes"

#: Codes of the second factor tried for one account, wherever from: whoever gets here knows the password. Three of a
#: million codes are right at a time, so a day's tries find one with less than 1 in 10,000.
CODES_FOR_ACCOUNT = ("5 per 5 minutes", "30 per day")

#: Private links that lead nowhere, from one address. A token cannot be guessed (128 bits); this spares the store
#: somebody who tries all the same. Links that exist are not counted: a building behind one address stays served.
UNKNOWN_LINKS = "60 per 5 minutes"


#: Wrong numbers of one post from one address. Three of a million are right at a time, so who tries as fast as this lets
#: them finds one in a shift of eight hours with less than 1 in 100; more shuts out nobody who mistypes.
WRONG_NUMBERS = "20 per 5 minutes"


class SignInTries:
    """Counts tries to sign in. Kept in `app.extensions["linli_tries"]`."""

    def __init__(self, storage_url: str) -> None:
        # The engine of Flask-Limiter without its hook before every request, which costs more than a tile's answer.
        self._window = MovingWindowRateLimiter(storage_from_string(storage_url))
        self._for_account, self._from_address = parse(TRIES_FOR_ACCOUNT), parse(TRIES_FROM_ADDRESS)
        self._codes = [parse(limit) for limit in CODES_FOR_ACCOUNT]

    def count(self, email: str) -> None:
        """Counts one try from this request's address; raises TooManyTries."""
        address = request.remote_addr or ""
        self._hit(self._from_address, "sign-in", address)
        self._hit(self._for_account, "sign-in", address, email_key(email))

    def forgive(self, email: str) -> None:
        """Starts the account's count at this address again, after its owner signed in."""
        self._window.clear(self._for_account, "sign-in", (request.remote_addr or ""), email_key(email))

    def count_code(self, email: str) -> None:
        """Counts one code of the second factor; raises TooManyTries."""
        for limit in self._codes:
            self._hit(limit, "code", email_key(email))

    def forgive_codes(self, email: str) -> None:
        """Starts the count of codes again, after a right one."""
        for limit in self._codes:
            self._window.clear(limit, "code", email_key(email))

    def _hit(self, item: RateLimitItem, *key: str) -> None:
        _hit(self._window, item, *key)


class UnknownLinks:
    """Counts private links that lead nowhere. Kept in `app.extensions["linli_unknown_links"]`."""

    def __init__(self, storage_url: str) -> None:
        self._window = MovingWindowRateLimiter(storage_from_string(storage_url))
        self._from_address = parse(UNKNOWN_LINKS)

    def count(self) -> None:
        """Counts one from this request's address; raises TooManyTries."""
        _hit(self._window, self._from_address, "unknown-link", request.remote_addr or "")


class WrongNumbers:
    """Counts wrong numbers of the post of a shift. Kept in `app.extensions["linli_wrong_numbers"]`."""

    def __init__(self, storage_url: str) -> None:
        self._window = MovingWindowRateLimiter(storage_from_string(storage_url))
        self._for_post = parse(WRONG_NUMBERS)

    def check(self, shift_id: int) -> None:
        """Raises TooManyTries after too many from this request's address, so that a right one is not told from them."""
        if not self._window.test(self._for_post, *self._key(shift_id)):
            raise _too_many(self._window, self._for_post, *self._key(shift_id))

    def count(self, shift_id: int) -> None:
        """Counts one from this request's address; raises TooManyTries."""
        _hit(self._window, self._for_post, *self._key(shift_id))

    def _key(self, shift_id: int) -> tuple[str, str, str]:
        return "wrong-number", request.remote_addr or "", str(shift_id)


def _hit(window: MovingWindowRateLimiter, item: RateLimitItem, *key: str) -> None:
    if not window.hit(item, *key):
        raise _too_many(window, item, *key)


def _too_many(window: MovingWindowRateLimiter, item: RateLimitItem, *key: str) -> TooManyTries:
    reset_at = window.get_window_stats(item, *key).reset_time
    return TooManyTries(max(1, round(reset_at - time.time())))


def init_app(app: Flask, storage_url: str) -> None:
    """Starts counting for this application."""
    app.extensions["linli_tries"] = SignInTries(storage_url)
    app.extensions["linli_unknown_links"] = UnknownLinks(storage_url)
    app.extensions["linli_wrong_numbers"] = WrongNumbers(storage_url)


def tries(app: Flask) -> SignInTries:
    """The counter of this application."""
    counter: SignInTries = app.extensions["linli_tries"]
    return counter


def unknown_links(app: Flask) -> UnknownLinks:
    """The counter of private links that lead nowhere, of this application."""
    counter: UnknownLinks = app.extensions["linli_unknown_links"]
    return counter


def wrong_numbers(app: Flask) -> WrongNumbers:
    """The counter of wrong numbers of posts, of this application."""
    counter: WrongNumbers = app.extensions["linli_wrong_numbers"]
    return counter


def tried_email() -> str:
    """The address in the sign-in form that was sent, shortened to what an address can be."""
    return request.form.get("email", "")[:254]
