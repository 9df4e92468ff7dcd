"""A shift from its link to the check-in: the coordinator at a desk, three volunteers on telephones of their own."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.shifts import origin, put_shift
from tests.journeys.visitors import DESKTOP, PHONE, fits, violations


def test_three_take_two_places_one_gives_up_and_the_next_checks_in_by_the_code(visit: Visit) -> None:
    desk = visit("/sign-in", DESKTOP, "zh")
    desk.sign_in("coordinator@example.org")
    desk.page.wait_for_url("**/dashboard")
    number = put_shift(desk.page, 2)
    desk.open("/shifts?show=few")
    desk.page.locator(f"a[href='/shifts/{number}']").click()
    desk.page.get_by_label("志愿者怎么联系你们").fill("王队 139 0000 0000")
    desk.page.get_by_role("button", name="生成链接").click()
    link = desk.page.locator("a.link[href*='/shifts/link/']").inner_text()

    phones = [
        visit("/sign-in", PHONE, "zh", java_script_enabled=scripts, may_complain=scripts).page
        for scripts in (True, False, True)
    ]
    for phone, name in zip(phones, ("小李", "小赵", "小王"), strict=True):
        phone.goto(link)
        phone.get_by_label("您的称呼").fill(name)
        phone.get_by_label("组织怎么联系您").fill("138 0000 0000")
        assert fits(phone)
    lost = phones[0]
    lost.context.set_offline(True)
    with lost.expect_event("requestfailed"):
        lost.get_by_role("button", name="报名").click(no_wait_after=True)
    lost.context.set_offline(False)
    lost.goto(link)
    expect(lost.get_by_text("您填写的内容还在。")).to_be_visible()
    expect(lost.get_by_label("您的称呼")).to_have_value("小李")
    for phone in phones:  # each form was opened while two places were left
        phone.get_by_role("button", name="报名").click(no_wait_after=True)
    for phone in phones:
        expect(phone.get_by_role("heading", name="请保存此链接")).to_be_visible()
        assert fits(phone)
    waits = [phone for phone in phones if phone.get_by_text("您是下一位").count()]
    placed = [phone for phone in phones if phone.get_by_text("您已报上名", exact=True).count()]
    assert (len(waits), len(placed)) == (1, 2)
    assert violations(phones[0]) == []

    desk.page.reload()
    expect(desk.page.locator(".staffing").first).to_have_text("人数已够")
    placed[0].get_by_text("我来不了").click()
    placed[0].get_by_role("button", name="是的，放弃我的名额").click()
    expect(placed[0].get_by_role("status")).to_contain_text("您已放弃名额")
    waits[0].reload()
    expect(waits[0].locator(".shift-mine")).to_contain_text("您正好是候补第一位")

    desk.page.reload()
    expect(desk.page.locator(".shift-places").first).to_contain_text("来自候补")
    desk.page.get_by_role("link", name="现场签到码").click()
    digits = desk.page.locator(".shift-digits").inner_text().replace(" ", "")
    assert violations(desk.page) == []
    waits[0].goto(f"{origin(desk.page)}/shifts/here/{number}?code={digits}")
    waits[0].get_by_role("button", name="签到").click()
    expect(waits[0].locator(".shift-mine").first).to_contain_text("已签到")

    desk.open(f"/shifts/{number}")
    desk.page.get_by_role("button", name="姓名与联系方式").click()
    expect(desk.page.locator(".person")).to_have_count(2)
    expect(desk.page.locator(".person", has_text="在岗")).to_have_count(1)
    assert fits(desk.page)
    assert violations(desk.page) == []
