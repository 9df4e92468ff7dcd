"""The dashboard at another moment than now: what is read there does not move, and the way back is one button."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.test_triage import official, report
from tests.journeys.visitors import PHONE, fits, violations


def test_the_slider_shows_a_past_moment_in_which_nothing_moves_until_one_goes_back_to_now(
    visit: Visit, linli: str
) -> None:
    page = official(visit, "/dashboard")
    expect(page.locator("#list li").first).to_be_visible()
    now = page.locator("#overview").inner_text()
    slider, banner = page.locator("[data-time=slider]"), page.locator("#time-banner")
    expect(slider).to_have_attribute("aria-valuetext", "Now")

    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    expect(banner).to_contain_text("You are looking back at")
    expect(page.locator("#then-legend [data-classes] li").first).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()
    expect(page.locator(".pin")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?at=\d{4}-"))
    told, rows = page.locator("#overview").inner_text(), page.locator("#then").inner_text()
    assert told != now
    assert "Zones in force" in rows
    assert violations(page) == []

    report(linli)
    page.keyboard.press("a")  # decides nothing: nothing is listed
    page.wait_for_function("() => document.querySelector('#news').textContent !== ''")  # it has arrived, behind
    assert (page.locator("#overview").inner_text(), page.locator("#then").inner_text()) == (told, rows)
    expect(page.locator("#news")).to_be_hidden()

    exact = page.locator("[data-time=exact]").input_value()
    page.locator("#map").click(position={"x": 300, "y": 250})
    popup = page.locator(".leaflet-popup-content")
    expect(popup).to_be_visible()
    popup.locator("p").first.evaluate("line => (line.textContent = 'of a moment before')")
    page.get_by_role("button", name="Play").click()
    expect(popup).not_to_contain_text("of a moment before")
    expect(page.locator("[data-time=exact]")).not_to_have_value(exact)
    page.locator(".leaflet-popup-close-button").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    before = banner.inner_text()
    page.wait_for_function("(before) => document.querySelector('#time-banner').innerText !== before", arg=before)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("link", name="Back to now").click()

    expect(banner).to_be_empty()
    expect(slider).to_be_focused()
    expect(page.locator("#list li").first).to_be_visible()
    expect(page.locator("#news")).to_contain_text("new")
    page.go_back()
    expect(banner).to_contain_text("You are looking")


def test_on_a_phone_a_link_opens_what_is_planned_and_without_scripts_it_is_a_page(visit: Visit) -> None:
    coming = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:00:00Z")
    page = official(visit, f"/dashboard?at={coming}", PHONE)
    expect(page.locator("#time-banner")).to_contain_text("You are looking ahead to")
    expect(page.locator("#then")).to_contain_text("Shifts on duty")
    assert fits(page)
    page.locator("#swap").click()
    expect(page.locator("#then-legend [data-classes] li").first).to_be_visible()
    assert violations(page) == []

    plain = official(visit, f"/dashboard/moment?at={coming}", PHONE, java_script_enabled=False)
    expect(plain.locator("#moment-told")).to_contain_text("You are looking ahead to")
    plain.get_by_role("link", name="Back to now").click()
    expect(plain).to_have_url(re.compile("/dashboard/list"))
