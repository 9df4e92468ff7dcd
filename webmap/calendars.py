"""Shifts as a calendar that telephones subscribe to (iCalendar, RFC 5545). Nothing of residents, nobody's name."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vText

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

#: How often a calendar is to look again. Sooner is more to answer; a place that was moved up to is known later.
LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One shift in a calendar. sequence: grows with each change; changed_at: when the last one was."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    status: Status


def uid_of(key: bytes, shift_id: int) -> str:
    """What a calendar knows a shift by, always the same; `key` is the store's own, so that no two stores share one."""
    return hmac.new(key, f"calendar\x1f{shift_id}".encode(), hashlib.sha256).hexdigest()[:32] + "@linli"


def as_calendar(name: str, entries: Sequence[Entry], zone: ZoneInfo) -> bytes:
    """The calendar, its moments in the zone of the service, with that zone's rules."""
    made = Calendar()
    made.add("prodid", "-//Linli//Shifts//EN")
    made.add("version", "2.0")
    made.add("name", vText(_plain(name)))
    made.add("x-wr-calname", vText(_plain(name)))
    made.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for entry in entries:
        made.add_component(_event(entry, zone))
    if entries:
        made.add_missing_timezones(min(entry.starts_at for entry in entries).date())
    return made.to_ical()


def _event(entry: Entry, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", _plain(entry.summary))
    event.add("status", entry.status)
    if entry.location:
        event.add("location", _plain(entry.location))
    if entry.description:
        event.add("description", _plain(entry.description))
    return event


def _plain(text: str) -> str:
    """Text without the characters of control that a calendar must not hold (RFC 5545, 3.1), or that end a line for
    some programs; a new line of the text is one.
    """
    return "".join(c for c in "\n".join(text.splitlines()) if c in "\n\t" or unicodedata.category(c) != "Cc")
