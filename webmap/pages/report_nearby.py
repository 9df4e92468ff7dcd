"""Is it one of these? What neighbours asked for at shared places nearby, and their "me too"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from layers.features import row_of
from layers.needs import LAYER, additions, counts
from layers.needs.queries import shared_near
from layers.text import Text
from layers.vocabulary.queries import vocabulary
from webmap.access import current_actor
from webmap.caller import device, network
from webmap.pages.report_place import Place
from webmap.reporting import is_counted
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Nearby:
    """A neighbours' request as the page names it: its mark in the form, what is needed, since when, how many voices."""

    mark: str
    service: Text
    reported_at: datetime
    voices: int


def asked_near(session: Session, place: Place | None) -> list[Nearby]:
    """What neighbours asked for near a place, nearest first."""
    if place is None:
        return []
    titles = vocabulary(session).services
    return [
        Nearby(one.mark, titles[one.service], one.reported_at, one.voices)
        for one in shared_near(session, place.lng, place.lat)
    ]


def add_voice(place: Place, mark: str, at: datetime) -> bool:
    """Adds this device's voice to the request with that mark, if it is still among those near the place.

    False where it is not: it was closed meanwhile, or the mark is made up. Raises TooManyReports.
    """
    actor, address, counted = current_actor(), network(), is_counted()

    def job(session: Session) -> bool:
        meant = next((one for one in shared_near(session, place.lng, place.lat) if one.mark == mark), None)
        if meant is None:
            return False
        row = row_of(session, LAYER, meant.need_id)
        voice = counts.hashed(session, "voice", *device())
        if additions.add_voice(session, row, voice, actor, at) and counted:
            counts.count_device(session, address, at)
        return True

    return service().database.written(job)
