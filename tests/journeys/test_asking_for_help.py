"""A resident asks for help on a phone without scripts, and follows the request to its end; in two languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.test_map_page import INNER_WORDS
from tests.journeys.visitors import SCREENS, fits, violations

#: What the page says on the way, by language.
SAID = {
    "en": {"sent": "Your request has been received.", "now": "Received", "gone": "Withdrawn", "no": "Not sent yet"},
    "zh": {"sent": "您的求助已收到。", "now": "已收到", "gone": "已撤回", "no": "尚未提交"},
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_scripts_a_request_is_sent_followed_and_withdrawn(visit: Visit, language: str) -> None:
    said = SAID[language]
    # A page that is refused (400) is a line in the browser's console.
    visitor = visit("/", language=language, java_script_enabled=False, may_complain=True)
    page = visitor.page
    page.locator(".no-script a.button-main").click()
    page.locator("input[value=medicine]").check()
    page.locator("#words").fill("insulin <soon> 🙏")
    page.locator("#contact").fill("138 0000 0000")
    page.locator("#send").click()

    expect(page.locator("#problems")).to_contain_text(said["no"])
    expect(page.locator("#problems")).to_be_focused()
    assert fits(page)
    expect(page.locator("#words")).to_have_value("insulin <soon> 🙏")
    expect(page.locator("input[value=medicine]")).to_be_checked()
    page.locator("#compound").fill(page.locator("#compounds option").first.get_attribute("value") or "")
    page.locator("input[value=urgent]").check()
    page.locator("#send").click()

    expect(page).to_have_url(re.compile(r"/needs/[\w-]{22}\?new=1$"))
    expect(page.locator("main")).to_contain_text(said["sent"])
    expect(page.locator(".reference")).to_have_text(re.compile(r"^[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]+$"))
    assert fits(page)
    page.locator(".link").click()

    expect(page.locator("[aria-current=step]")).to_contain_text(said["now"])
    page.locator("details", has=page.locator("button[value=withdraw]")).locator("summary").click()
    page.locator("button[value=withdraw]").click()
    expect(page.locator("[aria-current=step]")).to_contain_text(said["gone"])
    assert [cookie["name"] for cookie in page.context.cookies()] == []
    assert not INNER_WORDS.search(page.locator("body").inner_text())


@SCREENS
def test_the_form_and_the_request_shut_out_nobody(visit: Visit, size: tuple[int, int], language: str) -> None:
    visitor = visit("/report?lat=30.3&lng=120.1", size, language, may_complain=True)
    page = visitor.page
    assert violations(page) == []
    page.locator("summary").click()
    page.locator("#people").fill("none")
    page.locator("#send").click()
    expect(page.locator("#problem-people")).to_be_visible()
    assert violations(page) == []
    page.locator("#people").fill("2")
    page.locator("input[value=food]").check()
    page.locator("input[value=ordinary]").check()
    page.locator("#send").click()
    expect(page.locator(".reference")).to_be_visible()
    assert fits(page)
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page) == []


def test_at_night_the_pages_read_as_well(visit: Visit) -> None:
    page = visit("/report?lat=30.3&lng=120.1", color_scheme="dark").page
    assert violations(page) == []
    page.locator("input[value=food]").check()
    page.locator("input[value=ordinary]").check()
    page.locator("#send").click()
    expect(page.locator(".reference")).to_be_visible()
    assert violations(page) == []
