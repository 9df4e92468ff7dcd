"""Choosing a duty area on a page without a script: what is chosen stays chosen while one looks for more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from data import areas, people
from layers.text import Text

#: Up to so many areas are all on the page; with more one looks for them by name. More makes a list nobody reads.
MOST_AT_ONCE = 60

LEVEL_TITLES = {
    "province": Text("Province", "省级"),
    "city": Text("City", "市级"),
    "district": Text("District", "区县"),
    "subdistrict": Text("Subdistrict", "街道"),
    "community": Text("Community", "社区"),
    "duty": Text("Duty area", "责任区"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One area to tick: LEVEL:CODE, its name, its level, whether it is ticked."""

    area: str
    name: str
    level: Text
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The areas on the page, and the words that were looked for."""

    areas: list[Choice]
    words: str
    all_shown: bool


def choices(session: Any, chosen: list[str]) -> Choices:
    """What the page shows: the chosen areas, and those that are found, or all where there are few."""
    words = request.form.get("find", "").strip()[:100]
    few = areas.few_areas(session, MOST_AT_ONCE)
    found = few or (areas.find_areas(session, words, limit=MOST_AT_ONCE, outlined=True) if words else [])
    shown = {f"{one.level}:{one.code}": one for one in found}
    for area in chosen:
        known = areas.area_of_code(session, area.partition(":")[2])
        if known is not None:
            shown.setdefault(f"{known[0].level}:{known[0].code}", known[0])
    listed = [Choice(area, one.name, LEVEL_TITLES[one.level], area in chosen) for area, one in shown.items()]
    if not few:
        listed.sort(key=lambda one: not one.chosen)
    return Choices(listed, words, bool(few))


def given() -> list[str]:
    """The areas ticked in the form that was sent."""
    return [area for area in request.form.getlist("area") if len(area) <= 100][:MOST_AT_ONCE]


def is_looking() -> bool:
    """Whether the form was sent to find more areas, and not yet to save."""
    return request.form.get("step") == "find"


def why_not(error: people.BadDutyArea) -> str:
    """The refusal of a duty area, in the page's language."""
    if isinstance(error, people.TooLargeDutyArea):
        return str(_("That area is too large for a duty area. Choose smaller ones."))
    return str(_("One of these areas has no outline here any more. Choose again."))
