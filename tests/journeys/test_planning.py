"""A coordinator plans, changes the plan on the map and by lists, sees who gains and who loses, and publishes it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP


def test_a_coordinator_plans_edits_sees_gains_and_losses_and_publishes(visit: Visit) -> None:
    visitor = visit("/sign-in?next=/plan", DESKTOP, "zh")
    visitor.sign_in("coordinator@example.org")
    page = visitor.page
    page.locator("#volunteers").fill("2")
    page.locator("#ask button[type=submit]").click()
    expect(page.locator(".plan-curve svg")).to_be_visible()
    page.locator("#keep").click()
    expect(page.get_by_role("status").first).to_contain_text("方案")
    page.locator("#edit").click()

    page.locator(".plan-post").first.click()  # on the map
    page.get_by_role("button", name="锁定", exact=True).last.click()
    expect(page.locator(".plan-posts .plan-mark")).to_have_text(["已锁定"])
    expect(page.locator("#changes")).to_contain_text("无人得益也无人受损")
    uncovered = {text.rpartition(" ")[0] for text in page.locator("[aria-labelledby=left-title] li").all_inner_texts()}
    reachable = [name for name in page.locator("#to option").all_inner_texts() if name in uncovered]
    page.locator("#post").select_option(index=1)
    page.locator("#to").select_option(label=reachable[0])
    page.get_by_role("button", name="移到该处", exact=True).click()
    expect(page.locator("#changes tr", has_text=reachable[0])).to_contain_text(re.compile("▲"))
    expect(page.locator(".plan-posts .plan-mark")).to_have_text(["已锁定", "已锁定"])

    page.locator("#accept").click()
    expect(page.get_by_role("status").first).to_have_text("新版本已保存，原方案保持不变。")
    page.locator("#publish button").click()
    expect(page.locator("#happened-title")).to_be_visible()
    expect(page.locator("#publish")).to_contain_text("已发布为")
