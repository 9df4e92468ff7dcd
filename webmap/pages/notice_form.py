"""What an official writes in a notice and for which area: read from the form, checked with all that is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import shapely
from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from data.areas import area_of_code
from geo.shapes import BadShape, from_geojson, repair
from layers.errors import BadInput, NotAllowed
from layers.named_places import outline_of_compounds
from layers.notices.actions import Sending
from layers.notices.rules import (
    AREA_LONGEST,
    CERTAINTIES,
    KINDS,
    LONGEST,
    SEVERITIES,
    TITLE_LONGEST,
    URGENCIES,
    WORDS_LONGEST,
    Draft,
    cover_of,
)
from layers.quarantine_zones.queries import holding
from webmap.access import current_actor
from webmap.duty import check_area
from webmap.pages.form_drafts import sent_once
from webmap.pages.form_moments import moment_of_form
from webmap.pages.report_form import cleaned
from webmap.service import service

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry
    from sqlalchemy.orm import Session

    from layers.notices.record import Notice

#: Characters each field is cut at before anything else: a little more than is allowed, so that too much is told.
FIELDS: Mapping[str, int] = {
    "kind": 20, "urgency": 20, "severity": 20, "certainty": 20, "title_en": 2 * TITLE_LONGEST,
    "title_zh": 2 * TITLE_LONGEST, "words_en": 2 * WORDS_LONGEST, "words_zh": 2 * WORDS_LONGEST,
    "area_name": 2 * AREA_LONGEST, "starts_at": 16, "ends_at": 16, "drawn": 200_000, "same": 1,
}  # fmt: skip
CHOICES = {"kind": KINDS, "urgency": URGENCIES, "severity": SEVERITIES, "certainty": CERTAINTIES}

#: Names of parts that make up the name of an area; the rest is counted.
PARTS_NAMED = 4


@dataclass(frozen=True, slots=True)
class Given:
    """What the form holds: single fields, and what is ticked."""

    fields: dict[str, str]
    compounds: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)

    def mark(self) -> str:
        """All of it as one text: what was shown is what is sent."""
        return json.dumps([self.fields, sorted(self.compounds), sorted(self.areas), sorted(self.zones)])


@dataclass(frozen=True, slots=True)
class Checked:
    """A notice that can be sent."""

    draft: Draft
    outline: BaseGeometry


def given() -> Given:
    """What was sent."""
    fields = {name: cleaned(request.form.get(name, ""))[:longest] for name, longest in FIELDS.items()}
    ticked = (request.form.getlist(name)[:2000] for name in ("compound", "area", "zone"))
    return Given(fields, *([cleaned(one) for one in some] for some in ticked))


def checked(session: Session, form: Given, now: datetime, before: Notice | None) -> Checked | dict[str, str]:
    """The notice, or what is wrong with each field. before: the notice that is changed."""
    problems = _problems(form.fields)
    outline: BaseGeometry | None = None
    names: list[str] = []
    try:
        outline, names = _area(session, form, before, now)
        check_reach(outline)
    except BadInput as error:
        problems["area"] = _area_words(error)
    except NotAllowed:
        problems["area"] = _("This area is not inside your duty area.")
    name = form.fields["area_name"] or _joined(names)
    if "area" not in problems and not name:
        problems["area_name"] = _("Say what people there call this area.")
    starts = moment_of_form(form.fields["starts_at"]) or now
    ends = moment_of_form(form.fields["ends_at"])
    if ends is not None and "ends_at" not in problems:
        if ends <= starts:
            problems["ends_at"] = _("The notice ends before it starts.")
        elif ends <= now:
            problems["ends_at"] = _("This time is over already.")
        elif ends - starts > LONGEST:
            problems["ends_at"] = _(
                "A notice holds %(days)s days at most. Send it again when the time comes.", days=LONGEST.days
            )
    if problems or outline is None or ends is None:
        return problems
    texts = {one: form.fields[one] for one in (*CHOICES, "title_en", "title_zh", "words_en", "words_zh")}
    return Checked(Draft(**texts, area_name=name[:AREA_LONGEST], starts_at=starts, ends_at=ends), outline)  # type: ignore[arg-type]


def check_reach(outline: BaseGeometry) -> None:
    """Raises BadInput for an area that is empty or too large, NotAllowed for one the reader does not answer for."""
    check_area(current_actor(), cover_of(outline))


def sending(*said: str) -> Sending:
    """How this installation sends what a form says: once, from its own name; as an exercise while it shows the demo."""
    host = re.sub(r"[^a-z0-9.-]", "", request.host.partition(":")[0].lower()) or "localhost"
    return Sending(f"linli-{sent_once(*said)}", f"linli@{host}", service().demo_loaded())


def _problems(fields: Mapping[str, str]) -> dict[str, str]:
    problems = {name: _("Choose one of these.") for name, terms in CHOICES.items() if fields[name] not in terms}
    for language, other in (("en", "zh"), ("zh", "en")):
        title, words = fields[f"title_{language}"], fields[f"words_{language}"]
        if title and not words:
            problems[f"words_{language}"] = _("Write what people should know and do.")
        if words and not title:
            problems[f"title_{language}"] = _("Give it a title.")
        if not (title or words or fields[f"title_{other}"] or fields[f"words_{other}"]):
            problems[f"title_{language}"] = _("Give it a title, in one language at least.")
    longest = {f"title_{language}": TITLE_LONGEST for language in ("en", "zh")} | {"area_name": AREA_LONGEST}
    longest |= {f"words_{language}": WORDS_LONGEST for language in ("en", "zh")}
    for name, most in longest.items():
        over = len(fields[name]) - most
        if over > 0:
            problems[name] = ngettext(
                "This is %(num)s character too long.", "This is %(num)s characters too long.", over
            )
    if fields["starts_at"] and moment_of_form(fields["starts_at"]) is None:
        problems["starts_at"] = _("Write the day and the time, such as 2026-03-01T08:00.")
    if moment_of_form(fields["ends_at"]) is None:
        problems["ends_at"] = _("Write the day and the time, such as 2026-03-01T08:00.")
    return problems


def _area(session: Session, form: Given, before: Notice | None, now: datetime) -> tuple[BaseGeometry, list[str]]:
    """What is ticked and drawn, together, and its names. Raises BadInput for nothing, and for what is not there."""
    parts: list[Any] = []
    names = list(form.compounds)
    if form.compounds:
        parts.append(outline_of_compounds(session, form.compounds))
    for area in form.areas:
        known = area_of_code(session, area.partition(":")[2])
        if known is None or known[1] is None:
            raise _bad("gone")
        parts.append(known[1])
        names.append(known[0].name)
    held = holding(session, now)
    for name in form.zones:
        called = [zone["geometry"] for zone in held if zone["name"] == name]  # names of zones are not unique
        if not called:
            raise _bad("gone")
        parts += called
        names.append(name)
    if form.fields["drawn"]:
        parts.append(_drawn(form.fields["drawn"]))
    if form.fields["same"] and before is not None:
        parts.append(from_geojson(before.outline))
        names.append(before.area_name)
    if not parts:
        raise _bad("empty")
    return repair(shapely.union_all(parts))[0], names


def _drawn(text: str) -> BaseGeometry:
    try:
        value = json.loads(text)
        if isinstance(value, dict) and value.get("type") == "Feature":
            value = value.get("geometry")
        return repair(from_geojson(value))[0]
    except (ValueError, AttributeError, BadShape, RecursionError):
        raise _bad("drawn") from None


def _bad(why: str) -> BadInput:
    return BadInput(why, [{"field": "area", "reason": why}])


def _area_words(error: BadInput) -> str:
    """Why an area cannot be taken, in the language of the page."""
    known = {
        "empty": _("Say for which area: tick compounds, areas or zones, or draw one."),
        "gone": _("One of these is not there any more. Choose again."),
        "drawn": _("The outline cannot be read: it takes a GeoJSON polygon."),
    }
    if str(error) in known:
        return known[str(error)]
    if "km²" in str(error):
        return _("That area is too large for a notice. Choose a smaller one.")
    return str(error)


def _joined(names: list[str]) -> str:
    if not names:
        return ""
    told = _(", ").join(names[:PARTS_NAMED])
    more = len(names) - PARTS_NAMED
    return told if more <= 0 else ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=told)
