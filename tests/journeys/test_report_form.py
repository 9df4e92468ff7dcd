"""The form in a browser: the place by a name, a tap or the phone; neighbours' requests; photos; on a weak signal."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE, fits, violations

#: Bytes, as they are sent, before the form can be filled in, and of the whole first visit: at 400 kbit/s and 400 ms
#: of latency the first are 0.8 s and four ways to and fro, the second 3 s.
BEFORE_FILLING_IN = 40_000
FIRST_VISIT = 150_000


def compound(page: Page, number: int) -> str:
    """The name of a compound of the list."""
    return page.locator("#compounds option").nth(number).get_attribute("value") or ""


def choose_the_rest(page: Page, service: str) -> None:
    """What has to be chosen beside the place."""
    page.locator(f"input[value={service}]").check()
    page.locator("input[value=ordinary]").check()


@pytest.mark.parametrize(
    ("size", "script", "number"),
    [(PHONE, True, 10), (PHONE, False, 20), (DESKTOP, True, 30)],
    ids=["phone", "phone without scripts", "desktop"],
)
def test_a_neighbour_who_needs_the_same_says_so_with_one_touch(
    visit: Visit, size: tuple[int, int], script: bool, number: int
) -> None:
    first = visit("/report", size, "zh", java_script_enabled=script).page
    name = compound(first, number)
    first.goto(f"{first.url}?compound={name}&building=3")
    expect(first.locator("#compound")).to_have_value(name)
    expect(first.locator("#building")).to_have_value("3")
    choose_the_rest(first, "repairs")
    first.locator("input[name=shared]").check()
    first.locator("#words").fill("电梯坏了，住 502")
    first.locator("#send").click()
    expect(first.locator("img.qr")).to_be_visible()

    second = visit("/report", size, "zh", java_script_enabled=script).page
    second.locator("#compound").fill(name)
    if script:
        second.locator("#building").focus()
    else:
        second.locator("button[value=look]").click()
    expect(second.locator(".nearby")).to_contain_text("维修")
    assert "502" not in second.locator("body").inner_text()
    assert fits(second)
    assert violations(second) == [] if script else True
    second.locator(".me-too").first.click()
    expect(second.locator("h1")).to_have_text("已记下您的需要")
    assert second.context.cookies() == []


def test_the_phone_says_where_it_is_when_asked_a_tap_puts_it_right_and_a_photo_goes_out_small(visit: Visit) -> None:
    here = {"latitude": 30.30, "longitude": 120.08, "accuracy": 40}
    page = visit("/report", PHONE, "zh", geolocation=here, permissions=["geolocation"]).page
    expect(page.locator("#place-map.leaflet-container")).to_be_visible()
    pin = page.locator("input[name=pin_lat]")
    expect(pin).to_have_value("")
    page.locator("#locate").click()
    expect(page.locator("#on-map-said")).to_contain_text("误差约 40 米")
    expect(pin).to_have_value("30.300000")
    expect(page.locator("#place-map path")).to_have_count(2)
    page.locator("#place-map").click(position={"x": 60, "y": 100})
    expect(page.locator("#place-map path")).to_have_count(1)
    expect(page.locator("#on-map-said")).not_to_contain_text("误差")
    expect(pin).not_to_have_value("30.300000")

    written = io.BytesIO()
    Image.radial_gradient("L").resize((3000, 2000)).save(written, "PNG")
    page.locator("#photos").set_input_files({"name": "lift.png", "mimeType": "image/png", "buffer": written.getvalue()})
    expect(page.locator("#photos-said")).to_contain_text("照片 1 张")
    assert page.evaluate("document.getElementById('photos').files[0].type") == "image/jpeg"
    page.locator("#somebody_else").check()
    page.locator("input[name=consent]").check()
    choose_the_rest(page, "food")
    page.locator("#send").click()
    expect(page.locator("main")).to_contain_text("随求助保存了 1 张照片")


def test_on_a_weak_signal_the_form_comes_first_and_the_map_after_it(browser: Browser, linli: str) -> None:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN")
    try:
        page = context.new_page()
        arrived = weigh(page)
        page.goto(f"{linli}/report")
        expect(page.locator("#place-map.leaflet-container")).to_be_visible()
        page.wait_for_load_state("networkidle")

        in_order = list(arrived)
        map_begins = next(at for at, url in enumerate(in_order) if url.endswith("/place_map.js"))
        assert any(url.endswith("/report.css") for url in in_order[:map_begins])
        assert sum(arrived[url] for url in in_order[:map_begins]) < BEFORE_FILLING_IN
        assert sum(arrived.values()) < FIRST_VISIT
    finally:
        context.close()


def weigh(page: Page) -> dict[str, int]:
    """Bytes that came over the line by address, in the order in which they came; filled while the page loads."""
    arrived: dict[str, int] = {}
    urls: dict[str, str] = {}
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.on("Network.requestWillBeSent", lambda told: urls.update({told["requestId"]: told["request"]["url"]}))
    line.on(
        "Network.loadingFinished",
        lambda told: arrived.update({urls[told["requestId"]]: int(told["encodedDataLength"])}),
    )
    return arrived
