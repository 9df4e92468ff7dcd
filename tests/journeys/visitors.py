"""Somebody with a browser: opens pages, and remembers what the browser asked for and complained of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from data.demo.neighbourhood import DEMO_PASSWORD

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

PHONE, DESKTOP = (390, 844), (1440, 900)
SCREENS = pytest.mark.parametrize(
    ("size", "language"),
    [(PHONE, "zh"), (PHONE, "en"), (DESKTOP, "zh"), (DESKTOP, "en")],
    ids=["phone-zh", "phone-en", "desktop-zh", "desktop-en"],
)

#: Accounts that are not the demo's, with its password: they are asked for a second factor. One for each language.
OFFICIALS = {"en": "official-en@linli.example.org", "zh": "official-zh@linli.example.org"}

LOCALES = {"en": "en-GB", "zh": "zh-CN"}


class Visitor:
    """One person with one page. `outside`: addresses asked elsewhere; `complaints`: what the console found wrong."""

    def __init__(
        self,
        browser: Browser,
        linli: str,
        size: tuple[int, int],
        language: str,
        may_complain: bool = False,
        **more: Any,
    ) -> None:
        self.linli = linli
        self.outside: list[str] = []
        self.complaints: list[str] = []
        self.answers: list[tuple[str, int]] = []
        self._may_complain = may_complain
        self._context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            has_touch=size[0] < 600,
            **more,
        )
        self.page: Page = self._context.new_page()
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        """Opens a page of Linli."""
        self.page.goto(self.linli + path)

    def sign_in(self, email: str) -> None:
        """Signs in on the sign-in page, which is open, with an account of the demo."""
        self.page.locator("#email").fill(email)
        self.page.locator("#password").fill(DEMO_PASSWORD)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda address: not address.partition("?")[0].endswith("/sign-in"))

    def close(self) -> None:
        """Leaves."""
        self._context.close()

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and f"{address.scheme}://{address.netloc}" != self.linli:
            self.outside.append(request.url)

    def _answered(self, response: Response) -> None:
        self.answers.append((response.url, response.status))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not self._may_complain:
            self.complaints.append(message.text)


def fits(page: Page) -> bool:
    """Whether nothing has to be pushed sideways to be read."""
    page.wait_for_load_state()  # words can be there before the styles are
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width <= 0


def violations(page: Page, rules: list[str] | None = None, but: Sequence[str] = ()) -> list[str]:
    """What axe finds wrong, a line each; by some rules alone, or by all of WCAG 2.2 AA but for some.

    Before it looks, axe would fetch every style sheet again for a rule it calls experimental and leaves out; film and
    sound is all that the others need.
    """
    page.wait_for_load_state()  # words can be there before the styles are
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {
        "runOnly": {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES},
        "rules": {rule: {"enabled": False} for rule in but},
        "preload": {"assets": ["media"]},
        "resultTypes": ["violations"],
    }
    found: list[str] = page.evaluate(
        "async (options) => (await axe.run(options)).violations.map((one) => `${one.id}: ${one.nodes[0].html}`)",
        options,
    )
    return found
