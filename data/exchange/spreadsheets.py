"""Text that a spreadsheet would run as a formula, made harmless on the way out and put back on the way in."""

from __future__ import annotations

import re

#: A cell that begins so is run by spreadsheets (OWASP, CSV injection); a ' in front makes it text. Plain numbers stay.
_RUN = re.compile(r"(?=[=+\-@\t\r])(?![+-]?\d+(?:[.,]\d+)*$)")
_GUARDED = re.compile(r"'(?=[=+\-@\t\r])")


def guarded(text: str) -> str:
    """The text as it may stand in a CSV cell."""
    return f"'{text}" if _RUN.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text
