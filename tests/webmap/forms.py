"""A form as a browser reads it from a page: what it would send, and what stands beside each field."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from werkzeug.test import TestResponse


def page(answer: TestResponse) -> str:
    """The text of an answer."""
    return answer.get_data(as_text=True)


def hidden(text: str, name: str) -> str:
    """The value of a field that the page itself filled in."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, text
    return found[1]


class Form(HTMLParser):
    """`fields`: name → what a browser would send as the page stands; `said`: id of an element → its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.said: dict[str, str] = {}
        self.tags: list[str] = []
        self._area, self._choice, self._open = "", "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        self.tags.append(tag)
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.fields[name] = value
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice and "selected" in given:
            self.fields[self._choice] = value
        if tag in ("p", "div", "h1"):
            self._open = given.get("id") or tag
            self.said.setdefault(self._open, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self._area] = self.fields[self._area].removeprefix("\n")
            self._area = ""
        elif tag == "select":
            self._choice = ""
        elif tag in ("p", "div", "h1"):
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data
        elif self._open:
            self.said[self._open] += data
