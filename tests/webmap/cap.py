"""What the standard asks of a CAP 1.2 alert (OASIS, 1 July 2010), written out from its data dictionary.

The schema itself is not ours to pass on; its order of elements, its words and its patterns are facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

NAMESPACE = "{urn:oasis:names:tc:emergency:cap:1.2}"

#: Children in their order; "!" must be there, "*" may come again.
ALERT = ("identifier!", "sender!", "sent!", "status!", "msgType!", "source", "scope!", "restriction", "addresses",
         "code*", "note", "references", "incidents", "info*")  # fmt: skip
INFO = ("language", "category!*", "event!", "responseType*", "urgency!", "severity!", "certainty!", "audience",
        "eventCode*", "effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web",
        "contact", "parameter*", "resource*", "area*")  # fmt: skip
AREA = ("areaDesc!", "polygon*", "circle*", "geocode*", "altitude", "ceiling")
CHILDREN = {"alert": ALERT, "info": INFO, "area": AREA}

WORDS = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE",
                 "Other"},
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}  # fmt: skip
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
NAME = r"[^\s,<&]+"
PAIR = r"-?\d+(\.\d+)?,-?\d+(\.\d+)?"
PATTERNS = {
    **dict.fromkeys(("sent", "effective", "onset", "expires"), TIME),
    **dict.fromkeys(("identifier", "sender"), NAME),
    "references": rf"{NAME},{NAME},{TIME}( {NAME},{NAME},{TIME})*",
    "language": r"[a-z]{2}-[A-Z]{2}",
    "polygon": rf"{PAIR}( {PAIR}){{3,}}",
}


def faults(text: bytes) -> list[str]:
    """What is wrong with an alert; nothing for one that is valid."""
    root = ET.fromstring(text)  # noqa: S314 - our own message
    if root.tag != f"{NAMESPACE}alert":
        return [f"the root is {root.tag}"]
    return list(_faults(root, "alert"))


def _faults(element: ET.Element, name: str) -> Iterator[str]:
    told = [child.tag.removeprefix(NAMESPACE) for child in element]
    order = [one.rstrip("!*") for one in CHILDREN[name]]
    yield from (f"{name} has {one}" for one in told if one not in order)
    if sorted(told, key=order.index) != told:
        yield f"{name}: {told} are not in order"
    for rule in CHILDREN[name]:
        count = told.count(rule.rstrip("!*"))
        if "!" in rule and not count:
            yield f"{name} has no {rule}"
        if "*" not in rule and count > 1:
            yield f"{name} has {count} {rule}"
    for child, tag in zip(element, told, strict=True):
        if tag in CHILDREN:
            yield from _faults(child, tag)
        elif not child.text:
            yield f"{tag} says nothing"
        elif tag in WORDS and child.text not in WORDS[tag]:
            yield f"{tag} is {child.text}"
        elif tag in PATTERNS and not re.fullmatch(PATTERNS[tag], child.text):
            yield f"{tag} is {child.text!r}"
        elif tag == "polygon" and child.text.split()[0] != child.text.split()[-1]:
            yield "a polygon is not closed"


def said(text: bytes, name: str) -> list[str]:
    """What the elements of a name say, in their order."""
    root = ET.fromstring(text)  # noqa: S314 - as above
    return [one.text or "" for one in root.iter(f"{NAMESPACE}{name}")]
