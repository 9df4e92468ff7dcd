"""Notices to an area: written by officials, shown where they hold, sent as CAP 1.2 in an Atom feed."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import shapely
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webmap import cap
from tests.webmap.conftest import SignedIn
from tests.webmap.forms import hidden, page
from tests.webmap.official import LAT, LNG, NOW, in_a_page, load, put, report, square

ATOM = "{http://www.w3.org/2005/Atom}"
INSIDE, OUTSIDE = {"lat": LAT + 0.001, "lng": LNG + 0.001}, {"lat": LAT + 0.03, "lng": LNG + 0.03}


def written(moment: datetime) -> str:
    """A moment as the form's fields hold it, in the service's own zone."""
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


FORM: dict[str, Any] = {
    "kind": "water_power", "urgency": "soon", "severity": "severe", "certainty": "observed",
    "title_zh": "今晚停水", "words_zh": "请储水。\r\n明早六点恢复。", "title_en": "No water <tonight> & tomorrow",
    "words_en": "Store some.\x0b <script>alert(1)</script>", "compound": ["桂花苑"], "starts_at": "",
    "ends_at": written(NOW + timedelta(hours=10)),
}  # fmt: skip


@pytest.fixture
def official(signed_in: SignedIn) -> FlaskClient:
    """A district official in whose map there is one compound."""
    client = in_a_page(signed_in("district_official"))
    put(client, "compounds", square(), name="桂花苑", households=120, population=300)
    return client


def send(client: FlaskClient, presses: int = 1, **changed: object) -> TestResponse:
    """Fills the form, reads how it will read, and sends it."""
    form = {**FORM, **changed}
    shown = page(client.post("/notices/new", data=form))
    sent = {"draft": hidden(shown, "draft"), **form, "step": "send", "seen": hidden(shown, "seen")}
    for _ in range(presses):
        answer = client.post("/notices/new", data=sent)
    return answer


def feed(client: FlaskClient) -> list[tuple[str, bytes]]:
    """Title and CAP message of every entry of the feed, newest first."""
    answer = client.get("/notices.atom")
    assert answer.mimetype == "application/atom+xml"
    root = ET.fromstring(answer.data)  # noqa: S314 - our own feed
    assert [one.tag.removeprefix(ATOM) for one in root][:3] == ["id", "title", "updated"]
    found = []
    for entry in root.iter(f"{ATOM}entry"):
        [link] = [one for one in entry.iter(f"{ATOM}link") if one.get("type") == "application/cap+xml"]
        message = client.get(link.get("href") or "")
        assert message.mimetype == "application/cap+xml"
        found.append((entry.findtext(f"{ATOM}title") or "", message.data))
    return found


def test_a_notice_is_shown_where_it_holds_and_nowhere_else(official: FlaskClient, client: FlaskClient) -> None:
    preview = page(official.post("/notices/new", data=FORM))
    assert "1 compound is inside" in preview
    assert "120 households" in preview
    assert "There is no notice" in page(client.get("/notices"))

    assert send(official, presses=2).status_code == 303

    assert page(client.get("/notices")).count("&lt;script&gt;alert(1)&lt;/script&gt;") == 1
    assert "今晚停水" in page(client.get("/notices?lang=zh"))
    there, elsewhere = client.get("/report", query_string=INSIDE), client.get("/report", query_string=OUTSIDE)
    assert ("今晚停水" in page(there), "今晚停水" in page(elsewhere)) == (True, False)
    assert "今晚停水" in page(client.get("/report?compound=桂花苑"))
    link = report(client, lon=INSIDE["lng"], lat=INSIDE["lat"])["token"]
    assert "今晚停水" in page(client.get(f"/needs/{link}"))
    told = re.search(r'id="map-config">(.*?)</script>', page(client.get("/")))
    assert told is not None
    assert [one["title"] for one in json.loads(told[1])["notices"]] == ["今晚停水"]


def test_a_notice_is_a_valid_alert_and_so_is_what_takes_its_place(official: FlaskClient, client: FlaskClient) -> None:
    send(official)
    [(_, first)] = feed(client)
    number = re.search(r"replaces=(\d+)", page(official.get("/notices")))
    assert number is not None

    changed = page(official.get(f"/notices/new?replaces={number[1]}"))
    assert "今晚停水" in changed
    again = {"replaces": number[1], "same": "1", "compound": [], "title_zh": "停水延长"}
    assert send(official, **again).status_code == 303
    assert send(official, **again).status_code == 409
    assert "今晚停水" not in page(client.get("/report?compound=桂花苑&lang=zh"))
    assert "停水延长" in page(client.get("/report?compound=桂花苑&lang=zh"))

    newest = re.search(r'action="(/notices/\d+/cancel)"', page(official.get("/notices")))
    assert newest is not None
    assert official.post(newest[1], data={"reason": " "}).status_code == 400
    assert official.post(newest[1], data={"reason": "水来了"}).status_code == 303
    assert official.post(newest[1], data={"reason": "水来了"}).status_code == 409
    assert "停水延长" not in page(client.get("/report?compound=桂花苑"))

    messages = [message for _, message in feed(client)]
    assert [cap.faults(message) for message in messages] == [[], [], []]
    assert [cap.said(message, "msgType") for message in messages] == [["Cancel"], ["Update"], ["Alert"]]
    assert messages[2] == first
    assert cap.said(first, "language") == ["en-US", "zh-CN"]
    assert cap.said(first, "headline")[0] == FORM["title_en"]
    assert cap.said(first, "severity") == ["Severe", "Severe"]
    assert cap.said(first, "sent")[0].endswith("+08:00")
    assert cap.said(first, "polygon")[0].startswith(f"{LAT:.2f}")
    assert [len(cap.said(message, "references")[0].split()) for message in messages[:2]] == [2, 1]
    assert cap.said(first, "identifier")[0] in cap.said(messages[0], "references")[0]


def test_officials_write_for_what_they_answer_for_and_nobody_else_writes(
    official: FlaskClient, client: FlaskClient, signed_in: SignedIn
) -> None:
    far = load(official.application, "compounds", square(LNG + 0.2), name="远处")
    assert far
    for refused, why in (
        ({"compound": ["远处"]}, "not inside your duty area"),
        ({"compound": []}, "Say for which area"),
        ({"compound": [], "drawn": '{"type":"Polygon","coordinates":[]}'}, "cannot be read"),
        ({"compound": [], "drawn": json.dumps(square(80, 20, 30)), "area_name": "全国"}, "too large"),
        ({"compound": [], "drawn": json.dumps(square())}, "what people there call this area"),
        ({"ends_at": written(NOW - timedelta(hours=1))}, "ends before it starts"),
        ({"ends_at": written(NOW + timedelta(days=90))}, "60 days at most"),
        ({"ends_at": "9999-12-30T12:00"}, "60 days at most"),
        ({"ends_at": "9999-12-31T23:59"}, "Write the day and the time"),
        ({"ends_at": "soon"}, "Write the day and the time"),
        ({"starts_at": "0001-01-01T00:00"}, "Write the day and the time"),
        ({"title_zh": "", "title_en": ""}, "Give it a title"),
        ({"words_zh": "长" * 3005}, "5 characters too long"),
        ({"severity": "terrible"}, "Choose one of these"),
    ):
        answer = official.post("/notices/new", data={**FORM, **refused, "step": "send"})
        assert answer.status_code == 400, refused
        assert why in page(answer), refused
        assert "Store some" in page(answer)
    assert feed(client) == []

    assert client.get("/notices/new").status_code == 302
    volunteer = in_a_page(signed_in("volunteer"))
    assert volunteer.get("/notices/new").status_code == 403
    assert volunteer.post("/notices/1/cancel", data={"reason": "x"}).status_code == 403
    assert "Write a notice" not in page(volunteer.get("/notices"))
    assert official.get("/notices/new?replaces=99").status_code == 404
    assert client.get("/notices/99.cap.xml").status_code == 404


def test_what_is_sent_again_from_the_same_page_is_sent_once_and_what_was_changed_since_goes_out(
    official: FlaskClient, client: FlaskClient
) -> None:
    draft = hidden(page(official.get("/notices/new")), "draft")
    for title in ("今晚停水", "今晚停电"):
        send(official, presses=2, title_zh=title, title_en="", words_en="", draft=draft)
    assert [title for title, _ in feed(client)] == ["今晚停电", "今晚停水"]

    read = page(official.get("/notices"))
    for address in re.findall(r'action="(/notices/\d+/cancel)"', read):
        assert official.post(address, data={"reason": "错", "draft": hidden(read, "draft")}).status_code == 303
    assert "There is no notice" in page(client.get("/notices"))


def test_who_does_not_answer_for_the_area_of_a_notice_does_not_change_it(
    official: FlaskClient, client: FlaskClient, signed_in: SignedIn
) -> None:
    load(official.application, "compounds", square(LNG + 0.2), name="远处")
    send(official)
    number = re.search(r"replaces=(\d+)", page(official.get("/notices")))
    assert number is not None
    around = shapely.box(LNG + 0.19, LAT - 0.01, LNG + 0.21, LAT + 0.01)
    elsewhere = in_a_page(signed_in("community_official", duty=around))

    assert elsewhere.get(f"/notices/new?replaces={number[1]}").status_code == 403
    form = {**FORM, "compound": ["远处"], "replaces": number[1], "step": "send"}
    assert elsewhere.post("/notices/new", data=form).status_code == 403
    assert elsewhere.post(f"/notices/{number[1]}/cancel", data={"reason": "错"}).status_code == 403
    assert len(feed(client)) == 1


def test_what_was_changed_after_it_was_shown_is_shown_again(official: FlaskClient, client: FlaskClient) -> None:
    shown = page(official.post("/notices/new", data=FORM))
    other = {**FORM, "title_zh": "改了", "step": "send", "seen": hidden(shown, "seen")}

    assert "How it will read" in page(official.post("/notices/new", data=other))
    assert feed(client) == []


def test_a_notice_of_a_coming_day_waits_for_it(official: FlaskClient, client: FlaskClient) -> None:
    send(official, starts_at=written(NOW + timedelta(hours=5)))

    assert "今晚停水" in page(client.get("/notices?lang=zh"))
    assert "今晚停水" not in page(client.get("/report?compound=桂花苑&lang=zh"))
