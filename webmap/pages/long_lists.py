"""Lists that go on from page to page: which row the address of a page asks for first."""

from __future__ import annotations

from flask import request


def first_asked() -> int:
    """How many rows of a list ?start= leaves out; 0 where it is no number."""
    start = request.args.get("start", "")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 0
