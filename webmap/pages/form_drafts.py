"""One filling of a form, however often it is sent: an impatient second press, or the page sent again."""

from __future__ import annotations

import hashlib
import re
import secrets

from flask import request


def draft_of_form() -> str:
    """Stands for one filling of a form, which carries it along as `draft`."""
    given = request.form.get("draft", "")
    return given if re.fullmatch("[0-9a-f]{16}", given) else secrets.token_hex(8)


def sent_once(*said: str) -> str:
    """Stands for one filling and what it said: the same when it is sent again, another where it was changed since."""
    return hashlib.sha256("\x1f".join((draft_of_form(), *said)).encode()).hexdigest()[:16]
