"""A link or a poster opens the form already placed; a town with many compounds keeps the page light."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import shapely
from flask.testing import FlaskClient

from data.database import Database
from layers.actor import SYSTEM
from layers.compounds import actions as compounds
from layers.compounds.rules import Feature
from layers.features import Incoming
from tests.webmap.forms import Form


def build(database: Database, *things: dict[str, object]) -> None:
    """Compounds beside each other, from west to east."""
    incoming = [
        Incoming(Feature(**values), shapely.MultiPolygon([shapely.box(120 + at / 100, 30, 120.009 + at / 100, 30.01)]))
        for at, values in enumerate(things)
    ]
    with database.write() as session:
        compounds.put(session, incoming, SYSTEM, datetime.now(UTC))


@pytest.fixture
def town(database: Database) -> None:
    """One compound with a name of its own, and two that share one."""
    build(
        database,
        {"name": "West Garden", "aliases": ["西园"], "source_id": "wg-1"},
        {"name": "Rose Court", "community": "North", "source_id": "rc-1"},
        {"name": "Rose Court", "community": "South"},
    )


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("named", "listed"),
    [
        ("wg-1", "West Garden"),
        ("西园", "West Garden"),
        (" west garden ", "West Garden"),
        ("rc-1", "Rose Court (North)"),
    ],
)
def test_a_link_names_a_compound_by_its_name_or_source_id(client: FlaskClient, named: str, listed: str) -> None:
    answer = client.get("/report", query_string={"compound": named, "building": "3"})

    form = Form(answer.get_data(as_text=True))
    assert (form.fields["compound"], form.fields["building"]) == (listed, "3")
    assert "problem-compound" not in form.said
    sent = {**form.fields, "service": "food", "urgency": "ordinary"}
    assert client.post("/report", data=sent).status_code == 303


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("named", ["Atlantis", "Rose Court", "x" * 5000, "<b>", "\x00"])
def test_a_link_to_a_compound_that_cannot_be_told_asks_for_the_place(client: FlaskClient, named: str) -> None:
    answer = client.get("/report", query_string={"compound": named})

    form = Form(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert "not on our list" in form.said["problem-compound"]
    assert "b" not in form.tags


@pytest.mark.usefixtures("town")
def test_a_name_that_is_not_known_is_answered_with_those_like_it(client: FlaskClient) -> None:
    sent = {"compound": "garden", "service": "food", "urgency": "ordinary"}

    form = Form(client.post("/report", data=sent).get_data(as_text=True))

    assert "Do you mean one of these? West Garden" in form.said["problem-compound"]


def test_a_town_of_many_compounds_has_its_names_beside_the_page(client: FlaskClient, database: Database) -> None:
    build(database, *({"name": f"花园{number}号"} for number in range(201)))

    page = client.get("/report")
    names = client.get("/report/compounds.json")

    assert "花园7号" not in page.get_data(as_text=True)
    assert 'data-compounds="/report/compounds.json"' in page.get_data(as_text=True)
    assert len(page.data) < 20_000
    assert len(names.get_json()) == 201
    again = client.get("/report/compounds.json", headers={"If-None-Match": names.headers["ETag"]})
    assert again.status_code == 304
