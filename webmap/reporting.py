"""The one way in for a need that somebody sends: from the form and from the API, counted where strangers send it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from layers.actor import RESIDENT
from layers.needs import additions
from layers.needs.actions import Report, Reported
from layers.needs.rules import Feature
from webmap.access import current_actor
from webmap.caller import is_on_this_machine, network
from webmap.intake import Arrival, write_all
from webmap.service import service


def take_in(
    need: Feature, lng: float, lat: float, key: str | None, at: datetime, photos: Sequence[additions.Photo] = ()
) -> Reported:
    """Takes in a need at a place in WGS 84 degrees; the same `key` again gives the need it became.

    Raises BadInput, and TooManyReports above the limits of counts, with nothing written.
    """
    report, actor = Report(need, lng, lat, at, key), current_actor()
    arrival = Arrival(report, network() if is_counted() else None, photos)
    if actor is RESIDENT:
        return service().intake.take(arrival)
    return service().database.written(lambda session: write_all(session, [arrival], actor)[0])


def is_counted() -> bool:
    """Whether limits hold for the caller: not for staff, who answer with their names, nor at this machine itself."""
    return current_actor() is RESIDENT and not is_on_this_machine()
