"""The loop as a whole: whatever residents, officials and organizations do over HTTP, in whatever order, every need is
where its table says, every figure is what is counted by hand, and every change is in the journal once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from data.database import Database
from data.journal import JournalRow
from data.people import add_account
from layers.cell_state.verify import differences
from tests.layers.legal_moves import NEEDS, TAKEN_BACK, legal_for
from tests.stores import emptied
from tests.webmap.official import BOX, LAT, LNG, in_a_page, number_of
from tests.webmap.people import PASSWORD, SECRET_KEY, email_of, sign_in, token_on
from webmap import create_app
from webmap.settings import Settings

OPEN = ("reported", "acknowledged", "assigned")
ORGANIZATIONS = ("Blue Vests", "红马甲")
SERVICES = ("food", "medicine", "repairs")

#: What a resident may do on the private link: from which states, and what becomes of the need.
OF_RESIDENTS = {
    "withdraw": (OPEN, "withdrawn"),
    "confirm": (("met",), "confirmed"),
    "not_met": (("met",), "assigned"),
}


@dataclass
class Asked:
    """A need as somebody would write it down."""

    token: str
    reference: str
    service: str
    states: list[str] = field(default_factory=lambda: ["reported"])
    organization: str = ""

    @property
    def state(self) -> str:
        return self.states[-1]

    @property
    def before(self) -> str:
        """The state a closed need was closed from."""
        return next(state for state in reversed(self.states) if state not in TAKEN_BACK)


class Loop(RuleBasedStateMachine):
    """A neighbourhood with two organizations, an official, and residents on their phones."""

    store: Database
    url: str

    def __init__(self) -> None:
        super().__init__()
        emptied(self.store)
        now = datetime.now(UTC)
        with self.store.write() as session:
            add_account(session, email_of("city_official"), PASSWORD, "city_official", now)
            for name in ORGANIZATIONS:
                add_account(session, email_of(name[:1]), PASSWORD, "coordinator", now, organization=name)
        self.app = create_app(Settings(database_url=self.url, secret_key=SECRET_KEY))
        self.official = self._signed_in(email_of("city_official"))
        self.organizations = {name: self._signed_in(email_of(name[:1])) for name in ORGANIZATIONS}
        self.needs: dict[int, Asked] = {}
        self.keys: dict[str, tuple[int, dict[str, Any]]] = {}

    def teardown(self) -> None:
        self.app.extensions["linli"].database.close()

    def _signed_in(self, email: str) -> FlaskClient:
        client = self.app.test_client()
        assert sign_in(client, email).status_code == 302
        return in_a_page(client)

    @rule(service=st.sampled_from(SERVICES), east=st.floats(-0.01, 0.01), key=st.integers(0, 10**6))
    def somebody_asks(self, service: str, east: float, key: int) -> None:
        body = {"lon": round(LNG + east, 6), "lat": LAT, "service": service, "words": "我们需要帮助"}
        name = f"key-of-a-phone-{len(self.keys)}-{key}"
        told = self.app.test_client().post("/api/v1/needs", json=body, headers={"Idempotency-Key": name})
        assert told.status_code == 201, told.get_data(as_text=True)
        found = told.get_json()
        need = number_of(self.app, found["reference"])
        self.needs[need] = Asked(found["token"], found["reference"], service)
        self.keys[name] = (need, body)

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def a_phone_sends_again(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.keys)))
        need, body = self.keys[name]
        again = self.app.test_client().post("/api/v1/needs", json=body, headers={"Idempotency-Key": name})
        asked = self.needs[need]
        assert (again.status_code, again.get_json()["reference"]) == (200, asked.reference)
        assert again.get_json()["token"] == asked.token

    @precondition(lambda self: self.needs)
    @rule(data=st.data(), to_state=st.sampled_from((*NEEDS, *TAKEN_BACK)), organization=st.sampled_from(ORGANIZATIONS))
    def an_official_moves(self, data: st.DataObject, to_state: str, organization: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.needs)))
        need = self.needs[number]
        kept = next((n for n, one in self.needs.items() if n != number and one.state != "duplicate"), None)
        body = {"to": to_state, "reason": "not_offered", "organization": organization}
        if to_state == "duplicate":
            if kept is None:
                return
            body["duplicate_of"] = kept  # type: ignore[assignment]
        answer = self.official.post(f"/api/v1/needs/{number}/moves", json=body)
        if to_state not in legal_for("needs", need.state, need.before):
            assert answer.status_code == 409, (need.state, to_state)
            return
        assert answer.status_code == 200, (need.state, to_state, answer.get_data(as_text=True))
        self._moved(need, to_state, organization)

    @precondition(lambda self: self.needs)
    @rule(
        data=st.data(),
        name=st.sampled_from(ORGANIZATIONS),
        to_state=st.sampled_from(("assigned", "met", "acknowledged")),
    )
    def an_organization_moves(self, data: st.DataObject, name: str, to_state: str) -> None:
        """It takes what waits, and brings or hands back what it has taken; another's it leaves alone."""
        number = data.draw(st.sampled_from(sorted(self.needs)))
        need = self.needs[number]
        body = {"to": to_state, "organization": name, "reason": "no time"}
        answer = self.organizations[name].post(f"/api/v1/needs/{number}/moves", json=body)
        waits = need.state == "acknowledged" and to_state == "assigned"
        own = need.organization == name
        legal = to_state in legal_for("needs", need.state, need.before)
        assert (answer.status_code == 200) == (legal and (own or waits)), (vars(need), name, to_state, answer.status)
        assert answer.status_code in (200, 403, 409)
        if answer.status_code == 200:
            self._moved(need, to_state, name)

    @precondition(lambda self: self.needs)
    @rule(data=st.data(), step=st.sampled_from(sorted(OF_RESIDENTS)))
    def a_resident_answers(self, data: st.DataObject, step: str) -> None:
        need = self.needs[data.draw(st.sampled_from(sorted(self.needs)))]
        phone, link = self.app.test_client(), f"/needs/{need.token}"
        form = {
            "step": step,
            "reason": "nothing_came",
            "csrf_token": token_on(phone.get("/sign-in").get_data(as_text=True)),
        }
        answer = phone.post(link, data=form)
        states, to_state = OF_RESIDENTS[step]
        if need.state in states:
            assert answer.status_code == 303
            self._moved(need, to_state, need.organization)
        else:
            repeated = step != "not_met" and need.state == to_state
            assert answer.status_code == (303 if repeated else 409), (need.state, step)

    @precondition(lambda self: self.needs)
    @rule(data=st.data())
    def a_stranger_guesses(self, data: st.DataObject) -> None:
        """The reference opens nothing, and neither does a token with another end."""
        need = self.needs[data.draw(st.sampled_from(sorted(self.needs)))]
        for guess in (need.reference, need.token[:-1] + ("A" if need.token[-1] != "A" else "Q")):
            assert self.app.test_client().get(f"/needs/{guess}").status_code == 404

    @invariant()
    def staff_see_every_need_where_it_is(self) -> None:
        found = self.official.get(f"/api/v1/needs?bbox={BOX}&limit=1000").get_json()["features"]
        assert {one["id"]: one["properties"]["state"] for one in found} == {
            number: need.state for number, need in self.needs.items()
        }

    @invariant()
    def the_map_counts_the_open_ones(self) -> None:
        cells = self.official.get(f"/api/v1/cells?bbox={BOX}&res=8").get_json()["cells"].values()
        services: Counter[str] = Counter()
        for cell in cells:
            services.update(cell.get("services", {}))
        assert services == Counter(need.service for need in self.needs.values() if need.state in OPEN)

    @invariant()
    def the_journal_tells_every_change_once(self) -> None:
        with self.store.snapshot() as session:
            query = select(JournalRow.feature_id, JournalRow.to_state).where(JournalRow.verb.in_(("create", "move")))
            told: dict[int, list[str]] = {}
            for number, state in session.execute(query.order_by(JournalRow.seq)):
                told.setdefault(number, []).append(state)
            assert differences(session) == []
        assert told == {number: need.states for number, need in self.needs.items()}

    def _moved(self, need: Asked, to_state: str, organization: str) -> None:
        if to_state == "assigned" and need.state not in (*TAKEN_BACK, "met"):
            need.organization = organization
        if (need.state, to_state) == ("assigned", "acknowledged"):
            need.organization = ""
        need.states.append(to_state)


def test_whoever_does_whatever_the_loop_holds(shared_store: Database) -> None:
    class OnThisStore(Loop):
        store = shared_store
        url = shared_store.engine.url.render_as_string(hide_password=False)

    run_state_machine_as_test(
        OnThisStore,
        settings=settings(
            max_examples=5, stateful_step_count=20, phases=(Phase.generate,), suppress_health_check=list(HealthCheck)
        ),
    )
