"""Is it one of these? Neighbours see what was asked for at shared places, never whose it is; floods are held back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from data.database import Database
from layers.actor import SYSTEM
from layers.needs import actions, counts
from layers.needs.record import Need, ReportCount
from layers.needs.rules import Feature
from layers.vocabulary.record import Service
from tests.webmap.forms import Form

LNG, LAT = 120.12, 30.28
HERE = {"pin_lat": str(LAT), "pin_lng": str(LNG)}
LEAST = {"service": "food", "urgency": "ordinary", **HERE}
SECRETS = {"words": "my words", "contact": "13800000000", "building": "77", "unit": "505"}
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}
METRE = 1 / 111_195


def ask(database: Database, north_m: float = 0.0, east_m: float = 0.0, shared: bool = True) -> int:
    """Somebody has asked so many metres away; the need's number."""
    need = Feature(service="repairs", shared=shared, **SECRETS)
    lng, lat = LNG + east_m * METRE / 0.8636, LAT + north_m * METRE  # the cosine of LAT
    with database.write() as session:
        return actions.report(session, need, lng, lat, datetime.now(UTC)).need_id


def move(database: Database, need_id: int, state: str) -> None:
    with database.write() as session:
        actions.move(session, [need_id], state, SYSTEM, datetime.now(UTC))


def shown(client: FlaskClient, **more: str) -> str:
    """What the page shows between the place and what is needed."""
    told = client.post("/report/nearby", data={**HERE, **more}).get_json()
    return str(told["nearby"])


def marks(client: FlaskClient) -> list[str]:
    return re.findall(r'name="voice" value="(\w+)"', shown(client))


def voices(database: Database, need_id: int) -> int:
    with database.read() as session:
        return session.execute(select(Need.voices).where(Need.id == need_id)).scalar_one()


def me_too(client: FlaskClient, mark: str, agent: str = "a phone", **environ: Any) -> TestResponse:
    return client.post("/report/voices", data={**HERE, "voice": mark}, headers={"User-Agent": agent}, **environ)


def test_a_need_of_a_shared_place_is_shown_with_service_age_and_voices_only(
    client: FlaskClient, database: Database
) -> None:
    need = ask(database, 100)
    assert me_too(client, *marks(client)).status_code == 303

    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown(client)))

    assert re.search(r"Repairs asked .* ago · 1 neighbour needs it too", words)
    assert [secret for secret in SECRETS.values() if secret in words] == []
    assert voices(database, need) == 1


def test_only_open_needs_of_shared_places_within_250_metres_are_shown(client: FlaskClient, database: Database) -> None:
    ask(database, shared=False)
    ask(database, 240, 240)  # 340 m
    closed = ask(database)
    move(database, closed, "withdrawn")
    assert marks(client) == []

    ask(database, 200)
    assert len(marks(client)) == 1


def test_a_service_that_is_reviewed_first_shows_its_needs_once_they_are_acknowledged(
    client: FlaskClient, database: Database
) -> None:
    with database.write() as session:
        session.execute(update(Service).where(Service.name == "repairs").values(review_first=True))
    need = ask(database)
    assert marks(client) == []

    move(database, need, "acknowledged")
    assert len(marks(client)) == 1


@pytest.mark.parametrize("way", ["link", "without script"])
def test_the_page_itself_shows_them_once_the_place_is_known(client: FlaskClient, database: Database, way: str) -> None:
    ask(database)
    assert "Is it one of these?" not in client.get("/report").get_data(as_text=True)

    link = {"lat": str(LAT), "lng": str(LNG)}
    sent = {**LEAST, "words": "two lamps", "step": "look"}
    answer = client.get("/report", query_string=link) if way == "link" else client.post("/report", data=sent)

    assert answer.status_code == 200
    assert "Is it one of these?" in answer.get_data(as_text=True)
    if way == "without script":
        assert Form(answer.get_data(as_text=True)).fields["words"] == "two lamps"


def test_looking_finds_nothing_and_says_so(client: FlaskClient) -> None:
    answer = client.post("/report", data={**LEAST, "step": "look"})

    assert "Nothing was asked for at a shared place near here" in answer.get_data(as_text=True)


def test_one_device_has_one_voice_and_another_one_its_own(client: FlaskClient, database: Database) -> None:
    need = ask(database)
    (mark,) = marks(client)

    for agent in ("a phone", "a phone", "another phone"):
        assert me_too(client, mark, agent).location == "/report/thanks"

    assert voices(database, need) == 2
    assert client.get("/report/thanks").status_code == 200


