"""The feed of notices: Atom (RFC 4287), each entry with its area (GeoRSS) and a link to its CAP message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from layers.notices.record import Notice
from webmap.alerts.cap import LANGUAGES, MEDIA_TYPE, MESSAGE, moment, polygons

ATOM = "http://www.w3.org/2005/Atom"
GEORSS = "http://www.georss.org/georss"


@dataclass(frozen=True, slots=True)
class Linked:
    """A message with where it is read by people and by programs."""

    notice: Notice
    page: str
    cap: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the feed calls itself, in its language (en or zh), and the words for a message that calls another off."""

    language: str
    title: str
    called_off: str


def feed(messages: Sequence[Linked], words: Words, address: str, page: str, now: datetime, zone: ZoneInfo) -> bytes:
    """The feed as XML, of messages newest first. address: its own; page: the list for people."""
    root = ET.Element("feed", {"xmlns": ATOM, "xmlns:georss": GEORSS, "xml:lang": LANGUAGES[words.language]})
    _say(root, "id", address)
    _say(root, "title", words.title)
    _say(root, "updated", moment(messages[0].notice.sent_at if messages else now, zone))
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=address)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=page)
    _say(ET.SubElement(root, "author"), "name", "Linli")
    for one in messages:
        _entry(root, one, words, zone)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(root: ET.Element, one: Linked, words: Words, zone: ZoneInfo) -> None:
    notice, entry = one.notice, ET.SubElement(root, "entry")
    other = "zh" if words.language == "en" else "en"
    spoken = words.language if getattr(notice, f"title_{words.language}") else other
    title = getattr(notice, f"title_{spoken}")
    _say(entry, "id", one.cap)
    _say(entry, "title", f"{words.called_off}{title}" if notice.message == "cancel" else title)
    _say(entry, "updated", moment(notice.sent_at, zone))
    ET.SubElement(entry, "link", rel="alternate", type=MEDIA_TYPE, href=one.cap)
    ET.SubElement(entry, "link", rel="related", type="text/html", href=one.page)
    ET.SubElement(entry, "category", term=MESSAGE[notice.message])
    _say(entry, "summary", getattr(notice, f"words_{spoken}"))
    for polygon in polygons(notice):
        _say(entry, "georss:polygon", polygon.replace(",", " "))


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
