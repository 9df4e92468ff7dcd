"""Every compound has a poster; its code opens the form already placed there, under the address residents use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import shapely
from flask.testing import FlaskClient

from data.database import Database
from layers.actor import SYSTEM
from layers.compounds import actions as compounds
from layers.compounds.queries import named
from layers.compounds.rules import Feature
from layers.features import Incoming
from tests.webmap.conftest import MakeApp, SignedIn
from webmap.pages.posters import MOST_SHEETS, code_of

HOST = "http://localhost"


def add(database: Database, *values: dict[str, str]) -> dict[str, int]:
    """Adds compounds beside each other; their ids by name."""
    areas = [
        shapely.MultiPolygon([shapely.box(120 + at / 100, 30, 120 + at / 100 + 0.005, 30.005)])
        for at in range(len(values))
    ]
    now = datetime.now(UTC)
    with database.write() as session:
        compounds.put(
            session, [Incoming(Feature(**one), area) for one, area in zip(values, areas, strict=True)], SYSTEM, now
        )
    with database.read() as session:
        return {one.name: one.id for one in named(session, now)}


def sheets(page: str) -> int:
    """How many posters a page prints."""
    return page.count('<article class="poster"')


def test_the_code_opens_the_form_in_the_compound_and_the_poster_speaks_both_languages(
    client: FlaskClient, database: Database
) -> None:
    ids = add(database, {"name": "West Garden <b>", "source_id": "wg 1", "community": "北社区"}, {"name": "Plain"})

    page = client.get(f"/posters/{ids['West Garden <b>']}", headers={"Accept-Language": "en"}).get_data(as_text=True)

    assert code_of(f"{HOST}/report?compound=wg+1") in page
    assert "West Garden &lt;b&gt;" in page
    assert "北社区" in page
    assert "localhost/report<" in page
    assert "请扫码" in page
    assert "Scan the code" in page
    assert [page.index(f"<b>{number}</b>") for number in (120, 119, 110)]
    plain = client.get(f"/posters/{ids['Plain']}").get_data(as_text=True)
    assert code_of(f"{HOST}/report?compound={ids['Plain']}") in plain


def test_behind_a_proxy_the_code_leads_to_the_address_that_residents_use(make_app: MakeApp, database: Database) -> None:
    ids = add(database, {"name": "West Garden", "source_id": "wg-1"})
    client = make_app(proxies=1).test_client()
    proxy = {"Host": "help.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}

    page = client.get(f"/posters/{ids['West Garden']}", headers=proxy).get_data(as_text=True)

    assert code_of("https://help.example.org/report?compound=wg-1") in page
    assert "no phone gets" not in page


def test_a_poster_that_no_phone_could_follow_says_so(client: FlaskClient, database: Database) -> None:
    ids = add(database, {"name": "West Garden"})

    assert "no phone gets" in client.get(f"/posters/{ids['West Garden']}").get_data(as_text=True)


def test_staff_find_posters_by_name_and_print_those_of_a_community_at_once(
    signed_in: SignedIn, database: Database
) -> None:
    add(
        database,
        {"name": "East Court", "community": "North"},
        {"name": "Elm Court", "community": "North", "subdistrict": "Hill"},
        *({"name": f"Oak {at:03}", "community": "South"} for at in range(MOST_SHEETS + 1)),
    )
    staff = signed_in("community_official")

    found = staff.get("/posters?q=elm COURT").get_data(as_text=True)
    assert "Elm Court" in found[found.index("Found") : found.index("By community")]
    assert "East Court" not in found[found.index("Found") : found.index("By community")]
    assert sheets(staff.get("/posters/print?community=North&subdistrict=Hill").get_data(as_text=True)) == 1
    assert sheets(staff.get("/posters/print?community=South").get_data(as_text=True)) == MOST_SHEETS
    rest = staff.get(f"/posters/print?community=South&first={MOST_SHEETS + 1}").get_data(as_text=True)
    assert sheets(rest) == 1
    assert f"Oak {MOST_SHEETS:03}" in rest
    assert f"first={MOST_SHEETS + 1}" in found


def test_before_any_compound_is_known_the_list_says_what_to_do(signed_in: SignedIn) -> None:
    assert "No compound is known yet" in signed_in("volunteer").get("/posters").get_data(as_text=True)


@pytest.mark.parametrize(
    "address", ["/posters", "/posters/print?community=North"], ids=["the list", "a community at once"]
)
def test_only_staff_list_posters(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("address", ["/posters/99", "/posters/print?community=Nowhere", f"/posters/{10**30}"])
def test_a_poster_of_nothing_is_not_found(signed_in: SignedIn, address: str) -> None:
    assert signed_in("volunteer").get(address).status_code == 404


def test_a_first_sheet_that_is_no_number_prints_from_the_beginning(signed_in: SignedIn, database: Database) -> None:
    add(database, {"name": "East Court", "community": "North"})
    staff = signed_in("volunteer")

    assert [
        sheets(staff.get(f"/posters/print?community=North&first={first}").get_data(as_text=True))
        for first in ("x", "-5", "1e9")
    ] == [1, 1, 1]
