"""What the form of planning says: read into a request, with every fault told by its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from geo.coordinates import BadCoordinates
from layers.errors import BadInput
from layers.named_places import outline_of_compounds
from layers.planning.rules import LONGEST_WINDOW, MOST_MINUTES, MOST_VOLUNTEERS, USUAL_MINUTES, USUAL_WINDOW, Request
from layers.planning.terms import MOST_STARTS, Terms
from layers.vocabulary.queries import vocabulary
from webmap.access import current_actor
from webmap.pages.form_moments import as_form, moment_of_form
from webmap.planning import start_of
from webmap.service import service
from webmap.viewport import box_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: Fields of the form, and what they are at most long.
FIELDS = {
    "role": 40, "volunteers": 6, "minutes": 3, "from": 16, "to": 16, "area": 10, "bbox": 100,
    "start": 1000, "floor": 3, "backup": 1, "claimed": 1,
}  # fmt: skip

USUAL_ROLE = "delivery"

#: The floors that are offered, in percent; 0 is anything at all.
FLOORS = (0, 10, 25, 50)

Problems = dict[str, str]


def given_by(source: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What the form says; what it leaves out is the usual."""
    given = {name: source.get(name, "").strip()[:longest] for name, longest in FIELDS.items()}
    given["role"] = given["role"] or USUAL_ROLE
    given["minutes"] = given["minutes"] or str(USUAL_MINUTES)
    given["from"] = given["from"] or as_form(now)
    given["to"] = given["to"] or as_form(now + USUAL_WINDOW)
    return given


def request_of_form(given: Mapping[str, str], now: datetime) -> tuple[Request | None, Problems]:
    """The request the form makes, None where something is wrong; and what is wrong, by field."""
    problems: Problems = {}
    with service().database.read() as session:
        if given["role"] not in vocabulary(session).roles:
            problems["role"] = _("Choose what they do.")
        starts_from = _starting_places(session, given["start"], problems)
    volunteers, minutes = _whole(given["volunteers"]), _whole(given["minutes"])
    if not 1 <= volunteers <= MOST_VOLUNTEERS:
        problems["volunteers"] = _("Write how many there are: a whole number from 1 to 10,000.")
    if not 1 <= minutes <= MOST_MINUTES:
        problems["minutes"] = _("Write a whole number from 1 to 60.")
    starts, ends = moment_of_form(given["from"]), moment_of_form(given["to"])
    if starts is None or ends is None:
        problems["to"] = _("Write the day and the time, such as 2026-03-01T08:00.")
    elif not timedelta() < ends - max(starts, now) <= LONGEST_WINDOW:
        problems["to"] = _("The window ends later than it begins, later than now, and within seven days.")
    box = None
    if given["area"] == "shown":
        try:
            box = box_of(given["bbox"])
        except (BadInput, BadCoordinates):
            problems["area"] = _("The part of the map could not be read. Move the map and try again.")
    if given["floor"] not in ("", *map(str, FLOORS)):
        problems["floor"] = _("Choose one of the floors.")
    if problems or starts is None or ends is None:
        return None, problems
    terms = Terms(
        starts=starts_from, backup=bool(given["backup"]), floor=int(given["floor"]) if given["floor"] else None,
        without_claimed=bool(given["claimed"]),
    )  # fmt: skip
    organization = current_actor().organization
    return Request(given["role"], volunteers, minutes, starts, ends, box, organization, terms), {}


def _starting_places(session: Session, text: str, problems: Problems) -> tuple[tuple[float, float], ...]:
    """Starting places as they are written: names of compounds, or longitude and latitude, one after another."""
    found = []
    words = [word.strip() for word in re.split(r"[;；、\n]", text) if word.strip()]
    try:
        for word in words:
            if re.fullmatch(r"[-\d.]+\s*,\s*[-\d.]+", word):
                found.append(start_of(word))
            else:
                middle = outline_of_compounds(session, [word]).representative_point()
                found.append((middle.x, middle.y))
    except (BadInput, BadCoordinates):
        problems["start"] = _("No compound is called %(name)s. Write its name as on the map.", name=word)
    if len(words) > MOST_STARTS:
        problems["start"] = _("Name at most twenty starting places.")
    return tuple(found)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
