"""The code that the phone at a post shows: six digits, another one each minute, so that a photograph of it is soon
good for nothing. It is the code of an authenticator (RFC 6238) under a key that only this shift has.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from passlib.exc import TokenError
from passlib.totp import TOTP

#: Seconds for which a code is shown. Longer lets it be sent to somebody at home, shorter is over before it is typed.
SECONDS = 60

#: Codes before and after the one of now that are taken as well, for slow thumbs and clocks that are not quite right.
TOLERANCE = 1


def code_of(key: bytes, shift_id: int, at: datetime) -> str:
    """The code at the post of a shift at a moment."""
    return str(_clock(key, shift_id).generate(at.timestamp()).token)


def is_current(key: bytes, shift_id: int, code: str, at: datetime) -> bool:
    """Whether a code is, or was a minute ago, the one at the post of this shift."""
    try:
        _clock(key, shift_id).match(code, at.timestamp(), window=TOLERANCE * SECONDS)
    except (TokenError, ValueError):
        return False
    return True


def seconds_left(at: datetime) -> int:
    """For how many seconds the code of a moment is still shown."""
    return SECONDS - int(at.timestamp()) % SECONDS


def _clock(key: bytes, shift_id: int) -> TOTP:
    own = hmac.new(key, f"post\x1f{shift_id}".encode(), hashlib.sha256).digest()
    return TOTP(key=own, format="raw", digits=6, period=SECONDS, alg="sha256")
