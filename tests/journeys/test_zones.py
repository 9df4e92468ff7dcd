"""Closing a compound takes two officials, each in a browser of their own: one on a phone in Chinese, one at a desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE, fits, violations

NAME = "七号楼周边"


def zone(page: Page) -> Locator:
    """The zone on the list."""
    return page.locator(".zone", has=page.locator("h3", has_text=NAME))


def outlines(page: Page) -> Locator:
    """The shapes on the map that are part of the outline."""
    accent = page.evaluate("() => getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()")
    return page.locator(f'#map path[stroke="{accent}"]')


def draw(page: Page) -> None:
    """Draws a square in the middle of the map, which is to be seen from then on."""
    page.locator(".leaflet-pm-icon-polygon").click()
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for east, south in ((-60, -60), (60, -60), (60, 60), (-60, 60), (-60, -60)):
        page.mouse.click(middle[0] + east, middle[1] + south)
        page.evaluate("() => new Promise((drawn) => requestAnimationFrame(drawn))")
    expect(page.locator("[name=drawn]")).to_have_value(re.compile("MultiPolygon"))
    expect(outlines(page)).to_have_count(1)


def test_one_official_proposes_a_zone_and_a_second_puts_it_into_force(visit: Visit) -> None:
    first = visit("/sign-in?next=/zones", PHONE, "zh")
    first.sign_in("district-official@example.org")
    phone = first.page
    phone.get_by_role("link", name="提出管控区域").click()
    phone.locator("#name").fill(NAME)
    phone.locator("input[name=level][value=lockdown]").check()
    phone.locator("#reason").fill("一例阳性(虚构)")
    phone.locator("details.more summary").first.click()
    phone.locator("details.more input").first.check()
    phone.get_by_role("button", name="查看影响").click()
    expect(phone.get_by_role("region", name="该区域的影响")).to_contain_text("范围内有 1 个小区")
    assert fits(phone)
    phone.get_by_role("button", name="提出", exact=True).click()
    expect(phone.get_by_role("status").first).to_contain_text("已提出")
    expect(zone(phone).get_by_role("button", name="批准生效")).to_have_count(0)
    assert fits(phone)
    first.open("/zones/new")
    expect(phone.locator("#kept")).to_be_hidden()
    expect(phone.locator("#name")).to_have_value("")

    second = visit("/sign-in?next=/zones", DESKTOP, "en")
    second.sign_in("city-official@example.org")
    desk = second.page
    zone(desk).get_by_role("button", name="Put into force").click()
    expect(desk.get_by_role("status").first).to_contain_text("The zone is in force.")
    public = visit("/", PHONE, "en").page
    told = public.request.get(f"{first.linli}/api/v1/quarantine_zones").json()["features"]
    assert [one["properties"]["level"] for one in told if one["properties"]["name"] == NAME] == ["lockdown"]

    zone(desk).get_by_label("Why it is lifted").fill("虚构的演练结束")
    zone(desk).get_by_role("button", name="Lift").click()
    expect(desk.get_by_role("status").first).to_contain_text("The zone is lifted.")
    expect(zone(desk)).to_have_count(0)


def test_a_zone_is_drawn_at_a_desk_and_what_was_written_outlives_a_lost_signal(visit: Visit) -> None:
    visitor = visit(
        "/sign-in?next=/zones/new", DESKTOP, "en", may_complain=True
    )  # what does not arrive is complained of
    visitor.sign_in("district-official@example.org")
    desk = visitor.page
    desk.locator("#name").fill("Drawn block")
    desk.locator("input[name=level][value=control]").check()
    desk.locator("input[name=outline][value=drawn]").check()
    draw(desk)

    desk.context.set_offline(True)
    with desk.expect_event("requestfailed", lambda request: request.method == "POST"):
        desk.get_by_role("button", name="Show what it will do").click(no_wait_after=True)
    desk.context.set_offline(False)
    desk.goto(f"{visitor.linli}/zones/new")

    expect(desk.locator("#kept")).to_be_visible()
    expect(desk.locator("#name")).to_have_value("Drawn block")
    expect(desk.locator("input[name=outline][value=drawn]")).to_be_checked()
    assert violations(desk) == []
    desk.get_by_role("button", name="Show what it will do").click()
    expect(desk.get_by_role("region", name="What this zone will do")).to_contain_text("inside")
    assert fits(desk)

    desk.goto(f"{visitor.linli}/drops/new")
    desk.locator("#area").select_option("drawn")
    draw(desk)
    desk.get_by_role("button", name="Show the plan").click()
    expect(desk.get_by_role("alert")).to_contain_text("Everything you wrote is still here")
    expect(desk.locator("#area")).to_have_value("drawn")
    expect(outlines(desk)).to_have_count(1)
    expect(desk.get_by_role("group", name="Compounds")).to_be_hidden()
    assert violations(desk) == []
    desk.locator("#item-0").fill("大米")
    desk.locator("#quantity-0").fill("100000")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    for name, hours in (("#window_from", 0), ("#window_to", 3)):
        desk.locator(name).fill(f"{tomorrow + timedelta(hours=hours):%Y-%m-%dT%H:%M}")
    desk.get_by_role("button", name="Show the plan").click()
    expect(desk.get_by_role("region", name="The plan")).to_contain_text("Households")
    assert fits(desk)
