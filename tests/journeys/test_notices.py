"""A notice in two browsers: an official sends it, a resident meets it where it holds, also without scripts."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE, fits, violations

#: In the middle of the demo neighbourhood.
LNG, LAT, SIDE = 120.072, 30.305, 0.003
RING = [[LNG - SIDE, LAT - SIDE], [LNG + SIDE, LAT - SIDE], [LNG + SIDE, LAT + SIDE], [LNG - SIDE, LAT - SIDE]]


def test_a_resident_meets_a_notice_where_it_holds(visit: Visit) -> None:
    official = visit("/sign-in", DESKTOP, "zh")
    official.sign_in("district-official@example.org")
    official.open("/notices/new")
    page = official.page
    page.locator("input[name=kind][value=traffic]").check()
    page.locator("#title_zh").fill("南门今晚封闭")
    page.locator("#words_zh").fill("请走北门。")
    page.locator("summary", has_text="自行划定的范围").click()
    page.locator("#drawn").fill(json.dumps({"type": "Polygon", "coordinates": [RING]}))
    page.locator("#drawn").dispatch_event("change")
    corners = page.locator("[data-said]")
    expect(corners).to_have_text("角数：3")
    page.locator(".draw-map").click(position={"x": 90, "y": 90})
    expect(corners).to_have_text("角数：4")
    page.locator("[data-back]").click()
    expect(corners).to_have_text("角数：3")
    page.locator("#area_name").fill("河湾一带")
    page.locator("button[value=show]").click()
    assert violations(page) == []
    page.locator("button[value=send]").click()
    notice = page.locator(".notice-item", has_text="南门今晚封闭")  # the demo has notices of its own
    expect(notice).to_contain_text("河湾一带")
    assert violations(page) == []

    resident = visit(f"/#map=16/{LAT - 0.001}/{LNG}", PHONE, "en")
    shown = resident.page.locator("[data-notice]", has_text="南门今晚封闭")
    expect(shown).to_be_visible()
    assert violations(resident.page) == []
    resident.open(f"/#map=16/{LAT + 0.02}/{LNG}")
    resident.page.reload()
    expect(resident.page.locator("[data-classes] li").first).to_be_attached()
    expect(shown).to_be_hidden()

    plain = visit(f"/report?lat={LAT - 0.001}&lng={LNG}", PHONE, "en", java_script_enabled=False)
    expect(plain.page.locator(".area-notice h2")).to_have_text("南门今晚封闭")
    assert plain.page.locator(".area-notice h2").get_attribute("lang") == "zh-Hans"
    assert fits(plain.page)

    notice.locator(".notice-decide summary").click()
    notice.locator("input[name=reason]").fill("提前完工")
    notice.locator(".notice-decide form button").click()
    expect(notice.first).to_contain_text("提前完工")
    plain.open(f"/report?lat={LAT - 0.001}&lng={LNG}")
    expect(plain.page.locator(".area-notice")).to_have_count(0)
