"""Where a request stands, in the words of the person who made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from layers.needs.rules import CLOSED_FROM_OPEN, LAPSED, OPEN, acknowledge_by, meet_by, overdue
from layers.text import Text
from layers.vocabulary.queries import Times

#: The way of a request that is helped, with the column that says since when.
WAY = (
    ("reported", "reported_at"),
    ("acknowledged", "acknowledged_at"),
    ("assigned", "assigned_at"),
    ("met", "met_at"),
    ("confirmed", "confirmed_at"),
)

#: Why a request was not met: what is kept, and how it is asked. A fixed list, because the reason goes into the journal
#: and words of one's own would carry names and addresses there, where no purge reaches them.
NOT_MET: Mapping[str, Text] = {
    "nothing_came": Text("Nothing came", "什么都没有送到"),
    "only_part_came": Text("Only part of it came", "只送到了一部分"),
    "not_what_was_needed": Text("It was not what is needed", "送来的不是所需的"),
    "came_to_somebody_else": Text("It went to somebody else", "送到了别人那里"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the way: its words, since when, and whether it is `done`, `now` or `ahead`."""

    title: str
    at: datetime | None
    place: str


def course(need: Mapping[str, Any]) -> list[Step]:
    """The way so far, where the request is now, and what lies ahead; nothing is ahead of a closed request."""
    state = need["state"]
    closed = state in CLOSED_FROM_OPEN
    names = [name for name, _column in WAY]
    here = names.index((need["state_before"] or "reported") if closed else state)
    steps = []
    for number, (name, column) in enumerate(WAY):
        if number <= here:
            place = "now" if number == here and not closed else "done"
            steps.append(Step(_title(name, need), need[column], place))
        elif not closed:
            steps.append(Step(_title(name, {}), None, "ahead"))
    if closed:
        steps.append(Step(headline(need), need["changed_at"], "now"))
    return steps


def _title(name: str, need: Mapping[str, Any]) -> str:
    organization, person = need.get("organization"), need.get("taken_by")
    if name == "assigned" and organization and person:
        return _("Taken by %(organization)s: %(person)s", organization=organization, person=person)
    if name == "assigned" and organization:
        return _("Taken by %(organization)s", organization=organization)
    return {
        "reported": _("Received"),
        "acknowledged": _("Checked"),
        "assigned": _("Taken by an organization"),
        "met": _("Delivered"),
        "confirmed": _("You confirmed"),
    }[name]


def headline(need: Mapping[str, Any]) -> str:
    """The state in a few words."""
    closed = {
        "duplicate": _("Closed: we already have this request"),
        "declined": _("Closed without help"),
        "withdrawn": _("Withdrawn"),
    }
    return closed.get(need["state"]) or _title(need["state"], need)


def said(need: Mapping[str, Any]) -> Text | None:
    """What the person answered when the help did not come, while the request is back with the organization."""
    return NOT_MET.get(need["reason"] or "") if need["state"] == "assigned" else None


@dataclass(frozen=True, slots=True)
class Promise:
    """What is to have happened by a moment, and whether that moment has passed without it."""

    title: str
    by: datetime
    is_late: bool


def promises(need: Mapping[str, Any], times: Times | None, at: datetime) -> list[Promise]:
    """By when what comes next is to come, soonest first; nothing once the resident has the word, or nobody has."""
    if times is None or need["state"] not in OPEN:
        return []
    late = overdue(need, times, at)
    found = [Promise(_("Help is to come by"), meet_by(need, times), late == "meet")]
    if need["state"] == "reported":
        checked_by = acknowledge_by(need, times)
        found.append(Promise(_("To be checked by"), checked_by, at > checked_by))
    if need["state"] == "assigned" and need["claim_until"]:
        found.append(Promise(_("They have taken it until"), need["claim_until"], False))
    return sorted(found, key=lambda one: one.by)


def sender_words(message: Mapping[str, Any]) -> str:
    """Who speaks in a message."""
    if message["sender"] == "resident":
        return _("You")
    other = _("The community") if message["sender"] == "official" else _("The organization")
    return message["signed"] or other


def kind_words(message: Mapping[str, Any]) -> str:
    """What a message is, where that is not plain."""
    return {"given": _("What was brought"), "reason": _("Why it was changed")}.get(message["kind"], "")


def what_next(need: Mapping[str, Any]) -> str:
    """What the person can expect now."""
    if need["state"] == "acknowledged" and need["reason"] == LAPSED:
        return _("Whoever had taken it did not come in time. Every organization can take it again.")
    return {
        "reported": _("Next, staff check the request and look for an organization that can help."),
        "acknowledged": _("Next, an organization takes the request. Its name will be shown here."),
        "assigned": _("Next, the organization helps you. Then you say here whether it did."),
        "met": _("The organization says this is done. Is it? Your answer decides."),
        "confirmed": _("Nothing more is to be done. If you need something else, send a new request."),
        "duplicate": _("The other request goes on, and this need is counted with it. You need not do anything."),
        "declined": _("If you still need help, send a new request or call the number of your community office."),
        "withdrawn": _("If you need help after all, send a new request."),
    }[need["state"]]
