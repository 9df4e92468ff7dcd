"""What is said of shifts: which, where, how many are missing, hours; the same on every page and in calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from layers.shift_areas import Area, areas_of
from layers.text import Text
from layers.vocabulary.queries import vocabulary
from layers.volunteer_shifts.rules import is_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Told:
    """A shift as pages tell it: its row, its role's title, and where it is."""

    row: Mapping[str, Any]
    role: Text
    area: Area | None

    @property
    def where(self) -> str:
        """The names of its compounds, or the nearest one's; "" where nobody knows any."""
        if self.area is None or not self.area.names:
            return ""
        names = str(_(", ").join(self.area.names))
        return str(_("near %(place)s", place=names)) if self.area.is_near else names

    @property
    def note(self) -> str:
        """What else is to be known; a published post's only says its name, which is where the shift is already."""
        note = str(self.row["note"] or "")
        return "" if self.area is not None and self.area.is_near and self.area.names == (note,) else note

    @property
    def missing(self) -> int:
        """How many places nobody has."""
        return int(self.row["places_wanted"] - self.row["places_filled"])

    @property
    def map_address(self) -> str:
        """Where on the map it is."""
        area = self.area
        return f"/#map=17/{area.lat}/{area.lng}&place={area.lat},{area.lng}" if area else "/"


def told(session: Session, rows: Sequence[Mapping[str, Any]], at: datetime) -> list[Told]:
    """Shifts in their order, as pages tell them."""
    roles, areas = vocabulary(session).roles, areas_of(session, rows, at)
    return [Told(row, roles.get(row["role"], Text(row["role"], row["role"])), areas.get(row["id"])) for row in rows]


def hours(half_hours: int) -> str:
    """Half-hours as hours: "3.5 h"."""
    return str(_("%(hours)s h", hours=format_decimal(half_hours / 2)))


def staffing(shift: Told, at: datetime) -> tuple[str, str]:
    """Whether enough people come: a word for the look of it ("gap", "few", "full", "off"), and the words for it."""
    if shift.row["state"] == "cancelled":
        return "off", str(_("Called off"))
    if shift.missing <= 0:
        return "full", str(_("Enough people"))
    if is_over(shift.row, at):
        return "off", str(ngettext("%(num)s was missing", "%(num)s were missing", shift.missing))
    if shift.row["places_filled"] == 0:
        return "gap", str(_("Nobody yet"))
    return "few", str(ngettext("%(num)s is missing", "%(num)s are missing", shift.missing))


def old_code() -> str:
    """What is said to a number at the post that is not the present one."""
    return str(_("This number is not valid any more: it changes every minute. Use the one that is shown now."))
