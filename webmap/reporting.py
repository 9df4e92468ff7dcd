"""The one way in for a need that somebody sends: from the form and from the API, counted where strangers send it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from layers.actor import RESIDENT
from layers.needs import actions, additions, counts
from layers.needs.actions import Reported
from layers.needs.rules import Feature
from webmap.access import current_actor
from webmap.caller import is_on_this_machine, network
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def take_in(
    need: Feature, lng: float, lat: float, key: str | None, at: datetime, photos: Sequence[additions.Photo] = ()
) -> Reported:
    """Takes in a need at a place in WGS 84 degrees; the same `key` again gives the need it became.

    Raises BadInput, and TooManyReports above the limits of counts, with nothing written.
    """
    actor, address = current_actor(), network()
    counted = is_counted()

    def job(session: Session) -> Reported:
        found = actions.report(session, need, lng, lat, at, key, actor)
        if not found.repeated:
            if counted:
                counts.count_report(session, address, lng, lat, at)
            if photos:
                additions.add_photos(session, found.need_id, photos, at)
        return found

    return service().database.written(job)


def is_counted() -> bool:
    """Whether limits hold for the caller: not for staff, who answer with their names, nor at this machine itself."""
    return current_actor() is RESIDENT and not is_on_this_machine()
