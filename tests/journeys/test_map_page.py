"""The public map in a browser: what a resident sees, taps and reads, by finger and keyboard, in two languages."""

from __future__ import annotations

import re
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE, SCREENS, Visitor, violations

#: What the machine calls a place; people never read it.
INNER_WORDS = re.compile(r"\b8[0-9a-f]{14}\b|\bcells?\b|\bgrid\b|\bH3\b|\bhexagon|网格|单元格|六边形", re.IGNORECASE)

#: A copy of what the cell layer has painted: read from itself, a canvas is slow and says so.
COPY = """
  const canvas = document.querySelector('.map-cells canvas');
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const pen = copy.getContext('2d', { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0);
"""

#: How many pixels are painted.
PAINTED = f"""() => {{ {COPY}
  const {{ data }} = pen.getImageData(0, 0, copy.width, copy.height);
  return data.filter((value, at) => at % 4 === 3 && value > 0).length;
}}"""

#: Where on the page the coloured spot nearest to the middle of the map lies.
COLOURED = f"""() => {{ {COPY}
  const box = canvas.getBoundingClientRect();
  const map = document.getElementById('map').getBoundingClientRect();
  const ratio = canvas.width / box.width;
  const [midX, midY] = [map.x + map.width / 2, map.y + map.height / 2 - 60];
  for (let far = 0; far < 300; far += 4) {{
    for (let turn = 0; turn < 6.28; turn += 0.2) {{
      const [x, y] = [midX + far * Math.cos(turn), midY + far * Math.sin(turn)];
      const [r, g, b, a] = pen.getImageData((x - box.x) * ratio, (y - box.y) * ratio, 1, 1).data;
      if (a > 200 && b > g + 20) return [x, y];
    }}
  }}
  throw new Error('nothing is coloured');
}}"""


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """`visit(size, language)` is somebody who has the map open."""

    def open_map(size: tuple[int, int] = DESKTOP, language: str = "en", address: str = "/", **more: Any) -> Visitor:
        return visit(address, size, language, **more)

    return open_map


def is_drawn(page: Page) -> None:
    """Waits until the legend is printed and the places are painted."""
    expect(page.locator("[data-classes] li")).to_have_count(5)
    page.wait_for_function(f"({PAINTED})() > 1000")


def tap_a_home(page: Page) -> None:
    """Chooses the coloured place nearest to the middle of the map: people live there."""
    x, y = page.evaluate(COLOURED)
    page.mouse.click(x, y)
    expect(page.locator("#place")).to_be_visible()


@SCREENS
def test_the_map_opens_with_shades_a_printed_legend_and_a_moment(
    visit: Visit, size: tuple[int, int], language: str
) -> None:
    page = visit(size, language).page
    is_drawn(page)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans" if language == "zh" else "en")
    lines = page.locator("[data-classes] li").all_inner_texts()
    assert all(re.search(r"\d", line) for line in lines), lines
    assert len(set(lines)) == 5
    expect(page.locator("[data-others]")).to_contain_text("不足 5" if language == "zh" else "Fewer than 5")
    assert page.locator("#moment time").first.get_attribute("datetime")


@SCREENS
def test_a_place_tapped_says_what_is_true_there_in_words_people_use(
    visit: Visit, size: tuple[int, int], language: str
) -> None:
    page = visit(size, language).page
    is_drawn(page)
    tap_a_home(page)
    said = page.locator("#place").inner_text()
    assert ("求助" if language == "zh" else "Requests for help") in said
    assert ("户" if language == "zh" else "households") in said
    assert page.locator("#place time[datetime]").count() >= 1, "figures carry their moment"
    assert not INNER_WORDS.search(page.locator("body").inner_text())
    assert ("上次公布" if language == "zh" else "Published every ten minutes, last") in said
    assert "/report?lat=" in (page.locator("#place [data-report]").get_attribute("href") or "")


def test_looking_back_to_before_the_first_publication_the_panel_says_that_there_was_none(visit: Visit) -> None:
    page = visit(address="/#place=30.3,120.07&at=2020-01-01T00:00:00Z").page
    expect(page.locator("#place")).to_contain_text("Not published yet")
    expect(page.locator("#place")).not_to_contain_text("Fewer than")
    expect(page.locator("#moment")).to_contain_text("2020")


