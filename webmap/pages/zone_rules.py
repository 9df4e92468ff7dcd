"""What a zone means to those who live behind it: may I leave, who brings things, whom do I call, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from layers.compound_status import zones_over
from layers.compounds.queries import named, outline_by_id
from layers.quarantine_zones.lifting import LevelRules, conditions, days_until_lifting, is_met
from layers.quarantine_zones.queries import level_rules
from webmap.access import allowed
from webmap.pages.zone_words import Standing, first_day, standing
from webmap.pages.zones import levels
from webmap.service import service

blueprint = Blueprint("zone_rules", __name__)


@dataclass(frozen=True, slots=True)
class Holding:
    """A zone over somebody's home: its row, what its level means, and how the conditions for lifting it stand.

    days_left: until it can be lifted if nothing new happens; None where its level asks for no days.
    """

    row: Mapping[str, Any]
    rules: LevelRules
    lifting: list[Standing]
    days_left: int | None
    can_be_lifted: bool


@blueprint.get("/rules")
@allowed("zones.rules")
def rules() -> str:
    """The rules of every level; with ?compound=, by its name, what holds there now."""
    asked = request.args.get("compound", "").strip()[:200]
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        compounds = named(session, now)
        compound = next((one for one in compounds if asked and asked in (one.name, *one.aliases)), None)
        every = level_rules(session)
        zones = zones_over(session, outline_by_id(session, compound.id), now) if compound else []
    return render_template(
        "zone_rules.html",
        asked=asked,
        compound=compound,
        compounds=[one.name for one in compounds],
        problem=_("No compound of this name is known. Choose one of the list.") if asked and not compound else "",
        holding=[_holding(row, every[row["level"]]) for row in zones],
        every=every,
        levels=levels(),
        now=now,
    )


def _holding(row: Mapping[str, Any], level: LevelRules) -> Holding:
    zone = service().zone
    found = conditions(row, first_day(row, zone), level, datetime.now(zone).date())
    return Holding(row, level, standing(found), days_until_lifting(found), is_met(found))
