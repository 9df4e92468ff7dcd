"""Moments as the forms of pages give them."""

from __future__ import annotations

from datetime import datetime

from webmap.service import service


def moment_of_form(text: str) -> datetime | None:
    """A moment as a form gives it, in the service's own zone; None for what is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=service().zone)
    except ValueError:
        return None
