"""A character that nobody can see, in what is written anywhere: told alike on both stores, and kept on neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from data.database import Database
from tests.webmap.cli.loading import rows
from tests.webmap.official import LAT, LNG, feature, in_a_page, later, put, square
from tests.webmap.problems import problem_of

SignedIn = Callable[..., FlaskClient]
NUL = "\x00"


def test_a_text_with_nul_is_refused_through_the_api_in_words(
    signed_in: SignedIn, client: FlaskClient, database: Database
) -> None:
    chief = in_a_page(signed_in("administrator", organization="志愿队"))
    gate, zone = put(chief, "checkpoints"), put(chief, "quarantine_zones", state="proposed")
    put(chief, "compounds", square(), name="桂花苑", households=9, population=20)
    put(chief, "compounds", square(LNG + 0.02), name="海棠苑", households=9, population=20)
    plan = {
        "compounds": ["桂花苑", "海棠苑"], "items": [{"item": "大米", "quantity": "100", "unit": "kg"}],
        "window_from": later(1), "window_to": later(3), "round": "round-0001", "walk_m": 200,
    }  # fmt: skip
    sent: list[tuple[str, dict[str, Any]]] = [
        ("/api/v1/compounds", feature("compounds", name=f"桂{NUL}花")),
        ("/api/v1/compounds", feature("compounds", source_id=NUL)),
        ("/api/v1/volunteer_shifts", feature("volunteer_shifts", note=NUL)),
        (f"/api/v1/checkpoints/{gate}/moves", {"to": "closed", "reason": f"消{NUL}毒"}),
        (f"/api/v1/quarantine_zones/{zone}/moves", {"to": "drafted", "reason": NUL}),
        ("/api/v1/supply_drops/rounds", {**plan, "organization": f"志{NUL}愿"}),
    ]
    for address, body in sent:
        assert "nobody can see" in problem_of(chief.post(address, json=body), 400)["detail"], address

    assert [row["name"] for row in rows(database, "compounds")] == ["桂花苑", "海棠苑"]
    assert rows(database, "supply_drops") == []
    assert [row["state"] for row in rows(database, "checkpoints")] == ["open"]


def test_a_page_with_nul_in_what_was_written_is_a_page_and_never_a_fault(signed_in: SignedIn) -> None:
    chief = in_a_page(signed_in("administrator"))
    gate = {"kind": "market", "staff_wanted": "1", "when": "always", "lat": str(LAT), "lng": str(LNG)}
    forms = [
        ("/gates/new", {**gate, "name": f"东{NUL}门", "datum": "wgs84"}),
        ("/gates/days", {"first": "2099-10-01", "kind": "holiday", "name": NUL}),
        ("/account/staff/invite", {"email": f"a{NUL}@example.org", "role": "volunteer", "name": NUL}),
        ("/sign-in", {"email": f"a{NUL}@example.org", "password": NUL}),
    ]
    for address, form in forms:
        answer = chief.post(address, data=form)
        assert answer.status_code < 500, address
        assert answer.mimetype == "text/html"
    for address in (
        f"/gates?q={NUL}",
        f"/report?compound={NUL}",
        f"/drops/near?q={NUL}",
        "/needs/%00",
        "/posters?q=%00",
    ):
        assert chief.get(address).status_code < 500, address
