"""A notice as an alert of the Common Alerting Protocol 1.2 (OASIS standard, 1 July 2010), one `info` a language.

Elements stand in the order of the standard's schema. Times carry a numeric offset: the standard knows no "Z", and
writes UTC as -00:00. Polygons are "lat,lng" pairs, closed; CAP knows no holes, so an area with one is told whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import shapely

from geo.shapes import from_geojson
from layers.notices.record import Notice
from layers.notices.rules import CERTAINTIES, KINDS, SEVERITIES, URGENCIES

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
MESSAGE = {"alert": "Alert", "update": "Update", "cancel": "Cancel"}
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}

#: Decimals of a degree: about a metre. More is noise on a wall map, and makes a message longer than SMS gateways like.
DECIMALS = 5


def alert(notice: Notice, zone: ZoneInfo, web: str) -> bytes:
    """The alert as XML. zone: in which its times are written. web: the page where people read it."""
    root = ET.Element("alert", xmlns=NAMESPACE)
    _say(root, "identifier", notice.identifier)
    _say(root, "sender", notice.sender)
    _say(root, "sent", moment(notice.sent_at, zone))
    _say(root, "status", "Exercise" if notice.is_exercise else "Actual")
    _say(root, "msgType", MESSAGE[notice.message])
    _say(root, "scope", "Public")
    if notice.earlier:
        _say(root, "references", " ".join(_reference(one, zone) for one in notice.earlier))
    for language in ("en", "zh"):
        if getattr(notice, f"title_{language}"):
            _info(root, notice, language, zone, web)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment as CAP writes it: whole seconds and the offset of the zone, -00:00 for UTC."""
    local = at.astimezone(zone).replace(microsecond=0)
    return f"{local:%Y-%m-%dT%H:%M:%S}-00:00" if not local.utcoffset() else local.isoformat()


def _info(root: ET.Element, notice: Notice, language: str, zone: ZoneInfo, web: str) -> None:
    info = ET.SubElement(root, "info")
    _say(info, "language", LANGUAGES[language])
    kind = KINDS[notice.kind]
    _say(info, "category", kind.cap)
    _say(info, "event", kind.words.in_language(language))
    _say(info, "urgency", "Past" if notice.message == "cancel" else URGENCIES[notice.urgency].cap)
    _say(info, "severity", SEVERITIES[notice.severity].cap)
    _say(info, "certainty", CERTAINTIES[notice.certainty].cap)
    _say(info, "effective", moment(notice.sent_at, zone))
    _say(info, "onset", moment(notice.starts_at, zone))
    _say(info, "expires", moment(notice.ends_at, zone))
    _say(info, "headline", getattr(notice, f"title_{language}"))
    if words := getattr(notice, f"words_{language}"):
        _say(info, "description", words)
    _say(info, "web", web)
    area = ET.SubElement(info, "area")
    _say(area, "areaDesc", notice.area_name)
    for polygon in polygons(notice):
        _say(area, "polygon", polygon)


def polygons(notice: Notice) -> Iterator[str]:
    """The rings around a notice's area, each as closed pairs of latitude and longitude."""
    for part in shapely.get_parts(from_geojson(notice.outline)):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(part)).round(DECIMALS)
        yield " ".join(f"{lat:.{DECIMALS}f},{lng:.{DECIMALS}f}" for lng, lat in ring.tolist())


def _reference(earlier: list[str], zone: ZoneInfo) -> str:
    sender, identifier, sent = earlier
    return f"{sender},{identifier},{moment(datetime.fromisoformat(sent).astimezone(UTC), zone)}"


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
