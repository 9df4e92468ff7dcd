"""The map page without its scripts says where help is; to staff it says where things stand."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
import shapely.affinity
from flask.testing import FlaskClient

from data.database import Database
from tests.layers.town import OFFICIAL, Thing, put
from tests.webmap.conftest import SignedIn

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
PLACE = shapely.Point(120.1, 30.28)
SQUARE = shapely.box(120.10, 30.28, 120.11, 30.29)


def moved(east: float) -> shapely.Geometry:
    """The square some degrees further east."""
    return shapely.affinity.translate(SQUARE, xoff=east)


def thing(layer: str, geometry: shapely.Geometry = PLACE, **values: Any) -> Thing:
    """A feature of a layer."""
    return Thing(layer, values, geometry)


def fill(database: Database, *things: Thing) -> None:
    """Puts things in, one after another."""
    with database.write() as session:
        for one in things:
            put(session, [one], NOW - 3 * HOUR, OFFICIAL)


def without_script(client: FlaskClient, language: str = "en") -> str:
    """What the page says to whoever has no scripts, as text."""
    page = client.get("/", headers={"Accept-Language": language}).get_data(as_text=True)
    part = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert part is not None
    return " ".join(re.sub(r"<[^>]+>", " ", part[1]).split())


def test_a_page_over_an_empty_store_names_nothing(client: FlaskClient) -> None:
    said = without_script(client)

    assert "Ask for help" in said
    assert "Supplies to collect" not in said
    assert "Checkpoints" not in said


def opens_at(client: FlaskClient) -> list[float]:
    """South, west, north and east of what the map shows at first."""
    page = client.get("/").get_data(as_text=True)
    found = re.search(r"fitBounds\(\s*\[\[(.*?)\], \[(.*?)\]\]", page)
    assert found is not None
    return [float(number) for part in found.groups() for number in part.split(",")]


def test_the_map_opens_around_outlines_without_households(client: FlaskClient, database: Database) -> None:
    fill(database, thing("compounds", SQUARE, name="a"), thing("compounds", moved(0.05), name="b"))

    assert opens_at(client) == pytest.approx([30.28, 120.10, 30.29, 120.16], abs=0.001)


def test_the_map_of_a_whole_city_without_households_opens_where_most_outlines_are(
    client: FlaskClient, database: Database
) -> None:
    near = [thing("compounds", moved(step / 1000), name=f"{step}") for step in range(3)]
    fill(database, thing("compounds", moved(0.6), name="far away"), *near, thing("compounds", moved(-0.5), name="too"))

    assert opens_at(client) == pytest.approx([30.28, 120.10, 30.29, 120.112], abs=0.001)


def test_drops_not_over_yet_are_named_soonest_first_with_their_time_and_for_whom(
    client: FlaskClient, database: Database
) -> None:
    noon = (NOW + 30 * HOUR).replace(hour=4, minute=0)  # noon in Shanghai
    fill(
        database,
        thing("supply_drops", name="late", window_from=noon, window_to=noon + HOUR, compounds_served=["A", "<B>"]),
        thing("supply_drops", name="soon", window_from=NOW, window_to=NOW + HOUR),
        thing("supply_drops", name="over", window_from=NOW - 2 * HOUR, window_to=NOW - HOUR),
        thing("supply_drops", name="called off", state="cancelled", window_from=NOW, window_to=NOW + HOUR),
    )
    said = without_script(client)

    assert said.index("soon") < said.index("late")
    assert re.search(r"late .*12:00\sPM – 1:00\sPM, Planned ?\. For A, &lt;B&gt;", said)
    assert "over" not in said
    assert "called off" not in said
    assert "计划中" in without_script(client, "zh")


def test_a_drop_that_ends_on_another_day_says_which(client: FlaskClient, database: Database) -> None:
    fill(database, thing("supply_drops", name="long", window_from=NOW, window_to=NOW + 48 * HOUR))

    assert re.search(r"long \S+, \S+ – \d+/\d+/\d+, ", re.sub(r"\s[AP]M", "", without_script(client)))


@pytest.mark.parametrize(
    ("hours", "english", "chinese"),
    [
        ("", "open at all hours", "全天开放"),
        ("Mo-Su 06:00-22:00", "every day 06:00 to 22:00", "每天 06:00 至 22:00"),
        ("Mo-Fr 08:00-18:00", "Mo-Fr 08:00-18:00", "Mo-Fr 08:00-18:00"),
    ],
    ids=["always", "daily", "as written"],
)
def test_open_checkpoints_are_named_with_their_hours(
    client: FlaskClient, database: Database, hours: str, english: str, chinese: str
) -> None:
    fill(
        database,
        thing("checkpoints", name="north gate", kind="market", hours=hours),
        thing("checkpoints", name="south gate", kind="market", state="closed"),
    )

    assert f"north gate Market, {english}" in without_script(client)
    assert "south gate" not in without_script(client)
    assert chinese in without_script(client, "zh")


def test_staff_read_how_many_requests_are_open_and_how_many_places_are_filled(
    signed_in: SignedIn, database: Database
) -> None:
    when = {"starts_at": NOW - HOUR, "ends_at": NOW + HOUR, "organization": "neighbours"}
    fill(
        database,
        thing("volunteer_shifts", SQUARE, role="delivery", places_wanted=4, places_filled=3, **when),
        thing("volunteer_shifts", SQUARE, role="delivery", places_wanted=2, places_filled=0, **when),
        thing("volunteer_shifts", SQUARE, role="care", state="cancelled", places_wanted=9, places_filled=9, **when),
    )
    staff = signed_in("district_official")
    for contact in ("5550100", "5550101"):
        report = {"lon": 120.105, "lat": 30.285, "service": "food", "contact": contact}
        assert staff.post("/api/v1/needs", json=report, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 201

    page = " ".join(re.sub(r"<[^>]+>", "", staff.get("/").get_data(as_text=True)).split())

    assert "Open requests: Reported 2 · Acknowledged 0 · Taken 0" in page
    assert "Places filled on duty: Delivery 3 of 6" in page
    assert "Care" not in page[page.index("Places filled") :][:80]


def test_the_public_is_told_no_figures_of_staff(client: FlaskClient, signed_in: SignedIn) -> None:
    assert "nobody is on duty now" in signed_in("volunteer").get("/").get_data(as_text=True)

    assert "on duty now" not in client.get("/").get_data(as_text=True)
