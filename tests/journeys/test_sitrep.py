"""The situation report in a browser: downloaded from the dashboard, opened from the disk, played, read, printed."""

from __future__ import annotations

import random
from pathlib import Path

from playwright.sync_api import Browser, expect

from layers.situation.rules import bounds_of, class_of
from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE, fits, violations


def test_a_report_opens_from_the_disk_plays_and_prints(visit: Visit, browser: Browser, tmp_path: Path) -> None:
    visitor = visit("/sign-in", DESKTOP, "zh")
    visitor.sign_in("district-official@example.org")
    visitor.open("/dashboard")
    visitor.page.locator(".report-menu summary").click()
    with visitor.page.expect_download() as download:
        visitor.page.locator(".report-menu a").first.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)

    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    now = page.locator("#moment").inner_text()
    assert fits(page)
    assert violations(page) == []
    page.locator("#step").fill("0")
    assert page.locator("#moment").inner_text() != now
    expect(page.locator("tr[data-shown]")).to_have_attribute("data-step", "0")
    page.locator("#play").click()
    expect(page.locator("tr[data-shown]")).to_have_attribute("data-step", "1")
    page.locator("#measure").select_option("urgent")
    expect(page.locator("[data-legend=urgent]")).to_be_visible()
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000
    context.close()
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []
    assert complaints == []

    still = browser.new_context(java_script_enabled=False)
    page = still.new_page()
    page.goto(file.as_uri())
    expect(page.locator(".picture svg")).to_be_visible()
    expect(page.locator(".controls")).to_be_hidden()
    expect(page.locator(".table-days tbody tr").first).to_be_visible()
    still.close()


def test_classes_of_a_report_are_those_of_the_map(visit: Visit) -> None:
    chance = random.Random(3)
    cases = [
        {"figures": [chance.choice((0, 1, 5, 12, 0.7)) * chance.randint(0, 400) for _ in range(size)], "step": step}
        for step in (1, 5)
        for size in (0, 1, 2, 7, 40, 300)
    ]

    theirs = visit("/").page.evaluate(
        """async (cases) => {
          const { boundsOf, classOf } = await import("/static/map/classes.js");
          return cases.map(({ figures, step }) => {
            const bounds = boundsOf(figures, step);
            return [bounds, figures.map((figure) => classOf(figure, bounds))];
          });
        }""",
        cases,
    )

    for case, (bounds, classes) in zip(cases, theirs, strict=True):
        assert bounds_of(case["figures"], case["step"]) == bounds
        assert [class_of(figure, bounds) for figure in case["figures"]] == classes
