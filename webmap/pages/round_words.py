"""What a round says: how long a claim still lasts, what was done, and why something was left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import format_time
from flask_babel import gettext as _


def time_left(until: datetime, now: datetime) -> str:
    """How long it is until a moment, in whole minutes: "1 h 20 min", "under a minute"."""
    minutes = int((until - now).total_seconds() // 60)
    if minutes < 1:
        return _("under a minute")
    if minutes < 60:
        return _("%(minutes)d min", minutes=minutes)
    return _("%(hours)d h %(minutes)d min", hours=minutes // 60, minutes=minutes % 60)


def waited(since: datetime, now: datetime) -> str:
    """How long somebody has waited, coarsely: minutes, hours, then days."""
    hours = int((now - since).total_seconds() // 3600)
    if hours < 1:
        return time_left(now, since)
    if hours < 48:
        return _("%(hours)d h", hours=hours)
    return _("%(days)d days", days=hours // 24)


def done_words(step: str, count: int) -> str:
    """What was done to so many requests; nothing for a step nobody knows."""
    said = {
        "take": _("Yours now: %(count)d.", count=count),
        "extend": _("More time given: %(count)d.", count=count),
        "hand_on": _("Somebody else goes now: %(count)d.", count=count),
        "hand_over": _("Handed over: %(count)d.", count=count),
        "hand_back": _("Handed back, waiting for everyone again: %(count)d.", count=count),
        "met": _("Help was given: %(count)d. Each resident is asked whether it came.", count=count),
        "met_in_part": _("Noted what was given: %(count)d. The rest stays yours.", count=count),
    }
    return str(said.get(step, ""))


def left_words(row: Mapping[str, Any] | None, why: str, now: datetime) -> str:
    """Why a request was left as it is, and who has it."""
    if row is None:
        return str(_("A request is not there any more."))
    reference = row["reference"]
    if why == "taken" and row["taken_by"]:
        who = _("%(name)s (%(organization)s)", name=row["taken_by"], organization=row["organization"])
    else:
        who = row["organization"] or ""
    if why == "taken" and row["claim_until"]:
        return str(
            _(
                "%(reference)s is taken: %(who)s has it until %(time)s.",
                reference=reference,
                who=who,
                time=format_time(row["claim_until"], "HH:mm"),
            )
        )
    if why == "taken":
        return str(_("%(reference)s is taken: %(who)s has it.", reference=reference, who=who))
    if why == "yours":
        return str(_("%(reference)s is yours, and nothing changed.", reference=reference))
    return str(
        _(
            "%(reference)s does not wait and is not yours: it was moved on, or the time of your claim ended.",
            reference=reference,
        )
    )
