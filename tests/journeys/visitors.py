"""Somebody with a browser: opens pages, and remembers what the browser asked for and complained of."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

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
