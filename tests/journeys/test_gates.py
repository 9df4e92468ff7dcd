"""A volunteer counts at a gate without signal, takes a press back, and an official reads each press once."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.test_offline import KEPT, until
from tests.journeys.visitors import DESKTOP, PHONE

#: Two gates that no other journey opens.
GATE, HELPED = 3, 5

#: What the phone keeps of its presses.
PRESSES = """() => new Promise((resolve) => {
  indexedDB.open("linli-gates", 1).onsuccess = ({ target: { result } }) => {
    const asked = result.transaction("presses").objectStore("presses").getAll();
    asked.onsuccess = () => resolve(asked.result);
  };
})"""


def shown(page: Page) -> list[str]:
    """The numbers on the three buttons."""
    return page.locator("[data-quarter]").all_inner_texts()


def test_what_is_pressed_without_signal_is_shown_kept_and_counted_once(visit: Visit) -> None:
    phone = visit(f"/sign-in?next=/gates/{GATE}", PHONE, "zh", may_complain=True)  # a fetch that fails is told
    phone.sign_in("volunteer@example.org")
    page, waiting = phone.page, phone.page.locator("#gate-waiting")
    name = page.locator("h1").inner_text()
    page.evaluate("async () => void (await navigator.serviceWorker.ready)")
    page.reload()  # a page that was on its way while the worker came is not yet its own
    until(page, f"async () => (await ({KEPT})()).filter((path) => path.includes('/gates/')).length >= 4")
    expect(waiting).to_have_text("全部已发送。")
    page.context.set_offline(True)
    for kind in ("passed", "passed", "temperature_high"):
        page.locator(f".gate-{kind}").click()
    expect(waiting).to_contain_text("3 次待发送")
    assert shown(page) == ["2", "1", "0"]
    page.evaluate("() => { IDBObjectStore.prototype.put = () => { throw new Error('full'); }; }")
    page.locator(".gate-referred").click()
    expect(page.locator("#gate-said")).to_contain_text("请记在纸上：转送")
    assert shown(page) == ["2", "1", "0"]

    page.goto(page.url)  # opened anew without signal, on the keyboard this time
    expect(page.locator("h1")).to_have_text(name)
    expect(waiting).to_contain_text("3 次待发送")
    page.locator("#gate-undo button").press("Enter")
    expect(page.locator("#gate-said")).to_have_text("已撤销：体温异常。")
    page.context.set_offline(False)
    expect(waiting).to_have_text("全部已发送。", timeout=30_000)
    page.locator("#gate-undo button").click()  # one that is counted already
    expect(page.locator("#gate-said")).to_have_text("已撤销：放行。")
    expect(waiting).to_have_text("全部已发送。")
    page.get_by_role("link", name="打开完整页面").click()
    page.locator(".gate-referred").click()
    page.get_by_text("交班", exact=True).click()
    page.locator("#note").fill("晚班")
    page.get_by_role("button", name="按此计数交班").click()
    expect(page.get_by_role("status").first).to_contain_text("已交班")
    expect(page.locator("#gate-since")).to_have_text("放行 0，体温异常 0，转送 0")

    official = visit(f"/sign-in?next=/gates/{GATE}/counts", DESKTOP, "en")
    official.sign_in("city-official@example.org")
    expect(official.page.locator("tfoot td")).to_have_text(["1", "0", "1"])
    expect(official.page.locator(".gate-bar").first).to_be_attached()  # two, if a quarter ended meanwhile
    expect(official.page.get_by_role("region", name="Hand-overs")).to_contain_text("晚班")


def test_a_helper_without_an_account_counts_by_a_link_also_without_signal(visit: Visit) -> None:
    official = visit(f"/sign-in?next=/gates/{HELPED}/links", DESKTOP, "en")
    official.sign_in("city-official@example.org")
    official.page.get_by_role("button", name="Make a link").click()
    link = official.page.locator("#link").input_value()

    phone = visit(link.removeprefix(official.linli), PHONE, "zh", may_complain=True)  # a fetch that fails is told
    page, waiting = phone.page, phone.page.locator("#gate-waiting")
    name = page.locator("h1").inner_text()
    page.evaluate("async () => void (await navigator.serviceWorker.ready)")
    page.reload()
    until(page, f"async () => (await ({KEPT})()).filter((path) => path.includes('/gates/')).length >= 4")
    expect(waiting).to_have_text("全部已发送。")
    page.context.set_offline(True)
    for _ in range(2):
        page.locator(".gate-passed").click()
    expect(waiting).to_contain_text("2 次待发送")
    page.goto(link)  # opened anew without signal
    expect(page.locator("h1")).to_have_text(name)
    expect(waiting).to_contain_text("2 次待发送")
    page.goto(f"{phone.linli}/waiting")  # the page at the gate is closed: the worker sends what waits
    page.context.set_offline(False)
    until(page, f"async () => (await ({PRESSES})()).every((one) => one.state === 'sent')")

    official.open(f"/gates/{HELPED}/counts")
    expect(official.page.locator("tfoot td")).to_have_text(["2", "0", "0"])
    official.open(f"/gates/{HELPED}/links")
    official.page.get_by_role("button", name="Take back").click()
    expect(official.page.get_by_role("status").first).to_contain_text("opens nothing any more")
    assert official.page.request.get(link).status == 404
