"""The dashboard in a browser: decided by keyboard and for many; what arrives meanwhile; two who decide at once."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitors import DESKTOP, PHONE, Visitor

#: A place inside the demo's city where nobody lives: a pin stands alone there.
LNG, LAT = 120.0512, 30.3015


def official(visit: Visit, address: str, size: tuple[int, int] = DESKTOP, **more: Any) -> Page:
    """A city official of the demo who has opened the dashboard and sees its list."""
    visitor: Visitor = visit("/sign-in", size, "en", **more)
    visitor.sign_in("city-official@example.org")
    without_scripts = more.get("java_script_enabled") is False
    visitor.page.wait_for_url(visitor.linli + ("/dashboard/list*" if without_scripts else "/dashboard*"))
    visitor.open(address)
    return visitor.page


def report(linli: str, **need: Any) -> dict[str, Any]:
    """What a resident is told who reports a need."""
    body = {"lon": LNG, "lat": LAT, "service": "counselling", **need}
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{linli}/api/v1/needs", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        told: dict[str, Any] = json.load(answer)
    return told


def number_of(page: Page, linli: str, told: dict[str, Any]) -> int:
    """The number of a need, which only staff are told."""
    found = page.request.get(f"{linli}/api/v1/triage?q={told['reference']}").json()["needs"]
    return int(found[0]["id"])


def row(page: Page, need: int) -> Any:
    """The row of a need in the list."""
    return page.locator(f'#list li[data-id="{need}"]')


def test_many_are_decided_by_keyboard_alone_and_one_key_undoes_it(visit: Visit) -> None:
    page = official(visit, "/dashboard?state=reported")
    rows = page.locator("#list li")
    expect(rows.first).to_be_visible()
    first, second = (rows.nth(at).get_attribute("data-id") for at in range(2))
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#batch")).to_contain_text("2 selected")

    page.keyboard.press("d")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#undo-bar")).to_contain_text("2 declined.")
    for need in (first, second):
        expect(row(page, int(need or 0))).to_contain_text("Declined")
    page.keyboard.press("u")
    expect(page.locator("#undo-bar")).to_contain_text("Undone.")
    for need in (first, second):
        expect(row(page, int(need or 0))).to_contain_text("Reported")

    page.keyboard.press("k")
    page.keyboard.press("a")
    expect(row(page, int(first or 0))).to_contain_text("Acknowledged")
    page.keyboard.press("u")
    expect(row(page, int(first or 0))).to_contain_text("Reported")


def test_an_acknowledgement_that_waits_for_its_undo_is_sent_when_the_page_is_left(visit: Visit, linli: str) -> None:
    told = report(linli)
    page = official(visit, f"/dashboard?q={told['reference']}")
    need = number_of(page, linli, told)
    row(page, need).get_by_role("button").click()
    page.keyboard.press("a")
    expect(page.locator("#undo-bar")).to_contain_text("1 acknowledged.")

    page.goto(f"{linli}/account")
    page.evaluate(
        """async (asked) => {
          for (let tries = 0; tries < 300; tries += 1) {
            const [{ state }] = (await (await fetch(asked)).json()).needs;
            if (state === "acknowledged") return;
            await new Promise((done) => setTimeout(done, 100));
          }
          throw new Error("never acknowledged");
        }""",
        f"/api/v1/triage?ids={need}",
    )


def test_a_new_need_arrives_by_itself_and_moves_nothing_until_it_is_asked_for(visit: Visit, linli: str) -> None:
    page = official(visit, "/dashboard")
    read = page.locator("#list li").nth(12)
    read.scroll_into_view_if_needed()
    before = read.bounding_box()

    told = report(linli, lat=LAT - 0.004)
    expect(page.locator("#news")).to_contain_text("1 new")
    expect(page.locator(".pin.is-new")).to_have_count(1)

    after = read.bounding_box()
    assert before is not None and after is not None
    assert after["y"] - before["y"] == 0
    need = number_of(page, linli, told)
    assert row(page, need).count() == 0
    page.locator("#news button").click()
    expect(page.locator("#list li").first).to_have_attribute("data-id", str(need))


def test_what_was_searched_for_opens_with_the_first_click(visit: Visit, linli: str) -> None:
    told = report(linli)
    page = official(visit, "/dashboard")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/triage?" in request.url else None)

    page.locator("#filters input[name=q]").fill(told["reference"])
    found = row(page, number_of(page, linli, told)).locator(".need-open")
    expect(page.locator("#list li")).to_have_count(1)
    searched = len(asked)
    found.click()

    expect(page.locator("#need .reference")).to_have_text(told["reference"])
    assert len(asked) == searched  # asked once more when the field is left, the row went from under the finger


def test_a_press_on_a_button_does_its_work_also_when_the_story_comes_meanwhile(visit: Visit, linli: str) -> None:
    told = report(linli)
    page = official(visit, "/dashboard", service_workers="block", may_complain=True)  # that it has no worker
    number = number_of(page, linli, told)
    held: list[Route] = []
    page.route("**/story", lambda route: held.append(route))
    page.locator("#filters input[name=q]").fill(told["reference"])
    with page.expect_request(f"**/{number}/story"):
        row(page, number).locator(".need-open").click()
    button = page.locator("#need [data-part=acknowledge]")

    button.hover()
    page.mouse.down()
    with page.expect_response(lambda answer: answer.url == held[0].request.url):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.mouse.up()

    expect(page.locator("#need .need-state")).to_contain_text("Acknowledged")


def test_of_two_officials_the_second_is_told_who_was_first(visit: Visit, linli: str) -> None:
    told = report(linli)
    first = official(visit, "/dashboard")
    address = f"/dashboard?need={number_of(first, linli, told)}&q={told['reference']}"
    first.goto(f"{linli}{address}")
    second = official(visit, address, may_complain=True)  # what it asks for while it is offline fails
    expect(second.locator("#need")).to_contain_text("Reported")
    second.context.set_offline(True)  # so that it decides on what it saw before
    first.get_by_role("button", name="Decline").first.click()
    first.locator("#decline-dialog input").first.check()
    first.locator("#decline-dialog .button-main").click()
    expect(first.locator("#undo-bar")).to_contain_text("1 declined.")

    second.get_by_role("button", name="Decline").first.click()
    second.locator("#decline-dialog input").last.check()
    second.context.set_offline(False)
    second.locator("#decline-dialog .button-main").click()

    expect(second.locator("#undo-bar")).to_contain_text(re.compile(r"was left: .*city-official@.* was first"))
    expect(second.locator("#need .need-line")).to_contain_text("Declined")


def test_many_needs_of_one_tower_are_a_list_behind_one_pin(visit: Visit, linli: str) -> None:
    tower = {"compound": "晴川苑", "building": "21幢"}
    for number in range(5):
        report(linli, **tower, lat=LAT + 0.004, contact=f"1390000000{number}")
    page = official(visit, "/dashboard?service=counselling&age=hour")

    page.get_by_role("button", name="Zoom out").click()
    page.locator(".pin-count", has_text="5").click()

    expect(page.locator("#group")).to_contain_text("晴川苑 21幢: 5 requests")
    expect(page.locator("#list li")).to_have_count(5)


def test_without_scripts_the_plain_list_takes_a_need_to_somebodys_hands(visit: Visit, linli: str) -> None:
    told = report(linli)
    page = official(visit, f"/dashboard/list?q={told['reference']}", PHONE, java_script_enabled=False)

    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("status")).to_contain_text(told["reference"])
    page.get_by_label("Organization").last.fill("Blue Vests")
    page.get_by_role("button", name="Give").click()

    expect(page.locator(".plain-needs")).to_contain_text("Taken: Blue Vests")
