"""Calendars of shifts at addresses that nobody can guess: of a volunteer, and of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, current_app
from flask_babel import gettext as _

from data.keeping import household_key
from layers.link_tokens import TOKEN
from layers.volunteer_shifts.links import contact_of, organization_of_calendar, volunteer_of_calendar
from layers.volunteer_shifts.queries import changes_of, held_by, of_organization
from webmap.access import allowed
from webmap.calendars import Entry, Status, as_calendar, uid_of
from webmap.limits import unknown_links
from webmap.pages.map_files import language
from webmap.pages.shift_words import Told, told
from webmap.pages.shifts import AHEAD, BACK
from webmap.private_links import kept_private
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from layers.volunteer_shifts.record import ShiftPlace, ShiftVolunteer

blueprint = Blueprint("shift_calendars", __name__, url_prefix="/shifts")
blueprint.after_request(kept_private)

#: Weeks ahead that an organization's calendar holds.
WEEKS_AHEAD = 8

STATUS: Mapping[str, Status] = {"taken": "CONFIRMED", "waiting": "TENTATIVE"}


@blueprint.get("/calendar/<token>.ics")
@allowed("shifts.take")
def feed(token: str) -> Response:
    """The calendar as telephones subscribe to it; what was called off or given up is in it as cancelled."""
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        name, entries = _calendar(session, token if TOKEN.fullmatch(token) else "", now)
    response = Response(as_calendar(name, entries, service().zone), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="shifts.ics"'
    return response


def _calendar(session: Session, token: str, at: datetime) -> tuple[str, list[Entry]]:
    volunteer = volunteer_of_calendar(session, token)
    if volunteer is not None:
        return _("My shifts: %(organization)s", organization=volunteer.organization), _of_volunteer(
            session, volunteer, at
        )
    organization = organization_of_calendar(session, token)
    if organization is None:
        unknown_links(current_app).count()
        abort(404)
    rows = of_organization(session, organization, at - BACK, at + WEEKS_AHEAD * AHEAD)
    changes, key = changes_of(session, [row["id"] for row in rows]), household_key(session)
    entries = [
        _entry(
            shift, key, changes.get(shift.row["id"], 0), shift.row["changed_at"], _status(shift.row), _staffed(shift)
        )
        for shift in told(session, rows, at)
    ]
    return _("Shifts: %(organization)s", organization=organization), entries


def _of_volunteer(session: Session, volunteer: ShiftVolunteer, at: datetime) -> list[Entry]:
    held = held_by(session, volunteer)
    changes, key = changes_of(session, [one.place.shift_id for one in held]), household_key(session)
    contact = contact_of(session, volunteer.organization)
    described = _("Your organization: %(contact)s", contact=contact) if contact else ""
    return [
        _entry(
            shift, key, changes.get(one.place.shift_id, 0) + one.place.changes, _changed_at(one.place, one.shift),
            "CANCELLED" if one.shift["state"] == "cancelled" else STATUS.get(one.place.state, "CANCELLED"), described,
        )
        for one, shift in zip(held, told(session, [one.shift for one in held], at), strict=True)
    ]  # fmt: skip


def _status(row: Mapping[str, Any]) -> Status:
    return "CANCELLED" if row["state"] == "cancelled" else "CONFIRMED"


def _changed_at(place: ShiftPlace, row: Mapping[str, Any]) -> datetime:
    moments = (row["changed_at"], place.asked_at, place.moved_up_at, place.left_at)
    return max(moment for moment in moments if moment is not None)


def _staffed(shift: Told) -> str:
    return _(
        "%(filled)s of %(wanted)s places filled", filled=shift.row["places_filled"], wanted=shift.row["places_wanted"]
    )


def _entry(
    shift: Told, key: bytes, sequence: int, changed_at: datetime, status: Status, described: str
) -> Entry:  # fmt: skip
    row = shift.row
    return Entry(
        uid=uid_of(key, row["id"]),
        sequence=sequence,
        changed_at=changed_at,
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        summary=_(
            "%(role)s: %(organization)s", role=shift.role.in_language(language()), organization=row["organization"]
        ),
        location=shift.where,
        description="\n".join(filter(None, (described, row["note"]))),
        status=status,
    )