@SCREENS
def test_nothing_on_the_page_shuts_out_people_who_see_hear_or_move_differently(
    visit: Visit, size: tuple[int, int], language: str
) -> None:
    page = visit(size, language).page
    is_drawn(page)
    assert violations(page) == []
    tap_a_home(page)
    assert violations(page) == []
    page.locator("#place [data-close]").click()
    if size == PHONE:
        page.locator("#grip").click()
        assert violations(page) == []
    page.locator("#show-table").click()
    expect(page.locator("#table tbody tr").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_dark_map_reads_as_well_as_the_light_one(visit: Visit, size: tuple[int, int]) -> None:
    page = visit(size, "zh", color_scheme="dark").page
    is_drawn(page)
    tap_a_home(page)
    assert violations(page) == []


def test_with_the_keyboard_alone_a_place_is_opened_read_and_closed(visit: Visit) -> None:
    page = visit().page
    is_drawn(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "map":
            break
    else:
        pytest.fail("the map is not reached with the tab key")
    expect(page.locator(".crosshair")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#place-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#place")).to_be_hidden()
    expect(page.locator("#map")).to_be_focused()


def test_the_address_holds_what_is_looked_at_and_back_goes_back(visit: Visit) -> None:
    page = visit().page
    is_drawn(page)
    page.locator("#measure").select_option("households")
    tap_a_home(page)
    title = page.locator("#place-title").inner_text()
    address = page.url
    assert "show=households" in address
    assert "place=" in address
    page.reload()
    is_drawn(page)
    expect(page.locator("#place-title")).to_have_text(title)
    expect(page.locator("#measure")).to_have_value("households")
    page.go_back()
    expect(page.locator("#place")).to_be_hidden()
    page.go_back()
    expect(page.locator("#measure")).to_have_value("needs")


def test_switching_the_language_keeps_the_place(visit: Visit) -> None:
    page = visit().page
    is_drawn(page)
    tap_a_home(page)
    page.locator("a[hreflang=zh-Hans]").click()
    is_drawn(page)
    expect(page.locator("h1")).to_have_text("社区地图")
    expect(page.locator("#place")).to_be_visible()


def test_restricted_zones_are_shown_at_every_zoom_and_cannot_be_switched_off(visit: Visit) -> None:
    page = visit().page
    is_drawn(page)
    box = page.locator("#layers input[value=quarantine_zones]")
    expect(box).to_be_checked()
    expect(box).to_be_disabled()
    dashes = "() => getComputedStyle(document.querySelector('.zone-lockdown')).strokeDasharray"
    for _ in range(5):
        expect(page.locator("path.zone-lockdown").first).to_be_attached()
        expect(page.locator(".zone-label-lockdown").first).to_be_visible()
        assert page.evaluate(dashes) != "none", "the level is told by the line, not by its colour alone"
        page.locator(".leaflet-control-zoom-out").click()
        page.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim')")
    page.locator("#layers input[value=checkpoints]").uncheck()
    expect(page.locator("path.zone-lockdown").first).to_be_attached()


def test_the_table_says_the_same_and_leads_back_to_the_map(visit: Visit) -> None:
    page = visit().page
    is_drawn(page)
    page.locator("#measure").select_option("households")
    page.locator("#show-table").click()
    figures = page.locator("#table tbody tr td:nth-child(4)")
    shown = [int(text.replace(",", "")) for text in figures.all_inner_texts()[:50] if text.replace(",", "").isdigit()]
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > 0
    page.locator("#table-search").fill("米市")
    names = page.locator("#table tbody th button").all_inner_texts()
    assert names
    assert all("米市" in name for name in names)
    page.locator("#table tbody th button").first.click()
    expect(page.locator("#table")).to_be_hidden()
    expect(page.locator("#place-title")).to_contain_text("米市")


def test_a_saved_table_opens_in_a_spreadsheet(visit: Visit) -> None:
    page = visit(language="zh").page
    is_drawn(page)
    page.locator("#show-table").click()
    with page.expect_download() as download:
        page.locator("[data-save]").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    head, *rows = text.splitlines()
    assert head.startswith('"地点","管控等级"')
    assert len(rows) > 10
    assert not INNER_WORDS.search(text)


def test_without_a_network_the_map_says_so_keeps_what_it_shows_and_comes_back(visit: Visit) -> None:
    visitor = visit(may_complain=True)
    page = visitor.page
    is_drawn(page)
    before = page.evaluate(PAINTED)
    page.context.set_offline(True)
    expect(page.locator("#notice")).to_contain_text("You are offline")
    expect(page.locator("#notice")).to_contain_text("What you see is from")
    assert page.evaluate(PAINTED) == before
    page.context.set_offline(False)
    expect(page.locator("#notice")).to_be_hidden()


@pytest.mark.parametrize("lost", ["**/protomaps-leaflet.js", "**/basemap.pmtiles*", "**/basemap.json"])
def test_a_street_map_that_does_not_arrive_is_said_and_the_rest_is_drawn(visit: Visit, lost: str) -> None:
    page = visit(may_complain=True).page
    page.route("**/basemap.json", lambda route: route.fulfill(json={"kind": "pmtiles", "bounds": None}))
    page.route(lost, lambda route: route.abort())
    page.reload()
    expect(page.locator("#lost-basemap")).to_contain_text("The street map did not arrive")
    expect(page.locator("#no-basemap")).to_be_hidden()
    is_drawn(page)


def test_asked_again_unchanged_places_are_not_sent_again(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    is_drawn(page)
    asked = ("cells/*/*/*", "quarantine_zones", "checkpoints", "supply_drops")
    with ExitStack() as waiting:
        answers = [waiting.enter_context(page.expect_response(f"**/api/v1/{path}?*")) for path in asked]
        page.evaluate("window.dispatchEvent(new Event('online'))")
    assert [answer.value.status for answer in answers] == [304] * len(asked)


def test_without_scripts_the_page_says_where_help_is(visit: Visit) -> None:
    page = visit(language="zh", java_script_enabled=False).page
    expect(page.locator(".no-script a.button-main")).to_have_attribute("href", "/report")
    expect(page.locator(".no-script")).to_contain_text("不需要脚本")
    expect(page.locator(".no-script li").first).to_contain_text("封控区")


@pytest.mark.parametrize("step", [1, 5])
def test_classes_rise_and_every_figure_has_one(visit: Visit, step: int) -> None:
    page = visit().page
    for figures in ([], [step], [7 * step] * 30, [step * n for n in range(1, 200)], [step, 10_000 * step]):
        bounds = page.evaluate(
            "([figures, step]) => import('/static/map/classes.js').then((it) => it.boundsOf(figures, step))",
            [figures, step],
        )
        assert len(bounds) == 5
        assert bounds[0] == step
        assert all(low < high for low, high in pairwise(bounds))
        assert all(bound % step == 0 for bound in bounds)
