"""How the conditions for lifting a zone stand, in words for those who live behind it and those who decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from layers.quarantine_zones.lifting import Condition


@dataclass(frozen=True, slots=True)
class Standing:
    """One condition: what is asked, how it stands, and whether it is met."""

    asked: str
    stands: str
    is_met: bool


def first_day(zone: Mapping[str, Any], place: tzinfo) -> date:
    """The day a zone began at its place; one without a beginning counts from when it was last changed."""
    began: datetime = zone["valid_from"] or zone.get("changed_at") or datetime.now(UTC)
    return began.astimezone(place).date()


def standing(found: Sequence[Condition]) -> list[Standing]:
    """Each condition in the reader's language."""
    return [Standing(_asked(one), _stands(one), one.days_left == 0) for one in found]


def _asked(one: Condition) -> str:
    if one.what == "case":
        return ngettext("%(num)s day without a new case", "%(num)s days without a new case", one.days)
    if one.what == "contact":
        return ngettext("%(num)s day since the last contact", "%(num)s days since the last contact", one.days)
    return ngettext(
        "Everybody tested negative within %(num)s day", "Everybody tested negative within %(num)s days", one.days
    )


def _stands(one: Condition) -> str:
    if one.what == "negative":
        if one.since is None or one.until is None:
            return _("not tested yet")
        if one.days_left == 0:
            return _("tested on %(day)s, which counts until %(until)s", day=_day(one.since), until=_day(one.until))
        return _("the test of %(day)s counts no more", day=_day(one.since))
    if one.met_on is None or not one.days_left:
        return _("met")
    return ngettext(
        "%(num)s day to go, until %(day)s", "%(num)s days to go, until %(day)s", one.days_left, day=_day(one.met_on)
    )


def _day(day: date) -> str:
    return str(format_date(day, "medium"))
