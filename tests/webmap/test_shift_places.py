"""Places of a shift by link: never more than there are, never lost, and on the map at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from data.database import Database
from layers.cell_state.verify import differences
from layers.volunteer_shifts.places import move_up_due
from layers.volunteer_shifts.record import VolunteerShift
from tests.webmap.conftest import SignedIn
from tests.webmap.forms import hidden, page
from tests.webmap.official import in_a_page, put, report
from tests.webmap.volunteers import BLUE, Volunteer, link_of, link_on, row_of, states


@pytest.fixture
def coordinator(signed_in: SignedIn) -> FlaskClient:
    return in_a_page(signed_in("coordinator", organization=BLUE))


@pytest.fixture
def shift(coordinator: FlaskClient) -> int:
    """A shift that has begun, with two places and nobody yet."""
    return put(coordinator, "volunteer_shifts", organization=BLUE, places_wanted=2, source_id="s1", note="east gate")


@pytest.fixture
def link(coordinator: FlaskClient, shift: int) -> str:
    return link_of(coordinator, shift)


def figures(client: FlaskClient) -> dict[str, int]:
    """The gap, places and filled of everything here together, as staff see it on the map now."""
    found = client.get("/api/v1/cells?bbox=119.4,29.6,120.9,30.9&res=5").get_json()["cells"].values()
    return {name: sum(one.get(name, 0) for one in found) for name in ("gap", "places", "filled")}


def test_of_three_at_once_two_get_the_places_and_one_waits(
    app: Flask, database: Database, coordinator: FlaskClient, shift: int, link: str
) -> None:
    people = [Volunteer(app, name) for name in ("Li", "Zhao", "Wang")]
    keys = [hidden(page(one.phone.get(link)), "key") for one in people]
    start = Barrier(3)

    def comes(number: int) -> int:
        start.wait()
        return people[number].send(link, keys[number]).status_code

    with ThreadPoolExecutor(3) as phones:
        answers = list(phones.map(comes, range(3)))

    assert answers == [303] * 3
    assert sorted(states(database, shift)) == ["taken", "taken", "waiting"]
    assert (row_of(database, shift)["places_filled"], row_of(database, shift)["places_taken"]) == (2, 2)
    assert figures(coordinator)["filled"] == 2
    assert sorted("You have a place" in one.page() for one in people) == [False, True, True]
    assert sum("You are the next." in one.page() for one in people) == 1


def test_too_few_is_a_gap_on_the_map_at_once_and_who_comes_closes_it(
    app: Flask, database: Database, client: FlaskClient, coordinator: FlaskClient, shift: int, link: str
) -> None:
    report(client, service="food", lon=120.121, lat=30.281)
    li = Volunteer(app)

    before = figures(coordinator)
    li.take(link)
    with_li = figures(coordinator)
    assert li.does("give_up").status_code == 303
    without = figures(coordinator)

    assert before == {"gap": 1, "places": 2, "filled": 0}
    assert with_li == {"gap": 0, "places": 2, "filled": 1}
    assert without == before
    assert "Given up" in li.page()
    with database.snapshot() as session:
        assert differences(session) == []


def test_who_waits_first_gets_the_place_that_is_given_up_and_both_pages_say_so(
    app: Flask, database: Database, coordinator: FlaskClient, shift: int, link: str
) -> None:
    people = [Volunteer(app, f"P{number}") for number in range(4)]
    for one in people:
        one.take(link)
    assert "All are taken." in page(people[0].phone.get(link))
    assert "您是第 2 位" in people[3].page("zh")

    people[0].does("give_up")
    people[0].does("give_up", place="1")  # a double press

    assert states(database, shift) == ["given_up", "taken", "taken", "waiting"]
    assert row_of(database, shift)["places_filled"] == 2
    assert "you were the next on the waiting list" in people[2].page()
    assert "You are the next." in people[3].page()
    assert "from the waiting list" in page(coordinator.get(f"/shifts/{shift}"))
    assert people[0].does("give_up", place="3").status_code == 409  # somebody else's place


def test_a_place_is_handed_on_by_a_link_and_is_never_nobodys_and_never_two_peoples(
    app: Flask, database: Database, shift: int, link: str
) -> None:
    li, zhao, late = Volunteer(app, "Li"), Volunteer(app, "Zhao"), Volunteer(app, "Late")
    li.take(link)
    li.does("offer")
    offered = link_on(li.page(), "offer")

    assert "You have a place" in li.page()
    assert "hands you their place" in page(zhao.phone.get(offered))
    keys = [hidden(page(one.phone.get(offered)), "key") for one in (zhao, late)]
    taken, again, too_late = zhao.send(offered, keys[0]), zhao.send(offered, keys[0]), late.send(offered, keys[1])

    assert (taken.status_code, again.location, too_late.status_code) == (303, taken.location, 409)
    assert "somebody else has taken it over" in page(too_late)
    assert 'name="contact"' not in page(late.phone.get(offered))  # nobody fills in for nothing
    assert states(database, shift) == ["handed_on", "taken"]
    assert row_of(database, shift)["places_filled"] == 1
    assert "Somebody else has your place since" in li.page()
    assert li.does("give_up", place="1").status_code == 303  # nothing to give up any more: Zhao's stays
    assert states(database, shift) == ["handed_on", "taken"]
    zhao.does("offer")
    kept = link_on(zhao.page(), "offer")
    zhao.does("keep")
    assert late.phone.get(kept).status_code == 404


def test_an_organizations_own_people_stand_beside_those_who_came_by_the_link(
    app: Flask, database: Database, coordinator: FlaskClient, shift: int, link: str
) -> None:
    li, zhao = Volunteer(app, "Li"), Volunteer(app, "Zhao")
    li.take(link)

    assert coordinator.post(f"/shifts/{shift}", data={"step": "own", "own": "2"}).status_code == 400
    assert coordinator.post(f"/shifts/{shift}", data={"step": "own", "own": "-1"}).status_code == 400
    assert coordinator.post(f"/shifts/{shift}", data={"step": "own", "own": "1"}).status_code == 303
    zhao.take(link)
    assert states(database, shift) == ["taken", "waiting"]
    put(coordinator, "volunteer_shifts", organization=BLUE, places_wanted=2, source_id="s1")
    assert states(database, shift) == ["taken", "taken"]  # the list says nobody of their own comes: Zhao can

    put(coordinator, "volunteer_shifts", organization=BLUE, places_wanted=4, source_id="s1", places_filled=3)
    row = row_of(database, shift)
    assert (row["places_own"], row["places_taken"], row["places_filled"]) == (3, 2, 4)
    properties = {name: row[name] for name in ("places_wanted", "places_filled", "places_own")}
    put(coordinator, "volunteer_shifts", organization=BLUE, source_id="s1", **properties)  # as it was exported
    assert row_of(database, shift)["places_own"] == 3


def test_who_waits_moves_up_on_the_clock_after_a_list_that_wants_more_people(
    app: Flask, database: Database, shift: int, link: str
) -> None:
    for name in ("Li", "Zhao", "Wang", "Chen"):
        Volunteer(app, name).take(link)
    with database.write() as session:
        session.execute(update(VolunteerShift).values(places_wanted=3))

    assert (move_up_due(database, datetime.now(UTC)), move_up_due(database, datetime.now(UTC))) == (1, 0)
    assert states(database, shift) == ["taken", "taken", "taken", "waiting"]


def test_the_same_form_sent_again_is_the_same_person_and_another_name_is_another(
    app: Flask, database: Database, shift: int, link: str
) -> None:
    li = Volunteer(app)
    key = hidden(page(li.phone.get(link)), "key")

    first, again = li.send(link, key), li.send(link, key)
    other = li.send(link, key, name="Zhao")

    assert first.location == again.location != other.location
    assert states(database, shift) == ["taken", "taken"]


def test_one_page_holds_every_shift_a_volunteer_takes_of_an_organization(
    app: Flask, database: Database, coordinator: FlaskClient, shift: int, link: str, signed_in: SignedIn
) -> None:
    second = put(coordinator, "volunteer_shifts", organization=BLUE, role="care", places_wanted=1)
    others = put(in_a_page(signed_in("city_official")), "volunteer_shifts", organization="Red Scarves")
    li = Volunteer(app)
    li.take(link)
    assert "People are looked for here, too" not in li.page()
    link_of(coordinator, second)

    assert li.does("take", shift=second).status_code == 303
    assert li.does("take", shift=second).status_code == 303
    assert states(database, second) == ["taken"]
    assert li.does("take", shift=others).status_code == 409
    assert li.does("take", shift="x").status_code == 409
    assert li.page().count("I cannot come") == 2


@pytest.mark.parametrize(
    ("name", "contact", "said"),
    [
        ("", "1", "Write a name"),
        ("x" * 81, "1", "Write a name"),
        ("\x00 \t", "1", "Write a name"),
        ("\u200b\u202e\u200d", "1", "Write a name"),
        ("Li", " ", "Write how you can be reached"),
        ("Li", "1" * 101, "Write how you can be reached"),
    ],
)
def test_a_name_or_contact_that_cannot_be_taken_is_said_beside_its_field_and_the_other_is_kept(
    app: Flask, database: Database, shift: int, link: str, name: str, contact: str, said: str
) -> None:
    li = Volunteer(app)
    answer = li.send(link, "k" * 22, name=name, contact=contact)

    assert answer.status_code == 400
    assert said in page(answer)
    assert f'value="{name}"' in page(answer) or f'value="{contact}"' in page(answer)
    assert states(database, shift) == []


def test_a_shift_that_is_called_off_or_over_takes_nobody_and_says_so(
    app: Flask, database: Database, coordinator: FlaskClient, shift: int, link: str
) -> None:
    li, zhao = Volunteer(app, "Li <b>\U0001f600"), Volunteer(app, "Zhao")
    li.take(link)
    key = hidden(page(zhao.phone.get(link)), "key")
    assert "Li &lt;b&gt;\U0001f600" in li.page()

    coordinator.post(f"/shifts/{shift}", data={"step": "call_off"})
    assert coordinator.post(f"/shifts/{shift}", data={"step": "call_off"}).status_code == 409
    assert "called off" in page(zhao.phone.get(link))
    assert zhao.send(link, key).status_code == 409
    assert "You need not come." in li.page()
    assert "Called off" in page(coordinator.get("/shifts"))
    coordinator.post(f"/shifts/{shift}", data={"step": "take_back"})
    assert "You have a place" in li.page()

    with database.write() as session:
        session.execute(update(VolunteerShift).values(ends_at=datetime.now(UTC) - timedelta(hours=3)))
    assert "This shift is over" in page(zhao.phone.get(link))
    assert zhao.send(link, key).status_code == 409
    assert li.does("give_up", place="1").status_code == 409
    assert "Not counted yet" in li.page()


def test_a_name_cannot_turn_what_stands_beside_it_around(
    app: Flask, coordinator: FlaskClient, shift: int, link: str
) -> None:
    Volunteer(app, "\u202eLi\u200b \u0645\u06cc\u200c\u0645").take(link)
    text = page(coordinator.post(f"/shifts/{shift}/people"))

    assert "Li \u0645\u06cc\u200c\u0645" in text
    assert "\u202e" not in text and "\u200b" not in text


def test_of_a_shift_that_is_called_off_or_over_nobody_moves_up(
    app: Flask, database: Database, coordinator: FlaskClient, shift: int, link: str
) -> None:
    coordinator.post(f"/shifts/{shift}", data={"step": "own", "own": "2"})
    Volunteer(app).take(link)
    coordinator.post(f"/shifts/{shift}", data={"step": "call_off"})
    assert coordinator.post(f"/shifts/{shift}", data={"step": "own", "own": "1"}).status_code == 303
    assert states(database, shift) == ["waiting"]
    coordinator.post(f"/shifts/{shift}", data={"step": "take_back"})

    with database.write() as session:
        session.execute(update(VolunteerShift).values(ends_at=datetime.now(UTC) - timedelta(hours=3)))
    assert coordinator.post(f"/shifts/{shift}", data={"step": "own", "own": "0"}).status_code == 303
    assert states(database, shift) == ["waiting"]
    assert coordinator.post(f"/shifts/{shift}", data={"step": "call_off"}).status_code == 409
    assert row_of(database, shift)["state"] == "open"


def test_a_link_that_was_renewed_or_never_was_leads_nowhere(
    app: Flask, database: Database, coordinator: FlaskClient, shift: int, link: str
) -> None:
    li = Volunteer(app)
    li.take(link)
    coordinator.post(f"/shifts/{shift}", data={"step": "renew_link"})
    renewed = link_on(page(coordinator.get(f"/shifts/{shift}")))

    assert renewed != link
    assert li.phone.get(link).status_code == 404
    assert Volunteer(app, "Zhao").take(renewed).status_code == 303
    assert "You have a place" in li.page()
    tried = [li.phone.get(f"/shifts/{kind}/{'A' * 22}").status_code for kind in ("link", "offer", "mine") * 20]
    assert set(tried[:50]) == {404}
    assert tried[-1] == 429
    assert li.phone.get(li.mine).status_code == 200  # a link that exists is not counted


def test_the_waiting_list_ends_before_it_is_a_flood(
    app: Flask, shift: int, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.volunteer_shifts.places.MOST_WAITING", 1)
    people = [Volunteer(app, f"P{number}") for number in range(4)]

    assert [one.take(link).status_code for one in people] == [303, 303, 303, 409]
    assert "Very many people wait" in page(people[3].send(link, "k" * 22))
