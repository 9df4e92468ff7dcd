"""What somebody wrote into the form that asks for help: read, checked, and every problem told beside its field."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import ngettext

from layers.errors import BadInput
from layers.features import check
from layers.needs import LAYER
from layers.needs.rules import WORDS_LONGEST, Feature
from webmap.pages.report_place import DATUMS, BadPlace, Place, place_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: Every field of the form but its photos, and its value before anybody wrote anything. A checkbox is "" or "yes".
FIELDS: Mapping[str, str] = {
    "pin_lat": "", "pin_lng": "", "compound": "", "building": "", "unit": "", "lat": "", "lng": "", "datum": "wgs84",
    "service": "", "shared": "", "urgency": "", "words": "", "people": "1", "somebody_else": "", "consent": "",
    "contact": "", "key": "",
}  # fmt: skip

#: The longest text of each field that takes words; the same as in `layers.needs.rules.Feature`.
LONGEST: Mapping[str, int] = {"compound": 200, "building": 60, "unit": 60, "contact": 200, "words": WORDS_LONGEST}

MOST_PEOPLE = 100_000
URGENCIES = ("ordinary", "urgent")

#: A key as `new_key` makes them.
KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")


def new_key() -> str:
    """The key that makes an impatient second press the same need. The private link's token follows from it."""
    return secrets.token_urlsafe(24)


def as_written(form: Mapping[str, str]) -> dict[str, str]:
    """The fields as they were sent, without characters nobody can see and with a key in any case."""
    given = {name: cleaned(form.get(name, otherwise)) for name, otherwise in FIELDS.items()}
    if not KEY.fullmatch(given["key"]):
        given["key"] = new_key()
    return given


def cleaned(text: str) -> str:
    """What somebody wrote, without characters nobody can see and without empty ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def checked(
    session: Session, given: Mapping[str, str], services: Collection[str], language: str, at: datetime
) -> tuple[Feature, Place] | dict[str, str]:
    """The need and its place; or, where something is wrong, what, in the page's language, by field in page order."""
    place, problems = _place(session, given, at)
    problems |= _problems(given, services)
    if not problems and place is not None:
        try:
            return _feature(given, place, language), place
        except BadInput as refused:
            problems = {one["field"] if one["field"] in FIELDS else "words": one["reason"] for one in refused.errors}
    return {name: problems[name] for name in FIELDS if name in problems}


def _place(session: Session, given: Mapping[str, str], at: datetime) -> tuple[Place | None, dict[str, str]]:
    if given["datum"] not in DATUMS:
        return None, {"datum": _("Choose one of the answers.")}
    if len(given["compound"]) > LONGEST["compound"]:
        return None, {}  # told as too long, and not looked up
    try:
        return place_of(session, given, at), {}
    except BadPlace as refused:
        return None, {refused.field: str(refused)}


def _problems(given: Mapping[str, str], services: Collection[str]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name, longest in LONGEST.items():
        over = len(given[name]) - longest
        if over > 0:
            problems[name] = ngettext(
                "This is %(num)s character too long.", "This is %(num)s characters too long.", over
            )
    if given["service"] not in services:
        problems["service"] = _("Say what is needed: choose one.")
    if given["urgency"] not in URGENCIES:
        problems["urgency"] = _("Choose one of the two answers.")
    if _whole_number(given["people"]) is None:
        problems["people"] = _("Write a whole number, 1 or more.")
    return problems


def _whole_number(text: str) -> int | None:
    """The number of people written; nothing written means one person."""
    if not text:
        return 1
    if not text.isdecimal() or len(text) > len(str(MOST_PEOPLE)):
        return None
    return int(text) if 1 <= int(text) <= MOST_PEOPLE else None


def _feature(given: Mapping[str, str], place: Place, language: str) -> Feature:
    need = check(
        LAYER,
        {
            **{name: given[name] for name in ("service", "urgency", "words", "contact", "building", "unit")},
            "compound": place.compound,
            "people": _whole_number(given["people"]),
            "channel": "proxy" if given["somebody_else"] else "web",
            "consent": bool(given["consent"]) if given["somebody_else"] else None,
            "shared": bool(given["shared"]),
            "language": language,
        },
    )
    assert isinstance(need, Feature)  # noqa: S101 - what the layer of needs checks is a need
    return need
