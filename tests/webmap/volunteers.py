"""Volunteers without an account, as they come to a shift: by a link, each on a telephone of their own."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from data.database import Database
from layers import features
from layers.volunteer_shifts import LAYER
from layers.volunteer_shifts.record import ShiftPlace
from tests.webmap.forms import hidden, page

BLUE = "Blue & Sons"


def path_of(address: str) -> str:
    """The path of an address on a page, without the machine."""
    return re.sub(r"^https?://[^/]+", "", address)


def link_of(coordinator: FlaskClient, shift_id: int, contact: str = "Wang, 139 0000 0000") -> str:
    """The link of a shift, made by its coordinator; its path."""
    answer = coordinator.post(f"/shifts/{shift_id}", data={"step": "link", "contact": contact})
    assert answer.status_code == 303, page(answer)
    return link_on(page(coordinator.get(f"/shifts/{shift_id}")))


def link_on(text: str, kind: str = "link") -> str:
    """The path of the one link of a kind that stands on a page."""
    found = set(re.findall(rf"/shifts/{kind}/[\w-]{{22}}(?:\.ics)?", text))
    assert len(found) == 1, text
    return found.pop()


class Volunteer:
    """Somebody with a telephone."""

    def __init__(self, app: Flask, name: str = "Li") -> None:
        self.phone = app.test_client()
        self.name, self.contact = name, f"138 0000 {name}"
        self.mine = ""

    def take(self, link: str) -> TestResponse:
        """Opens a link, fills in its form and sends it."""
        return self.send(link, hidden(page(self.phone.get(link)), "key"))

    def send(self, link: str, key: str, **fields: str) -> TestResponse:
        """Sends the form of a link as it was filled in."""
        form = {"key": key, "name": self.name, "contact": self.contact, **fields}
        answer = self.phone.post(link, data=form)
        if answer.status_code == 303:
            self.mine = path_of(answer.location).partition("?")[0]
        return answer

    def page(self, language: str = "en") -> str:
        """What their own page says."""
        answer = self.phone.get(f"{self.mine}?lang={language}")
        assert answer.status_code == 200
        return page(answer)

    def does(self, step: str, **fields: Any) -> TestResponse:
        """Presses a button on their own page, of the first place there unless another one is named."""
        if "place" not in fields and "shift" not in fields:
            fields["place"] = hidden(self.page(), "place")
        return self.phone.post(self.mine, data={"step": step, **fields})


def row_of(database: Database, shift_id: int) -> dict[str, Any]:
    """A shift as it is kept."""
    with database.read() as session:
        return features.row_of(session, LAYER, shift_id)


def states(database: Database, shift_id: int) -> list[str]:
    """What became of those who asked for a place, in their order."""
    with database.read() as session:
        query = select(ShiftPlace.state).where(ShiftPlace.shift_id == shift_id).order_by(ShiftPlace.id)
        return list(session.execute(query).scalars())
