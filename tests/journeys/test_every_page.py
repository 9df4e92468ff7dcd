"""Every page there is shuts out nobody: in both languages, both type sizes, by day and by night, on a phone and a desk.

The pages are read from the application's own routes: a new one fails here until it is on the walk.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.shifts import WAYS
from tests.journeys.visitors import DESKTOP, OFFICIALS, PHONE, Visitor, fits, violations
from webmap import create_app
from webmap.settings import Settings

#: Pages everybody sees, by route: an address to open. `sent` makes a request and opens its private link.
PUBLIC: Mapping[str, str] = {
    "/": "/",
    "/report": "/report",
    "/needs/<token>": "sent",
    "/report/thanks": "/report/thanks",
    "/waiting": "/waiting",
    "/accountability": "/accountability",
    "/rules": "/rules?compound=听松家园",
    "/gates/phone": "/gates/phone",
    "/notices": "/notices",
    "/sign-in": "/sign-in",
    "/posters/<int(max=9223372036854775807):compound_id>": "/posters/1",
    "/drops/near/<int(max=9223372036854775807):compound_id>": "/drops/near/1",
    "/problems/<name>": "/problems/bad-input",
}

#: Pages staff see. The map is another one for them. `kept` keeps a plan, of which the next two are; `linked` makes a
#: link for a helper, `helped` opens it.
STAFF: Mapping[str, str] = {
    "/account": "/account",
    "/account/staff": "/account/staff",
    "/account/staff/invite": "/account/staff/invite",
    "/account/staff/<int(max=9223372036854775807):account_id>": "/account/staff/2",
    "/dashboard": "/dashboard",
    "/dashboard/list": "/dashboard/list?overdue=1",
    "/dashboard/moment": "/dashboard/moment",
    "/dashboard/compare": "/dashboard/compare",
    "/dashboard/since": "/dashboard/since",
    "/history/<layer_name>/<int(max=9223372036854775807):feature_id>": "/history/needs/1",
    "/posters": "/posters?q=园",
    "/posters/print": "/posters",
    "/plan": "/plan?volunteers=6",
    "/plan/<int(max=9223372036854775807):plan_id>": "kept",
    "/plan/<int(max=9223372036854775807):plan_id>/edit": "edited",
    "/plan/<int(max=9223372036854775807):plan_id>/sheet": "printed",
    "/zones": "/zones",
    "/gates": "/gates",
    "/gates/new": "/gates/new",
    "/gates/days": "/gates/days",
    "/gates/<int(max=9223372036854775807):gate_id>": "/gates/1",
    "/gates/<int(max=9223372036854775807):gate_id>/counts": "/gates/1/counts",
    "/gates/<int(max=9223372036854775807):gate_id>/edit": "/gates/1/edit",
    "/gates/<int(max=9223372036854775807):gate_id>/links": "linked",
    "/gate/<token>": "helped",
    "/zones/new": "/zones/new",
    "/zones/<int(max=9223372036854775807):zone_id>/change": "/zones/9/change",
    "/drops": "/drops",
    "/drops/new": "/drops/new",
    "/drops/<int(max=9223372036854775807):drop_id>": "/drops/1",
    "/drops/<int(max=9223372036854775807):drop_id>/serve": "/drops/1/serve",
    "/drops/<int(max=9223372036854775807):drop_id>/sheet": "/drops/1/sheet",
    "/notices/new": "/notices/new",
}

#: Pages of an organization's people, and of who comes to its shifts: `tests.journeys.shifts` says how they are come by,
#: in this order.
ORGANIZATION: Mapping[str, str] = {
    "/round": "/round",
    "/round/waiting": "/round/waiting",
    "/shifts": "/shifts",
    "/shifts/<int(max=9223372036854775807):shift_id>": "shift",
    "/shifts/link/<token>": "link",
    "/shifts/mine/<token>": "mine",
    "/shifts/offer/<token>": "offer",
    "/shifts/<int(max=9223372036854775807):shift_id>/post": "post",
    "/shifts/here/<int(max=9223372036854775807):shift_id>": "here",
}

#: Pages on the way to an account, which `joining` goes.
JOINING = ("/invitation/<token>", "/sign-in/set-up", "/sign-in/code")

#: Routes that answer no page for reading: files, data, and what only leads on.
NO_PAGES = ("/api/", "/static/", "/healthz", "/metrics", "/openapi", "/favicon.ico", "/basemap", "/worker.js",
            "/manifest.webmanifest", "/report/compounds.json", "/shifts/calendar/", "/sitrep", "/dashboard/figures",
            "/notices.atom", "/notices/<int(max=9223372036854775807):notice_id>.cap.xml")  # fmt: skip

#: Text smaller, or lines closer, than large type promises; what readers alone hear is not measured.
TOO_SMALL = """() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest('.for-readers-only, script, style, noscript, option, svg, .poster')) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const name = `${element.tagName}.${element.className}: ${walker.currentNode.data.trim().slice(0, 30)}`;
    if (size < 17.99) found.add(`${size}px ${name}`);
    if (parseFloat(style.lineHeight) / size < 1.299) found.add(`lines ${style.lineHeight} ${name}`);
  }
  return [...found];
}"""

#: What is pressed and is not 60 px in both directions; links inside of running text are left out, as WCAG does.
TOO_LITTLE = """() => {
  const found = [];
  const pressed = 'a[href], button, summary, input:not([type=hidden]), select, textarea';
  for (const element of document.querySelectorAll(pressed)) {
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest('.for-readers-only, .poster, noscript, .leaflet-control-attribution')) continue;
    if (element.matches('.skip, .first-submit') || getComputedStyle(element).display === 'inline') continue;
    const target = element.matches('[type=radio], [type=checkbox]') ? element.closest('label') : element;
    const box = target.getBoundingClientRect();
    if (box.height < 59.5 || box.width < 59.5) {
      found.push(`${Math.round(box.width)}x${Math.round(box.height)} ${element.outerHTML.slice(0, 90)}`);
    }
  }
  return found;
}"""


#: By which rules axe looks: all of WCAG 2.2 AA, those of colour or all others, or none beside the rulers.
COLOUR = ["color-contrast"]
ALL, COLOURS, WORDS, NONE = "all", "colours", "words", "none"

#: Screen, day or night, type size, rules. Names and roles are the same in another size of type, colours in another
#: language; what is as long as its words is measured in both.
LOOKS = {
    "en": (
        (PHONE, "light", "plain", ALL), (PHONE, "dark", "plain", COLOURS), (PHONE, "light", "large", NONE),
        (DESKTOP, "light", "large", NONE), (DESKTOP, "light", "plain", ALL), (DESKTOP, "dark", "plain", COLOURS),
    ),
    "zh": ((PHONE, "light", "plain", WORDS), (PHONE, "light", "large", NONE), (DESKTOP, "light", "plain", NONE)),
}  # fmt: skip


def test_every_page_is_on_the_walk(tmp_path: Path) -> None:
    app = create_app(
        Settings(database_url=f"sqlite:///{tmp_path / 'never.sqlite'}", secret_key="a" * 9 + "bcdefgh" * 5)
    )
    routes = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(NO_PAGES)
    }

    assert routes - {*PUBLIC, *STAFF, *ORGANIZATION, *JOINING} == set()
    assert {*PUBLIC, *STAFF, *ORGANIZATION, *JOINING} - routes == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_shuts_anybody_out(visit: Visit, language: str) -> None:
    visitor = visit("/sign-in", PHONE, language, reduced_motion="reduce")
    faults = walked(visitor, PUBLIC)
    visitor.open("/sign-in")
    visitor.sign_in("administrator@example.org")
    visitor.page.wait_for_url(visitor.linli + "/dashboard")
    faults |= walked(visitor, {"/": "/", **STAFF})
    faults |= joining(visitor, language)
    visitor.page.context.clear_cookies()
    visitor.open("/sign-in")
    visitor.sign_in("coordinator@example.org")
    faults |= walked(visitor, ORGANIZATION)

    assert faults == {}


def joining(visitor: Visitor, language: str) -> dict[str, list[str]]:
    """What is wrong with the pages on the way to an account: an administrator invites, an official signs in twice."""
    page, faults = visitor.page, {}
    visitor.open("/account/staff/invite")
    page.locator("#email").fill(f"volunteer-{language}@linli.example.org")
    page.locator("#role").select_option("volunteer")
    page.locator("button[value=invite]").click()
    link = page.locator("code.link").inner_text()
    faults["invited"] = faults_of(page)
    page.goto(link)
    faults["/invitation/<token>"] = faults_of(page)
    sign_out(visitor)
    visitor.sign_in(OFFICIALS[language])
    faults["/sign-in/set-up"] = faults_of(page)
    page.locator("#code").fill(TOTP(key=page.locator(".letters").inner_text(), format="base32").generate().token)
    page.locator("main button[type=submit]").click()
    faults["recovery codes"] = faults_of(page)
    sign_out(visitor)
    visitor.sign_in(OFFICIALS[language])
    faults["/sign-in/code"] = faults_of(page)
    return {name: found for name, found in faults.items() if found}


def sign_out(visitor: Visitor) -> None:
    """Signs out, and opens the sign-in page."""
    visitor.page.locator("form[action='/sign-out'] button").click()
    visitor.open("/sign-in")


def walked(visitor: Visitor, pages: Mapping[str, str]) -> dict[str, list[str]]:
    """What is wrong with each page, by its route; pages without fault are left out."""
    found = {}
    for route, address in pages.items():
        open_page(visitor, address)
        found[route] = faults_of(visitor.page)
    return {route: faults for route, faults in found.items() if faults}


def open_page(visitor: Visitor, address: str) -> None:
    """Opens a page and waits until it says what it has to say."""
    page = visitor.page
    if address == "sent":
        visitor.open("/report?lat=30.3&lng=120.1")
        page.locator("input[value=food]").check()
        page.locator("input[value=ordinary]").check()
        page.locator("#send").click()
        expect(page.locator(".reference").first).to_be_visible()
    elif address == "kept":
        visitor.open("/plan?volunteers=6&floor=10&backup=1")
        page.locator("#keep").click()
        expect(page.locator("#publish")).to_be_attached()
    elif address in ("edited", "printed"):
        visitor.open("/plan/1/edit" if address == "edited" else "/plan/1/sheet")
    elif address in WAYS:
        WAYS[address](page)
    elif address == "linked":
        visitor.open("/gates/6/links")
        page.get_by_role("main").locator("form button").first.click()
        expect(page.locator("#link")).to_be_visible()
    elif address == "helped":
        page.goto(page.locator("#link").input_value())
    else:
        visitor.open(address)
    if page.locator("#legend").count():
        expect(page.locator("[data-classes] li").first).to_be_attached()
    if page.locator("#list").count():
        expect(page.locator("#list li").first).to_be_attached()


def faults_of(page: Page) -> list[str]:
    """What axe finds wrong, on a phone and on a desk, by day and by night; and what a ruler does, in large type."""
    found = []
    for size, scheme, kind, rules in LOOKS[page.evaluate("document.documentElement.lang.slice(0, 2)")]:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate("(kind) => { document.documentElement.dataset.type = kind }", kind)
        faults = []
        if rules != NONE:
            faults = violations(page, COLOUR if rules == COLOURS else None, but=COLOUR if rules == WORDS else ())
        if not fits(page):
            faults.append("wider than the screen")
        if kind == "large":
            faults += page.evaluate(TOO_SMALL) + page.evaluate(TOO_LITTLE)
        found += [f"{size[0]} px, {scheme}, {kind}: {fault}" for fault in faults]
    return found
