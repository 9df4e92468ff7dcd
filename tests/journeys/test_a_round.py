"""A volunteer takes a round on a phone, in Chinese: chooses, reads the sheet, brings help, hands the rest back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import PHONE, fits, violations


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_volunteer_takes_a_round_on_a_phone(visit: Visit, scripts: bool) -> None:
    visitor = visit("/sign-in?next=/round", PHONE, "zh", java_script_enabled=scripts, may_complain=True)
    page = visitor.page
    visitor.sign_in("volunteer@example.org")
    visitor.open("/round")
    page.get_by_role("link", name="查看可认领的求助").click()

    boxes = page.locator("input[name=needs]")
    chosen = [boxes.nth(at).get_attribute("value") for at in range(3)]
    for at in range(3):
        boxes.nth(at).check()
    page.get_by_label("由谁前往？").fill("小李" if scripts else "小王")
    assert fits(page)
    page.get_by_role("button", name="一并认领").click()

    expect(page.get_by_role("status")).to_contain_text("现已归您：3 项")
    mine = page.locator("section", has=page.get_by_role("heading", name="小李" if scripts else "小王"))
    expect(mine).to_contain_text("还剩 1 小时" if scripts else "还剩")
    expect(mine.locator("li")).to_have_count(3)
    assert fits(page)
    if scripts:
        assert violations(page) == []

    mine.get_by_role("button", name="任务单").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("任务单")
    expect(page.locator(".stop")).to_have_count(3)
    assert fits(page)
    page.get_by_role("link", name="我的任务").last.click()

    first = mine.locator("li").filter(has=page.locator(f"input[value='{chosen[0]}']"))
    first.get_by_text("已提供帮助").click()
    first.get_by_label("送了什么？").fill("大米十斤")
    first.get_by_role("button", name="全部送到").click()
    expect(page.get_by_role("status")).to_contain_text("将请居民确认是否收到")
    expect(mine.locator("li")).to_have_count(2)

    for left in (1, 0):
        stop = mine.locator("li").first
        stop.get_by_text("换人或退回").click()
        stop.get_by_label("为什么退回？").select_option(label="我们来不及")
        stop.get_by_role("button", name="退回给大家").click()
        expect(page.get_by_role("status")).to_contain_text(re.compile("重新等待认领"))
        expect(mine.locator("li")).to_have_count(left)
