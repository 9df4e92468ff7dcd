"""Posters as they come out of a printer: one sheet each."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE

SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")


def printed(page: Page) -> int:
    """How many sheets the page comes out on."""
    return len(SHEET.findall(page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_poster_is_one_sheet_in_black_on_white(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    page = visit("/posters/1", size, color_scheme=scheme).page

    assert printed(page) == 1
    page.emulate_media(media="print")
    assert page.locator(".poster").evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".poster").evaluate("(one) => one.scrollHeight <= one.clientHeight"), "nothing is cut off"
    code = page.locator(".code").bounding_box()
    assert code is not None
    assert min(code["width"], code["height"]) > 100 / 25.4 * 96, "a code of ten centimetres is scanned from a metre"


def test_the_posters_of_a_community_come_out_one_sheet_each(visit: Visit) -> None:
    visitor = visit("/sign-in?next=/posters", DESKTOP)
    visitor.sign_in("community-official@example.org")
    page = visitor.page
    page.goto(f"{visitor.linli}/posters")
    page.locator("summary").first.click()
    count = page.locator("details[open] li").count()
    page.locator("details[open] .button").click()

    assert count > 1
    expect(page.locator(".poster")).to_have_count(count)
    assert printed(page) == count