@pytest.mark.parametrize("mark", ["", "1", "0" * 32, "\x00", "'; DROP TABLE needs; --", "x" * 5000])
def test_a_forged_mark_adds_no_voice_and_loses_nothing(client: FlaskClient, database: Database, mark: str) -> None:
    need = ask(database)

    answer = client.post("/report/voices", data={**LEAST, "words": "two lamps", "voice": mark})

    assert answer.status_code == 409
    assert Form(answer.get_data(as_text=True)).fields["words"] == "two lamps"
    assert voices(database, need) == 0


def test_a_mark_counts_only_from_near_by_and_while_it_is_open(client: FlaskClient, database: Database) -> None:
    need = ask(database)
    (mark,) = marks(client)

    far = client.post("/report/voices", data={"pin_lat": str(LAT + 0.1), "pin_lng": str(LNG), "voice": mark})
    move(database, need, "withdrawn")
    gone = me_too(client, mark)

    assert (far.status_code, gone.status_code, voices(database, need)) == (409, 409, 0)


def test_another_site_cannot_use_the_session_of_staff(
    signed_in: Callable[..., FlaskClient], database: Database
) -> None:
    ask(database)
    staff = signed_in("community_official")

    for path in ("/report", "/report/nearby", "/report/voices"):
        assert staff.post(path, data=LEAST, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def fill(database: Database, **counted: int) -> None:
    """Counts as if so many had been sent within this hour, by device and area."""
    with database.write() as session:
        session.execute(
            update(ReportCount).where(ReportCount.counted.startswith("device")).values(count=counted["device"])
        )
        session.execute(update(ReportCount).where(ReportCount.counted.startswith("area")).values(count=counted["area"]))


@pytest.mark.parametrize("full", [{"device": 120, "area": 1}, {"device": 1, "area": 600}], ids=["device", "area"])
def test_beyond_the_limit_nothing_written_is_lost_and_the_telephone_is_named(
    client: FlaskClient, database: Database, full: dict[str, int]
) -> None:
    assert client.post("/report", data=LEAST, environ_base=STRANGER).status_code == 303
    fill(database, **full)

    answer = client.post("/report", data={**LEAST, "words": "rice"}, environ_base=STRANGER)

    form = Form(answer.get_data(as_text=True))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert "telephone" in form.said["problem-key"]
    assert form.fields["words"] == "rice"
    with database.read() as session:
        assert len(session.execute(select(Need.id)).all()) == 1


def test_a_program_is_told_when_to_come_back_and_a_repeat_is_not_counted(
    client: FlaskClient, database: Database
) -> None:
    body, key = {"lon": LNG, "lat": LAT, "service": "food"}, {"Idempotency-Key": "a-key-of-a-phone"}
    assert client.post("/api/v1/needs", json=body, headers=key, environ_base=STRANGER).status_code == 201
    fill(database, device=120, area=1)

    refused = client.post("/api/v1/needs", json=body, environ_base=STRANGER)
    again = client.post("/api/v1/needs", json=body, headers=key, environ_base=STRANGER)

    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert (refused.get_json()["type"], int(refused.headers["Retry-After"]) > 0) == ("/problems/too-many-reports", True)
    assert again.status_code == 200


def test_limits_hold_for_strangers_only(
    client: FlaskClient, signed_in: Callable[..., FlaskClient], database: Database
) -> None:
    staff = signed_in("community_official")
    body = {"lon": LNG, "lat": LAT, "service": "food"}
    own_page = {"Sec-Fetch-Site": "same-origin"}

    assert client.post("/api/v1/needs", json=body).status_code == 201
    assert staff.post("/api/v1/needs", json=body, environ_base=STRANGER, headers=own_page).status_code == 201
    with database.read() as session:
        assert session.execute(select(ReportCount.counted)).all() == []


def test_one_home_has_one_count_whichever_of_its_ipv6_addresses_it_uses(
    client: FlaskClient, database: Database
) -> None:
    for address in ("2001:db8:1:2::3", "2001:db8:1:2:ffff::9", "2001:db8:1:3::3"):
        client.post("/report", data=LEAST, environ_base={"REMOTE_ADDR": address})

    with database.read() as session:
        rows = session.execute(select(ReportCount.counted, ReportCount.count)).all()
    assert sorted(count for name, count in rows if name.startswith("device")) == [1, 2]
    assert not any("2001" in name for name, _count in rows)


def test_counts_are_forgotten_after_a_day(client: FlaskClient, database: Database) -> None:
    client.post("/report", data=LEAST, environ_base=STRANGER)
    with database.write() as session:
        counts.forget_counts(session, datetime.now(UTC) - counts.COUNTS_KEPT)
        assert len(session.execute(select(ReportCount)).all()) == 2
        counts.forget_counts(session, datetime.now(UTC) + counts.COUNTS_KEPT)
        assert session.execute(select(ReportCount)).all() == []
