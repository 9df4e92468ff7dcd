"""The tokens of private links: whoever has the link has what it opens; the store keeps only a hash of it."""

from __future__ import annotations

import hashlib
import re
import secrets

#: 16 bytes in URL-safe base 64.
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def new_token() -> str:
    """128 bits nobody can guess."""
    return secrets.token_urlsafe(16)


def hash_of(token: str) -> str:
    """What the store keeps of a token. It has no salt, because a token is no password: nobody tries 2^128."""
    return hashlib.sha256(token.encode()).hexdigest()
