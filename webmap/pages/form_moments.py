"""Moments as the forms of pages give them and show them, in the service's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from layers.errors import BadInput
from webmap.service import service
from webmap.viewport import moment_of

A_DAY = timedelta(days=1)


def moment_of_form(text: str) -> datetime | None:
    """A moment as a form gives it; None for what is none, or lies at the end of all calendars."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=service().zone)
        moment.astimezone(UTC) + A_DAY  # as which it will be kept; and the hours after it are moments too
    except (ValueError, OverflowError):
        return None
    return moment


def moment_of_address(text: str) -> datetime | None:
    """A moment in the address of a page: RFC 3339, or as a form gives it; None for what is none."""
    try:
        return moment_of(text)
    except BadInput:
        return moment_of_form(text)


def as_form(moment: datetime) -> str:
    """A moment as a form shows it."""
    return moment.astimezone(service().zone).strftime("%Y-%m-%dT%H:%M")
