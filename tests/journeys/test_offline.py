"""A need written without signal waits on the phone, goes out by itself, once, and the phone says all of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE, Visitor, fits, violations

Arrived = Callable[[], list[str]]

CONTACT = "138 0000 4711"

#: Resolves once the worker is installed and this page is its own.
READY = """async () => {
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
  }
}"""

#: The paths of what the worker keeps.
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  }
  return found;
}"""


@pytest.fixture
def arrived(browser: Browser, linli: str) -> Iterator[Callable[[], list[str]]]:
    """`arrived()`: the services of the requests the service took in since the test began, as an official sees them."""
    official = Visitor(browser, linli, DESKTOP, "en")
    official.open("/sign-in")
    official.sign_in("city-official@example.org")

    def after(last: int) -> list[dict[str, Any]]:
        answer = official.page.request.get(f"{linli}/api/v1/needs?limit=1000&after={last}")
        assert answer.ok
        found: list[dict[str, Any]] = answer.json()["features"]
        return found

    last = 0
    while found := after(last):
        last = found[-1]["id"]
    yield lambda: [one["properties"]["service"] for one in after(last)]
    official.close()


@pytest.fixture
def phone(visit: Visit) -> Page:
    """A phone that has opened the form once with signal."""
    return with_worker(visit("/report", PHONE, may_complain=True).page)  # a fetch that fails is told in the console


def with_worker(page: Page) -> Page:
    """The page, once its worker is installed."""
    page.evaluate(READY)
    return page


def until(page: Page, condition: str) -> None:
    """Waits until a function of the page resolves with true."""
    page.evaluate(f"""async () => {{
      for (let tries = 0; tries < 500; tries += 1) {{
        if (await ({condition})()) return;
        await new Promise((done) => setTimeout(done, 50));
      }}
      throw new Error('not in time');
    }}""")


def write(page: Page, service: str = "medicine", compound: str = "") -> None:
    """Fills the form as it is open, with the first compound of its list or another, and presses the button."""
    first = page.locator("#compounds option").first
    page.locator("#compound").fill(compound or first.get_attribute("value") or "")
    page.locator(f"input[value={service}]").check()
    page.locator("input[value=urgent]").check()
    page.locator("#contact").fill(CONTACT)
    page.locator("#send").click()


def outbox(page: Page) -> list[dict[str, Any]]:
    """Everything the phone keeps of requests."""
    found: list[dict[str, Any]] = page.evaluate("linliOutbox.all()")
    return found


def away(page: Page) -> None:
    """The signal is gone."""
    page.context.set_offline(True)


def back(page: Page) -> None:
    """There is signal again."""
    page.context.set_offline(False)


def test_written_without_signal_it_waits_says_so_and_goes_out_by_itself_once(phone: Page, arrived: Arrived) -> None:
    away(phone)
    phone.goto(phone.url)  # opened anew: the kept form
    picture = io.BytesIO()
    Image.radial_gradient("L").resize((1200, 800)).save(picture, "PNG")
    phone.locator("#photos").set_input_files(
        {"name": "lift.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    expect(phone.locator("#photos-said")).to_contain_text("Photos: 1")
    write(phone)

    expect(phone).to_have_url(re.compile("/waiting"))
    expect(phone.locator("#outbox")).to_contain_text("not sent yet")
    expect(phone.locator("main")).to_contain_text("Whoever uses this phone can read what waits here")
    phone.locator("#outbox summary").click()
    expect(phone.locator("#outbox")).to_contain_text(CONTACT)
    assert fits(phone)
    assert violations(phone) == []
    assert arrived() == []

    back(phone)

    expect(phone.locator("#outbox .reference")).to_have_text(re.compile(r"^[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]+$"))
    assert violations(phone) == []
    assert arrived() == ["medicine"]
    assert CONTACT not in str(outbox(phone)), "what was written is deleted once it is sent"
    phone.locator("[data-link]").click()
    expect(phone.locator("[aria-current=step]")).to_contain_text("Received")
    expect(phone.locator("main")).to_contain_text("1 photo is kept with the request.")


def test_sent_by_a_page_and_by_another_at_once_it_is_one_request(phone: Page, arrived: Arrived) -> None:
    other = phone.context.new_page()
    other.goto(phone.url)
    away(phone)
    write(phone, "repairs")
    expect(phone.locator("#outbox")).to_contain_text("not sent yet")

    back(phone)
    for page in (phone, other):
        page.evaluate("linliOutbox.flush()")

    expect(phone.locator("#outbox .reference")).to_be_visible()
    assert arrived() == ["repairs"]


def test_an_answer_lost_on_the_way_makes_no_second_request(phone: Page, arrived: Arrived) -> None:
    away(phone)
    write(phone, "elder_care")
    expect(phone.locator("#outbox")).to_contain_text("not sent yet")
    lost = []

    def lose(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)  # it arrives
            route.abort()  # and its answer does not
        else:
            route.continue_()

    phone.context.route("**/report?lang=*", lose)
    back(phone)
    until(phone, "linliOutbox.flush")

    expect(phone.locator("#outbox .reference")).to_be_visible()
    assert lost == [201]
    assert arrived() == ["elder_care"]


def test_after_the_page_was_closed_it_goes_out_when_a_page_is_opened_again(
    phone: Page, arrived: Arrived, linli: str
) -> None:
    away(phone)
    write(phone, "counselling")
    expect(phone.locator("#outbox")).to_contain_text("not sent yet")
    context = phone.context
    phone.close()

    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{linli}/")

    expect(page.locator("#outbox-notice [data-state=sent]")).to_be_visible()
    page.locator("#outbox-notice [data-state=sent]").click()
    expect(page.locator("#outbox .reference")).to_be_visible()
    assert arrived() == ["counselling"]
    page.goto(f"{linli}/")
    expect(page.locator("#outbox-notice")).to_be_hidden()


def test_what_the_service_does_not_take_is_told_and_mended(phone: Page, arrived: Arrived) -> None:
    away(phone)
    write(phone, "child_care", compound="No such place")
    expect(phone.locator("#outbox")).to_contain_text("not sent yet")

    back(phone)

    expect(phone.locator("#outbox .problem")).to_have_text(re.compile("not on our list"))
    assert arrived() == []
    phone.locator("[data-mend]").click()
    expect(phone.locator("#contact")).to_have_value(CONTACT)
    expect(phone.locator("input[value=child_care]")).to_be_checked()
    write(phone, "child_care")
    expect(phone.locator(".reference")).to_be_visible()
    assert arrived() == ["child_care"]
    assert outbox(phone) == []


def test_without_signal_the_form_asks_for_what_is_missing_before_it_is_kept(phone: Page) -> None:
    away(phone)
    phone.locator("#send").click()

    assert phone.locator("#compound").evaluate("(field) => field.validationMessage")
    assert outbox(phone) == []
    assert "/report" in phone.url


def test_what_was_kept_can_be_deleted_and_is_never_sent(phone: Page, arrived: Arrived) -> None:
    away(phone)
    write(phone)
    phone.locator("[data-remove]").click()
    expect(phone.locator("#outbox-empty")).to_be_visible()

    back(phone)

    until(phone, "linliOutbox.flush")  # false while the worker, told of the signal, looks for itself
    assert outbox(phone) == []
    assert arrived() == []


def test_when_the_signal_dies_under_the_button_nothing_is_lost(phone: Page, arrived: Arrived) -> None:
    page = phone
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => true })")
    page.reload()
    away(page)  # the phone does not know it yet: it tries, and the worker keeps what did not get through
    write(page, "food")

    expect(page.locator("#outbox")).to_contain_text("not sent yet")
    back(page)

    expect(page.locator("#outbox .reference")).to_be_visible()
    assert arrived() == ["food"]


