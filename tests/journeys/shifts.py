"""How the pages of a shift are come by in a browser: a coordinator has one, volunteers take places by its link."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import Page

#: Puts a shift that is on duty now, as a program of the organization would; its number.
PUT = """async ([organization, wanted]) => {
  const at = (hours) => new Date(Date.now() + hours * 3600e3).toISOString();
  const ring = [[120.12, 30.28], [120.122, 30.28], [120.122, 30.282], [120.12, 30.282], [120.12, 30.28]];
  const answer = await fetch("/api/v1/volunteer_shifts", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      type: "Feature",
      geometry: { type: "Polygon", coordinates: [ring] },
      properties: {
        organization, role: "gate", starts_at: at(-0.5), ends_at: at(3), places_wanted: wanted,
      },
    }),
  });
  return (await answer.json()).id;
}"""


def put_shift(page: Page, wanted: int) -> int:
    """A shift of the organization of the coordinator who is signed in, with places nobody has; its number."""
    page.goto(f"{origin(page)}/shifts")
    organization = page.locator(".shifts-of").inner_text()
    return int(page.evaluate(PUT, [organization, wanted]))


def origin(page: Page) -> str:
    """Where the service is."""
    return str(page.evaluate("location.origin"))


def open_shift(page: Page) -> None:
    """Opens the page of a new shift and makes its link."""
    number = put_shift(page, 2)
    page.goto(f"{origin(page)}/shifts/{number}")
    page.locator("#contact").fill("139 0000 0000")
    page.locator("button[value=link]").click()


def open_link(page: Page) -> None:
    """Opens the form of the link that the page of a shift shows."""
    page.goto(str(page.locator("a.link[href*='/shifts/link/']").get_attribute("href")))


def open_mine(page: Page) -> None:
    """On the form of a link: the own page of somebody who takes a place and makes the link to hand it on."""
    page.locator("#name").fill("小李")
    page.locator("#contact").fill("138 0000 0000")
    page.locator("main button[type=submit]").click()
    page.get_by_text("Somebody else comes").or_(page.get_by_text("由别人接替我")).click()
    page.locator("button[value=offer]").click()


def open_offer(page: Page) -> None:
    """Opens the form of a place that is handed on, from the own page of who does."""
    page.goto(str(page.locator("a[href*='/shifts/offer/']").get_attribute("href")))


def open_post(page: Page) -> None:
    """Opens the page that the phone at the post of a new shift shows."""
    open_shift(page)
    page.locator("a[href$='/post']").click()


def open_here(page: Page) -> None:
    """Opens what a scan of the page at the post opens."""
    digits = page.locator(".shift-digits").inner_text().replace(" ", "")
    page.goto(page.url.replace("/post", "").replace("/shifts/", "/shifts/here/") + f"?code={digits}")


#: In this order: most go on from where the one before stands.
WAYS: Mapping[str, Callable[[Page], None]] = {
    "shift": open_shift,
    "link": open_link,
    "mine": open_mine,
    "offer": open_offer,
    "post": open_post,
    "here": open_here,
}
