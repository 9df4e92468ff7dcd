"""Passwords: what is accepted, how they are kept, and new ones to read out."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Any

from argon2 import PasswordHasher

#: Shorter passwords fall to guessing at the rate sign-in allows; longer minimums end on paper beside the screen.
SHORTEST_PASSWORD = 10

#: What one hash costs: 19 MiB, two passes, one lane (the OWASP password storage recommendation for argon2id), about
#: 30 ms. More slows a guesser with the table in hand; it also lets a burst of sign-ins take the memory of the map.
HASH_COST: dict[str, Any] = {"time_cost": 2, "memory_cost": 19 * 1024, "parallelism": 1}

#: Letters and digits without those that look alike when read out over the telephone. 16 of them carry 79 bits.
LETTERS_TO_READ_OUT = "abcdefghijkmnpqrstuvwxyz23456789"


class WeakPassword(ValueError):
    """The password is shorter than SHORTEST_PASSWORD."""


def hash_password(words: str) -> str:
    """The argon2id hash of a password. Refuses (WeakPassword) one shorter than SHORTEST_PASSWORD characters.

    Normalised to NFKD first, as the sign-in form does, so that two keyboards give the same password.
    """
    normal = unicodedata.normalize("NFKD", words)
    if len(normal) < SHORTEST_PASSWORD:
        raise WeakPassword(f"a password has at least {SHORTEST_PASSWORD} characters")
    return PasswordHasher(**HASH_COST).hash(normal)


def new_password() -> str:
    """A random password in groups of four letters, easy to read out: `abcd-efgh-jkmn-pqrs`."""
    letters = [secrets.choice(LETTERS_TO_READ_OUT) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))