def test_the_form_is_kept_in_the_language_and_type_chosen_and_what_was_kept_before_goes(visit: Visit) -> None:
    # On a phone without a worker yet: a browser that is being watched does not always let one take another's place.
    page = visit("/static/icon.svg", PHONE, may_complain=True).page
    page.evaluate("caches.open('linli-of-an-older-version')")
    report = page.url.replace("/static/icon.svg", "/report")
    page.goto(f"{report}?lang=zh-Hans&type=large")
    until(page, "async () => !(await caches.keys()).includes('linli-of-an-older-version')")
    with_worker(page)
    away(page)
    page.goto(report)

    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("html")).to_have_attribute("data-type", "large")
    expect(page.locator("h1")).to_have_text("我要求助")


def test_a_poster_scanned_without_signal_opens_the_form_placed(phone: Page) -> None:
    away(phone)
    phone.goto(f"{phone.url}?compound=demo-compound-001")

    expect(phone.locator("#compound")).to_have_value("demo-compound-001")


def test_a_page_that_cannot_be_had_says_so_and_what_can_be_done(phone: Page, linli: str) -> None:
    away(phone)
    phone.goto(f"{linli}/sign-in")

    expect(phone.locator("#elsewhere")).to_be_visible()
    expect(phone.locator("main a.button-main")).to_have_attribute("href", "/report")
    assert violations(phone) == []


def test_the_map_opens_without_signal_as_it_was_and_says_of_when(visit: Visit) -> None:
    page = with_worker(visit("/", may_complain=True).page)
    expect(page.locator("[data-classes] li")).to_have_count(5)
    wait_for_kept(page, "/api/v1/cells/")
    wait_for_kept(page, "/static/map/streets.js")
    away(page)
    page.reload()

    expect(page.locator("[data-classes] li")).to_have_count(5)
    expect(page.locator("#notice")).to_contain_text("You are offline. What you see is from")
    assert page.locator("#moment time").first.get_attribute("datetime")


def wait_for_kept(page: Page, path: str) -> None:
    """Waits until the worker keeps something whose path begins so."""
    until(page, f"async () => (await ({KEPT})()).some((one) => one.startsWith('{path}'))")


def test_nothing_private_is_ever_kept(visit: Visit) -> None:
    visitor = visit("/report?lat=30.3&lng=120.1", DESKTOP, may_complain=True)
    page = with_worker(visitor.page)
    page.locator("input[value=food]").check()
    page.locator("input[value=ordinary]").check()
    page.locator("#send").click()
    expect(page.locator(".reference").first).to_be_visible()
    visitor.open("/sign-in")
    visitor.sign_in("community-official@example.org")
    visitor.open("/")
    expect(page.locator("[data-classes] li").first).to_be_attached()
    for path in ("/account", "/dashboard", "/posters"):
        visitor.open(path)
    wait_for_kept(page, "/static/map/")

    kept = {(path.split("/")[1], said) for path, said, _ in all_kept(page) if re.search("private|no-store", said)}
    assert kept == {("report", "no-store")}, "only the empty form, fetched without a cookie"
    assert not any(path.startswith(("/needs", "/dashboard", "/account", "/posters")) for path, _, _ in all_kept(page))
    assert not any('action="/sign-out"' in text or 'name="csrf_token"' in text for _, _, text in all_kept(page))


def all_kept(page: Page) -> list[list[str]]:
    """Path, Cache-Control and text of everything the worker keeps."""
    found: list[list[str]] = page.evaluate("""async () => {
      const found = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          const answer = await cache.match(request, { ignoreVary: true });
          const path = new URL(request.url).pathname;
          found.push([path, answer.headers.get('Cache-Control') ?? '', await answer.text()]);
        }
      }
      return found;
    }""")
    return found
