"""The loop by four people at once, each in a browser of their own, in Chinese: one asks, one asks for somebody else,
one decides, one goes; and the last word is the resident's.
"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE


def ask(page: Page, number: int, service: str, for_somebody_else: bool = False) -> tuple[str, str]:
    """Sends the form for a compound of the list; the reference to say on the phone, and the private link."""
    name = page.locator("#compounds option").nth(number).get_attribute("value") or ""
    page.locator("#compound").fill(name)
    page.locator("#building").fill("3幢")
    page.locator(f"input[value={service}]").check()
    page.locator("input[value=ordinary]").check()
    page.locator("#words").fill("家里的米只够今天")
    if for_somebody_else:
        page.locator("#somebody_else").check()
    page.locator("#send").click()
    expect(page.locator(".reference")).to_be_visible()
    return page.locator(".reference").inner_text(), page.url.partition("?")[0]


def test_four_people_close_the_loop_together(visit: Visit) -> None:
    official = visit("/sign-in?next=/dashboard", DESKTOP, "zh")
    official.sign_in("district-official@example.org")
    desk = official.page
    expect(desk.locator("#list li").first).to_be_visible()
    volunteer = visit("/sign-in?next=/round", PHONE, "zh")
    volunteer.sign_in("coordinator@example.org")
    expect(volunteer.page.locator("h1")).to_have_text("我的任务")

    resident = visit("/report", PHONE, "zh").page
    reference, link = ask(resident, 5, "food")
    neighbour = visit("/report", PHONE, "zh").page
    other, others_link = ask(neighbour, 6, "counselling", for_somebody_else=True)

    # They come to the official's screen by themselves, and wait there until they are wanted.
    expect(desk.locator("#news button")).to_be_visible()

    def open_need(wanted: str) -> None:
        desk.locator("#filters input[name=q]").fill(wanted)
        desk.locator("#list li", has=desk.locator(f'input[aria-label*="{wanted}"]')).locator(".need-open").click()
        expect(desk.locator("#need .reference")).to_have_text(wanted)

    open_need(other)
    desk.locator("#need [data-part=decline]").click()
    desk.locator("#decline-dialog .choices input").first.check()
    desk.locator("#decline-dialog button[value=ok]").click()
    expect(desk.locator("#need .need-state")).to_contain_text("未受理")
    neighbour.goto(others_link)
    expect(neighbour.locator(".headline")).to_contain_text("未能提供帮助")
    expect(neighbour.locator("main")).to_contain_text("本地暂不提供这类帮助")

    open_need(reference)
    desk.locator("#need [data-part=acknowledge]").click()
    expect(desk.locator("#need .need-state")).to_contain_text("已受理")
    expect(desk.locator("#undo-bar")).to_be_hidden(timeout=20_000)  # until then it could be taken back

    phone = volunteer.page
    phone.goto(re.sub(r"/round.*", "/round/waiting", phone.url))
    phone.locator("#q").fill(reference)  # at some hours of the day more wait than are listed
    phone.locator("form.filter button").click()
    expect(phone.locator("label.choice")).to_have_count(1)
    phone.locator("label.choice", has_text=reference).locator("input").check()
    phone.locator("#taken_by").fill("小李")
    phone.locator("button[value=take]").click()
    stop = phone.locator("ul.stops li", has_text=reference)
    expect(stop).to_be_visible()
    resident.goto(link)
    expect(resident.locator("main")).to_contain_text("小李")
    expect(desk.locator("#need .need-state")).to_contain_text("已认领")

    stop.locator("summary").first.click()
    stop.locator("textarea").fill("大米 5 公斤")
    stop.locator("button[value=met]").click()
    expect(phone.locator("ul.stops li", has_text=reference)).to_have_count(0)
    expect(desk.locator("#need .need-state")).to_contain_text("已满足")

    resident.goto(link)
    expect(resident.locator("main")).to_contain_text("大米 5 公斤")
    resident.locator("button[value=confirm]").click()
    expect(resident.locator("main")).to_contain_text("您已确认")
    expect(desk.locator("#need .need-state")).to_contain_text("已确认")
    assert official.outside == []
