"""What a reader who is not signed in gets by asking in every way there is, after every publication of small towns.

Whatever is asked, the answer is made of one set of cells that do not overlap. The cells are those of a rule that is
written down here a second time, plainly, and nothing else that happens to needs moves a byte of any answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from math import asinh, pi, radians, tan
from typing import Any

import h3
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data.database import Database
from data.people import add_account
from layers.publication.actions import publish
from tests.stores import emptied
from tests.webmap.official import in_a_page
from tests.webmap.people import PASSWORD, SECRET_KEY, email_of, sign_in
from webmap import create_app
from webmap.settings import Settings

K = 5

#: Cells of resolution 5 far from each other: every example has one of its own.
ROOTS = [root for root in h3.grid_disk(h3.latlng_to_cell(30.28, 120.12, 5), 12) if not h3.is_pentagon(root)]
_turn = count()
#: The moments of all publications: the clock's places, less than two days ago, so that none is thinned out.
_slot = count()
BEGAN = datetime.now(UTC) - timedelta(hours=46)

RESOLUTIONS = range(5, 12)
Cells = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def app(shared_store: Database) -> Iterator[Flask]:
    """The application over a store in which town after town is built."""
    emptied(shared_store)
    url = shared_store.engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, secret_key=SECRET_KEY))
    yield app
    app.extensions["linli"].database.close()


@pytest.fixture(scope="module")
def official(app: Flask) -> FlaskClient:
    """An official who answers for every town, in a page of this site."""
    with app.extensions["linli"].database.write() as session:
        add_account(session, email_of("city_official"), PASSWORD, "city_official", datetime.now(UTC))
    client = in_a_page(app.test_client())
    assert sign_in(client, email_of("city_official")).status_code == 302
    return client


class Town:
    """A town in the world and in the test: households with their needs, seen by a reader who is not signed in."""

    def __init__(self, app: Flask, official: FlaskClient) -> None:
        self.root = ROOTS[next(_turn) % len(ROOTS)]
        self.database: Database = app.extensions["linli"].database
        self.visitor, self.official = app.test_client(), official
        corners = h3.cell_to_boundary(self.root)
        lats, lngs = zip(*corners, strict=True)
        self.box = (min(lngs) - 0.02, min(lats) - 0.02, max(lngs) + 0.02, max(lats) + 0.02)
        self.needs: dict[str, tuple[str, str, str]] = {}  # by reference: state, household, cell of resolution 11
        self.seen: list[tuple[datetime, Cells]] = []

    def cell(self, place: tuple[int, ...]) -> str:
        """A cell of resolution 11 under the root, by the children chosen on the way down."""
        found = self.root
        for res, child in enumerate(place, 6):
            found = sorted(h3.cell_to_children(found, res))[child]
        return found

    def report(self, household: str, place: tuple[int, ...], service: str) -> None:
        cell = self.cell(place)
        lat, lng = h3.cell_to_latlng(cell)
        told = self.visitor.post(
            "/api/v1/needs", json={"lon": lng, "lat": lat, "service": service, "contact": f"{self.root} {household}"}
        )
        assert told.status_code == 201
        self.needs[told.get_json()["reference"]] = ("reported", household, cell)

    def move(self, nth: int, state: str, to_state: str) -> None:
        """Takes the nth need in a state to another."""
        some = [reference for reference, need in self.needs.items() if need[0] == state]
        if not some:
            return
        reference = some[nth % len(some)]
        found = self.official.get("/api/v1/needs", query_string={"bbox": self._bbox(), "limit": 1000}).get_json()
        number = next(one["id"] for one in found["features"] if one["properties"]["reference"] == reference)
        moved = self.official.post(
            f"/api/v1/needs/{number}/moves", json={"to": to_state, "reason": "because", "organization": "队"}
        )
        assert moved.status_code == 200, moved.get_data(as_text=True)
        self.needs[reference] = (to_state, *self.needs[reference][1:])

    def publish(self) -> None:
        at = BEGAN + timedelta(minutes=10) * next(_slot)
        assert publish(self.database, at)
        self.seen.append((at, self.ask(11)))

    def ask(self, res: int, box: tuple[float, float, float, float] | None = None, at: datetime | None = None) -> Cells:
        """The need figures of an answer, covering cells included."""
        query = {"bbox": self._bbox(box), "res": str(res)}
        if at is not None:
            query["at"] = at.isoformat()
        answer = self.visitor.get("/api/v1/cells", query_string=query)
        assert answer.status_code == 200
        told = answer.get_json()
        found = {**told["cells"], **told.get("covering", {})}
        return {cell: state for cell, state in found.items() if "needs" in state and self._mine(cell)}

    def bytes(self, res: int) -> tuple[str, str]:
        """An answer as it is sent, without the moment it was sent at."""
        answer = self.visitor.get("/api/v1/cells", query_string={"bbox": self._bbox(), "res": str(res)})
        told = answer.get_json()
        del told["at"]
        return str(told), answer.headers["ETag"]

    def tiles(self, zoom: int) -> Cells:
        """The need figures of the tiles over the town."""
        found: Cells = {}
        west, south, east, north = self.box
        (left, top), (right, bottom) = tile_of(west, north, zoom), tile_of(east, south, zoom)
        for x in range(left, right + 1):
            for y in range(top, bottom + 1):
                told = self.visitor.get(f"/api/v1/cells/{zoom}/{x}/{y}").get_json()
                found.update({cell: state for cell, state in told["cells"].items() if "needs" in state})
        return {cell: state for cell, state in found.items() if self._mine(cell)}

    def _mine(self, cell: str) -> bool:
        return bool(h3.cell_to_parent(cell, 5) == self.root)

    def _bbox(self, box: tuple[float, float, float, float] | None = None) -> str:
        return ",".join(str(side) for side in box or self.box)

    def expected(self) -> dict[str, int]:
        """The rule, read once more: by cell the households of acknowledged open needs, in fives."""
        asking = [(cell, household) for state, household, cell in self.needs.values()
                  if state in ("acknowledged", "assigned")]  # fmt: skip

        def households(cell: str) -> int:
            res = h3.get_resolution(cell)
            return len({household for at, household in asking if h3.cell_to_parent(at, res) == cell})

        def shown(cell: str) -> dict[str, int]:
            res = h3.get_resolution(cell)
            below = [child for child in h3.cell_to_children(cell) if res < 11 and households(child)]
            if below and min(map(households, below)) >= K:
                return {key: value for child in below for key, value in shown(child).items()}
            return {cell: households(cell) // K * K}

        return shown(self.root) if households(self.root) >= K else {}


def tile_of(lng: float, lat: float, zoom: int) -> tuple[int, int]:
    """The web map tile of a place."""
    north = asinh(tan(radians(lat)))
    return int((lng + 180) / 360 * 2**zoom), int((1 - north / pi) / 2 * 2**zoom)


#: Few places, so that cells fill up, split and come together again.
places = st.tuples(*(st.just(0),) * 3, st.integers(0, 1), st.integers(0, 1), st.integers(0, 2))
households = st.integers(0, 25).map(lambda number: f"household {number}")
services = st.sampled_from(("food", "food", "food", "medicine", "repairs"))
Step = Callable[[Town], None]


def steps() -> st.SearchStrategy[Step]:
    """Something that happens to needs."""
    several = st.lists(st.tuples(households, places, services), min_size=4, max_size=12)
    return st.one_of(
        several.map(lambda some: lambda town: reported_and_acknowledged(town, some)),
        several.map(lambda some: lambda town: reported(town, some)),  # false pins, or real ones nobody has looked at
        st.tuples(st.integers(0, 50), ways).map(lambda chosen: lambda town: town.move(chosen[0], *chosen[1])),
    )


#: Moves that change what counts, and one that does not.
ways = st.sampled_from((("reported", "acknowledged"), ("acknowledged", "assigned"), ("acknowledged", "withdrawn")))


def reported(town: Town, some: list[tuple[str, tuple[int, ...], str]]) -> None:
    """Needs come in."""
    for one in some:
        town.report(*one)


def reported_and_acknowledged(town: Town, some: list[tuple[str, tuple[int, ...], str]]) -> None:
    """Needs come in and somebody looks at them."""
    reported(town, some)
    for _ in some:
        town.move(-1, "reported", "acknowledged")


# Not made smaller when it fails: an example takes a second.
@settings(
    max_examples=6,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(days=st.lists(st.lists(steps(), min_size=1, max_size=4), min_size=2, max_size=4), cut=st.floats(0.2, 0.8))
def test_every_question_is_answered_from_one_set_of_cells_that_are_the_rules(
    app: Flask, official: FlaskClient, days: list[list[Step]], cut: float
) -> None:
    town = Town(app, official)
    for day in days:
        before = [town.bytes(res) for res in (8, 11)]
        for step in day:
            step(town)
        assert [town.bytes(res) for res in (8, 11)] == before  # needs that come, move and go change no answer
        town.publish()

        told, rule = town.ask(11), town.expected()
        assert {cell: state["needs"] for cell, state in told.items()} == {
            cell: value for cell, value in rule.items() if value
        }
        for state in told.values():
            assert all(value % K == 0 and value <= state["needs"] for value in state.get("services", {}).values())
        for res in RESOLUTIONS:
            assert needs_of(town.ask(res)) == summed(told, res)
        assert needs_of(town.tiles(zoom=11)) == summed(told, 6)  # the tiles of zoom 11 have cells of resolution 6

        west, south, east, north = town.box
        middle = (west + cut * (east - west), south + cut * (north - south))
        for part in ((west, south, middle[0], north), (west, middle[1], east, north), (*middle, east, north)):
            assert town.ask(11, part).items() <= told.items()

    for at, then in town.seen:
        assert needs_of(town.ask(5, at=at)) == summed(then, 5)
        assert town.ask(11, at=at).items() <= then.items()


def needs_of(found: Cells) -> dict[str, int]:
    return {cell: state["needs"] for cell, state in found.items()}


def summed(told: Cells, res: int) -> dict[str, int]:
    """Published figures under the cells of a resolution; coarser ones under their own."""
    found: dict[str, int] = {}
    for cell, state in told.items():
        key = h3.cell_to_parent(cell, res) if h3.get_resolution(cell) > res else cell
        found[key] = found.get(key, 0) + state["needs"]
    return found
